import { OrganizationsClient } from '@aws-sdk/client-organizations';
import {
  lookUpInOrganizations,
  LookUpError,
  readRules,
  startFromEvent,
  type EventClient,
} from '../../../pipelines';
import { emulatorSettings, startEmulator, type Emulator } from '../../../sandbox';
import { createAccountEvent } from '../../support/events';

const ACCOUNT = '111122223333';
const UNITS = [
  { id: 'ou-ab12-11111111', name: 'Workloads' },
  { id: 'ou-ab12-22222222', name: 'Production', parent: 'ou-ab12-11111111' },
];
/** More than a page of them. */
const TAGS = Object.fromEntries(Array.from({ length: 45 }, (_, index) => [`tag-${index}`, String(index)]));

let emulator: Emulator;
let client: OrganizationsClient;

beforeAll(async () => {
  emulator = await startEmulator({ port: 0 });
  const { credentials } = emulatorSettings(emulator.url);
  client = new OrganizationsClient({
    region: 'us-east-1',
    endpoint: emulator.url,
    credentials,
    maxAttempts: 1,
  });
});
afterAll(() => {
  client.destroy();
  return emulator.close();
});
beforeEach(() => {
  emulator.reset();
  emulator.setOrganization({
    accounts: [{ id: ACCOUNT, name: 'Team A', unit: 'ou-ab12-22222222', tags: TAGS }],
    units: UNITS,
    emptyPages: true,
  });
});

const operations = () => new Set(emulator.calls().map(({ operation }) => operation));

test('all units above an account, its tags of all pages, and its name', async () => {
  const lookUp = lookUpInOrganizations(client);
  await expect(lookUp(ACCOUNT, ['organizationalUnit', 'tags', 'accountName'])).resolves.toEqual({
    organizationalUnits: ['ou-ab12-22222222', 'Production', 'ou-ab12-11111111', 'Workloads', 'r-em00'],
    tags: TAGS,
    accountName: 'Team A',
  });
});

const nobody: EventClient = {
  start: ({ accountId }) => Promise.resolve({ accountId, workflowId: 'w', runId: 'r', joined: false }),
  startDeprovision: () => Promise.reject(new Error('not asked for')),
  status: () => Promise.reject(new Error('not asked for')),
  retry: () => Promise.reject(new Error('not asked for')),
};

async function startBy(yaml: string) {
  const read = readRules(Buffer.from(yaml));
  if ('problems' in read) throw new Error(JSON.stringify(read.problems));
  return startFromEvent(nobody, createAccountEvent(ACCOUNT), read.rules, {
    lookUp: lookUpInOrganizations(client),
  });
}

test('only what the rules ask for is asked; a unit above fits', async () => {
  await expect(startBy('defaults: {region: eu-west-1}')).resolves.toMatchObject({ outcome: 'started' });
  expect(operations()).toEqual(new Set());
  const units =
    'defaults: {region: eu-west-1}\nrules: [{match: {organizationalUnit: Workloads}, request: {name: w}}]\notherwise: ignore';
  await expect(startBy(units)).resolves.toMatchObject({ answer: { request: { name: 'w' } } });
  expect(operations()).toEqual(new Set(['ListParents', 'DescribeOrganizationalUnit']));
  const names = 'defaults: {region: eu-west-1}\nrules: [{match: {account: "Team *"}, action: ignore}]';
  await expect(startBy(names)).resolves.toMatchObject({ answer: { answer: 'ignored' } });
});

test('where Organizations does not say it, the event has to come again: the account, the reason, the permissions', async () => {
  emulator.setFaults({
    failNext: [{ operation: 'ListTagsForResource', error: 'AccessDeniedException', times: 1 }],
  });
  const error: unknown = await startBy(
    'defaults: {region: eu-west-1}\nrules: [{match: {tags: {env: dev}}, action: ignore}]',
  ).catch((it: unknown) => it);
  expect(error).toBeInstanceOf(LookUpError);
  expect((error as Error).message).toMatch(
    /^Account 111122223333: .*AccessDeniedException.*Nothing was started\..*organizations:DescribeAccount/,
  );
  expect(error).toMatchObject({ category: 'failed' });
});

// A state machine would fail for good, with the advice to give permissions that are there.
test.each([
  'TooManyRequestsException',
  'ServiceException',
  'ExpiredTokenException',
  'CredentialsProviderError',
])(
  'where it may say so later, as after %s, the event comes again, and nobody is asked for permissions',
  (name) => {
    const error = new LookUpError('111122223333', Object.assign(new Error('not now.'), { name }));
    expect(error).toMatchObject({ category: 'unreachable' });
    expect(error.message).toMatch(/not now\. Nothing was started\. Send the event again/);
  },
);

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { OrganizationsClient } from '@aws-sdk/client-organizations';
import {
  lookUpInOrganizations,
  LookUpError,
  readRules,
  startFromEvent,
  type EventClient,
} from '../../../pipelines';
import { createAccountEvent, type Json } from '../../support/events';

const ACCOUNT = '111122223333';
const UNITS: Record<string, { parent: string; name?: string }> = {
  [ACCOUNT]: { parent: 'ou-ab12-22222222' },
  'ou-ab12-22222222': { parent: 'ou-ab12-11111111', name: 'Production' },
  'ou-ab12-11111111': { parent: 'r-ab12', name: 'Workloads' },
};

/** What AWS Organizations answers, as its API reference has it; two pages of tags. */
const ANSWERS: Record<string, (input: Json) => Json> = {
  DescribeAccount: ({ AccountId }) => ({ Account: { Id: AccountId, Name: 'Team A', Status: 'ACTIVE' } }),
  ListParents: ({ ChildId }) => {
    const { parent = '' } = UNITS[String(ChildId)] ?? {};
    return { Parents: [{ Id: parent, Type: parent.startsWith('r-') ? 'ROOT' : 'ORGANIZATIONAL_UNIT' }] };
  },
  DescribeOrganizationalUnit: ({ OrganizationalUnitId: id }) => ({
    OrganizationalUnit: { Id: id, Name: UNITS[String(id)]?.name },
  }),
  ListTagsForResource: ({ NextToken }) =>
    NextToken === undefined
      ? { Tags: [{ Key: 'team', Value: 'a' }], NextToken: 'more' }
      : { Tags: [{ Key: 'env', Value: 'prod' }] },
};

let server: Server;
let client: OrganizationsClient;
const calls: string[] = [];
let denied = false;

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const operation = String(request.headers['x-amz-target']).replace('AWSOrganizationsV20161128.', '');
      calls.push(operation);
      response.setHeader('content-type', 'application/x-amz-json-1.1');
      if (denied) response.statusCode = 400;
      response.end(
        JSON.stringify(
          denied
            ? {
                __type: 'AccessDeniedException',
                Message: "You don't have permissions to access this resource.",
              }
            : ANSWERS[operation]?.(JSON.parse(body) as Json),
        ),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  client = new OrganizationsClient({
    region: 'us-east-1',
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    maxAttempts: 1,
  });
});
afterAll(() => {
  client.destroy();
  server.close();
});
beforeEach(() => {
  calls.length = 0;
  denied = false;
});

test('all units above an account, its tags of all pages, and its name', async () => {
  const lookUp = lookUpInOrganizations(client);
  await expect(lookUp(ACCOUNT, ['organizationalUnit', 'tags', 'accountName'])).resolves.toEqual({
    organizationalUnits: ['ou-ab12-22222222', 'Production', 'ou-ab12-11111111', 'Workloads', 'r-ab12'],
    tags: { team: 'a', env: 'prod' },
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
  expect(calls).toEqual([]);
  const units =
    'defaults: {region: eu-west-1}\nrules: [{match: {organizationalUnit: Workloads}, request: {name: w}}]\notherwise: ignore';
  await expect(startBy(units)).resolves.toMatchObject({ answer: { request: { name: 'w' } } });
  expect(new Set(calls)).toEqual(new Set(['ListParents', 'DescribeOrganizationalUnit']));
  const names = 'defaults: {region: eu-west-1}\nrules: [{match: {account: "Team *"}, action: ignore}]';
  await expect(startBy(names)).resolves.toMatchObject({ answer: { answer: 'ignored' } });
});

test('where Organizations does not say it, the event has to come again: the account, the reason, the permissions', async () => {
  denied = true;
  const error: unknown = await startBy(
    'defaults: {region: eu-west-1}\nrules: [{match: {tags: {env: dev}}, action: ignore}]',
  ).catch((it: unknown) => it);
  expect(error).toBeInstanceOf(LookUpError);
  expect((error as Error).message).toMatch(
    /^Account 111122223333: .*AccessDeniedException.*Nothing was started\..*organizations:DescribeAccount/,
  );
});

import assert from 'node:assert/strict';
import { OrganizationsClient } from '@aws-sdk/client-organizations';
import { ApplicationFailure } from '@temporalio/common';
import fc from 'fast-check';
import { createActivities, realDependencies } from '../../activities';
import { organizationAccounts } from '../../activities/aws/organizations';
import type { Call } from '../../activities/aws/call';
import { AwsCallError, isA } from '../../activities/errors/thrown';
import { requestBy } from '../../contract';
import { readRules } from '../../pipelines';
import { emulatorSettings } from '../../sandbox';
import { activityEnvironment } from '../support/activities';
import { bodyOf, jsonOf } from './aws-calls';
import { assertOneLine, fuzz, RUNS } from './fuzz';
import { mutated, mutatedText, oddValue } from './mutate';

const ACCOUNTS = ['111122223333', '444455556666', '777788889999'];
const backOff = { initialIntervalMs: 1, backoffCoefficient: 2, maximumIntervalMs: 2 };

/** What AWS answers, one after the other; the last for ever. */
let answers: string[] = [];
let calls = 0;
/** AWS's own client, which reads what is answered. */
const client = new OrganizationsClient({
  region: 'us-east-1',
  credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  maxAttempts: 1,
  requestHandler: {
    handle: () => {
      const body = answers[Math.min(calls, answers.length - 1)] ?? '';
      calls += 1;
      const headers = { 'content-type': 'application/x-amz-json-1.1' };
      const response = { statusCode: 200, headers, body: new TextEncoder().encode(body) };
      return Promise.resolve({ response });
    },
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
  },
});
const call: Call<OrganizationsClient> = async (_kind, operation, send) => {
  try {
    return await send(client, { abortSignal: new AbortController().signal });
  } catch (error) {
    throw isA(error, AwsCallError) ? error : new AwsCallError(operation, error);
  }
};

let clock = 0;
const { listOrganization, decideAccounts } = createActivities({
  ...realDependencies(emulatorSettings('http://127.0.0.1:9')),
  // A tenth of a second a call.
  monotonicNow: () => (clock += 100),
  openOrganization: () => ({ ...organizationAccounts(call), forgetCredentials: () => undefined }),
});
afterAll(() => {
  client.destroy();
});

/** What an activity makes of these answers: its result, or its failure, which is for people. */
async function made<T>(given: string[], activity: () => Promise<T>): Promise<T | undefined> {
  [answers, calls] = [given, 0];
  const environment = activityEnvironment();
  try {
    return await environment.run(activity);
  } catch (error) {
    assert.ok(error instanceof ApplicationFailure, String(error));
    assertOneLine(error.message, 1_500);
    return undefined;
  }
}

const account = (id: string, more: object = {}) => ({
  Id: id,
  Arn: `arn:aws:organizations::999999999999:account/o-abcdefghij/${id}`,
  Email: `${id}@example.com`,
  Name: 'Team, A <b>\u202e',
  Status: 'ACTIVE',
  State: 'ACTIVE',
  JoinedMethod: 'CREATED',
  JoinedTimestamp: 1_700_000_000,
  ...more,
});
const pages = [
  { Accounts: ACCOUNTS.map((id) => account(id)) },
  { Accounts: ACCOUNTS.map((id) => account(id)), NextToken: 'more' },
  { Accounts: [account(ACCOUNTS[0]!), account(ACCOUNTS[0]!, { State: 'SUSPENDED' })], NextToken: 'again' },
  { Accounts: [], NextToken: 'after nothing' },
  { Accounts: [account(ACCOUNTS[1]!, { State: undefined, Status: 'PENDING_CLOSURE' })] },
];
const page = fc.constantFrom(...pages).chain(bodyOf);

/** An input is up to fifty calls of AWS's client. */
const LISTS = RUNS / 4;

test('pages of accounts, whatever is in them: accounts that they name, or a failure for people, in an end of calls', async () => {
  const counts = { listed: 0, failed: 0, goesOn: 0 };
  const check = async (given: string[]) => {
    const listed = await made(given, () => listOrganization({ backOff }));
    assert.ok(calls <= 50, `${calls} calls`);
    if (listed === undefined) {
      counts.failed += 1;
      return;
    }
    counts.listed += 1;
    if (listed.next !== undefined) counts.goesOn += 1;
    const { active, others, next, organizationId, managementAccountId } = listed;
    assert.ok(next === undefined || (typeof next === 'string' && next !== ''));
    const text = given.join('\n');
    for (const accountId of [...active, ...others.map((it) => it.accountId)]) {
      assert.match(accountId, /^\d{12}$/);
      assert.ok(text.includes(accountId), `nothing names ${accountId}`);
    }
    for (const { state } of others) {
      assertOneLine(state, 40);
      assert.notEqual(state, 'ACTIVE');
    }
    for (const id of [organizationId, managementAccountId])
      assert.ok(id === undefined || text.includes(id), `nothing names ${String(id)}`);
  };
  await fuzz(fc.array(page, { minLength: 1, maxLength: 3 }), check, { runs: LISTS });
  // Neither outcome goes untested.
  expect(Math.min(counts.listed, counts.failed, counts.goesOn)).toBeGreaterThan(LISTS / 100);
});

test('a NextToken for ever: the same one is told, and new ones end with the part', async () => {
  const same = JSON.stringify({ Accounts: [], NextToken: 'x' });
  const listed = await made([same], () => listOrganization({ backOff }));
  // The first has brought something; what comes after it is the next part's to tell.
  expect([listed?.next, calls]).toEqual(['x', 2]);
  expect(await made([same], () => listOrganization({ from: 'x', backOff }))).toBeUndefined();
  const fresh = Array.from({ length: 60 }, (_, index) =>
    JSON.stringify({ Accounts: [account(ACCOUNTS[0]!)], NextToken: `t${index}` }),
  );
  const part = await made(fresh, () => listOrganization({ backOff }));
  expect([part?.next, calls]).toEqual(['t49', 50]);
});

const read = readRules(
  Buffer.from(`
defaults: {region: eu-west-1}
rules:
  - match: {organizationalUnit: ["Sandbox", "ou-ab12-*"]}
    action: ignore
  - match: {tags: {stage: "p*"}, account: "*data*"}
    request: {name: prod}
`),
);
assert.ok('rules' in read);
const { rules } = read;
const facts = [
  { Parents: [{ Id: 'ou-ab12-22222222', Type: 'ORGANIZATIONAL_UNIT' }] },
  { Parents: [{ Id: 'r-ab12', Type: 'ROOT' }] },
  { Parents: [], NextToken: 'more' },
  { OrganizationalUnit: { Id: 'ou-zz12-22222222', Arn: 'arn', Name: 'Sandbox' } },
  { Tags: [{ Key: 'stage', Value: 'prod' }], NextToken: 'more' },
  { Tags: [{ Key: '__proto__', Value: 'x' }] },
  { Account: account(ACCOUNTS[0]!) },
  // Whatever is asked, an answer of all.
  {
    Parents: [{ Id: 'ou-cd12-22222222', Type: 'ORGANIZATIONAL_UNIT' }],
    OrganizationalUnit: { Id: 'ou-cd12-22222222', Name: 'x' },
    Tags: [{ Key: 'stage', Value: 'prod' }],
    Account: account(ACCOUNTS[0]!),
  },
];
const fact = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...facts).map((it) => JSON.stringify(it)) },
  { weight: 2, arbitrary: fc.constantFrom(...facts).chain(bodyOf) },
  { weight: 1, arbitrary: mutatedText(fc.constantFrom(...facts.map((it) => JSON.stringify(it)))) },
  { weight: 1, arbitrary: mutated(fc.constantFrom<unknown>(...facts)).map(jsonOf) },
  { weight: 1, arbitrary: oddValue.map(jsonOf) },
);

test('what Organizations says of an account, whatever it is: a decision of the rules, or a failure for people', async () => {
  const counts = new Map<string, number>();
  await fuzz(fc.array(fact, { minLength: 1, maxLength: 8 }), async (given) => {
    const decided = await made(given, () => decideAccounts({ accountIds: ACCOUNTS, rules, backOff }));
    assert.ok(calls <= 3 * 3 * 500, `${calls} calls`);
    assert.ok(decided === undefined || decided.length > 0);
    for (const [index, its] of (decided ?? []).entries()) {
      assert.equal(its.accountId, ACCOUNTS[index]);
      const by = 'by' in its ? its.by : 'why';
      counts.set(by, (counts.get(by) ?? 0) + 1);
      if ('by' in its) assert.equal(requestBy(its.by, rules) === undefined, its.by === 'rules.0');
    }
    if (decided === undefined) counts.set('failed', (counts.get('failed') ?? 0) + 1);
  });
  for (const outcome of ['rules.0', 'otherwise', 'failed'])
    expect([outcome, (counts.get(outcome) ?? 0) > RUNS / 100]).toEqual([outcome, true]);
});

import { freshAccounts, startFleets, type FleetHarness } from '../../support/fleets';
import { requestFor, until } from '../../support/harness';
import type { AccountFaults } from '../../support/provisioning';

let harness: FleetHarness;
beforeAll(async () => {
  harness = await startFleets();
});
afterAll(() => harness.stop());

const succeeded = (name: string, count: number) =>
  until(
    () => harness.client.fleets.status(name),
    (progress) => progress.succeeded === count,
  );

const DENIED = 'User: x is not authorized to perform: sso:CreateInstance';
const times = 9_999;

test.concurrent.each<[string, AccountFaults]>([
  ['STS refuses the role', { notReadyForMs: 600_000 }],
  [
    'the Region is not enabled',
    { failNext: [{ operation: 'ListInstances', error: 'OptInRequired', status: 403, times }] },
  ],
  [
    'CreateInstance alone is denied',
    { failNext: [{ operation: 'CreateInstance', error: 'AccessDeniedException', message: DENIED, times }] },
  ],
])(
  'accounts that are not ready give their places to others, and go on once they are: %s',
  async (_why, faults) => {
    const ids = freshAccounts(8);
    const notReady = ids.slice(0, 4);
    harness.emulator.setFaults({ accounts: notReady, creationMs: 0, ...faults });
    const fleet = harness.fleetOf(ids, { maxConcurrent: 2 });
    await harness.client.fleets.start(fleet);
    await succeeded(fleet.name, 4);
    harness.emulator.setFaults({ accounts: notReady, creationMs: 0, failNext: [] });
    expect(await harness.client.fleets.result(fleet.name)).toMatchObject({ succeeded: 8, failed: 0 });
    for (const account of ids) expect(harness.created(account)).toHaveLength(1);
  },
);

test('the time that an account may be not ready counts from its first attempt, with its place given or not', async () => {
  const [account = '', other = ''] = freshAccounts(2);
  harness.emulator.setFaults({ accounts: [account], notReadyForMs: 600_000 });
  const timing = { ...requestFor(account).timing, accountReadyTimeout: '8s' };
  const fleet = {
    ...harness.fleetOf([account, other], { maxConcurrent: 1 }),
    accounts: [requestFor(account, { timing }), requestFor(other)],
  };
  const began = Date.now();
  await harness.client.fleets.start(fleet);
  expect(await harness.client.fleets.result(fleet.name)).toMatchObject({ succeeded: 1, failed: 1 });
  expect(Date.now() - began).toBeGreaterThan(7_000);
  const outcomes = await harness.outcomesOf(fleet.name);
  expect(outcomes.find(({ accountId }) => accountId === account)?.failure?.type).toBe('AccountNotReady');
  expect(harness.creates(account)).toHaveLength(0);
});

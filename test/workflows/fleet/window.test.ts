import type { FleetInput } from '../../../client';
import { fleetIdOf } from '../../../contract';
import { freshAccounts, startFleets, type FleetHarness } from '../../support/fleets';
import { requestFor, until } from '../../support/harness';
import { hurry, throttledOnce } from '../../support/steering';
import { newPage } from '../../../workflows/fleet/state';
import { shareWindow } from '../../../workflows/fleet/window';

let harness: FleetHarness;
beforeAll(async () => {
  harness = await startFleets();
});
afterAll(() => harness.stop());

test.concurrent('accounts that are tried again wait until the later pages leave them a place', async () => {
  const [failing, slow] = [freshAccounts(3), freshAccounts(3)];
  harness.emulator.setFaults({ accounts: failing, organizationForbids: true });
  for (const account of slow)
    harness.emulator.setFaults({ accounts: [account], ...throttledOnce('DescribeInstance') });
  const name = harness.freshName();
  const handle = await harness.temporal.workflow.start<(request: object) => Promise<object>>(
    'provisionFleet',
    {
      workflowId: fleetIdOf(name),
      taskQueue: harness.taskQueue,
      args: [{ name, pages: 2, maxConcurrent: 3 }],
    },
  );
  for (const [page, ids] of [failing, slow].entries())
    await handle.signal('addPage', { page, accounts: ids.map((account) => requestFor(account)) });
  await until(
    () => harness.client.fleets.status(name),
    ({ failed, open }) => failed === 3 && open === 3,
  );
  harness.emulator.setFaults({ accounts: failing, creationMs: 500 });
  await harness.client.fleets.steer(name, 'retry');
  const seen: number[] = [];
  await until(
    async () => {
      const { open, status } = await harness.client.fleets.status(name);
      seen.push(open);
      // Not before it has been looked at how many are open while the slow ones are.
      if (seen.length === 1) await Promise.all(slow.map((account) => hurry(harness, account)));
      return status;
    },
    (status) => status !== 'RUNNING',
  );
  expect(Math.max(...seen)).toBe(3);
  expect(await handle.result()).toMatchObject({ succeeded: 6, failed: 0 });
});

test.concurrent(
  'a held account gives its place to another, and retry of the fleet goes on with it',
  async () => {
    const ids = freshAccounts(3);
    const [held = ''] = ids;
    harness.emulator.setFaults({ accounts: [held], organizationForbids: true });
    const fleet: FleetInput = {
      ...harness.fleetOf(ids, { maxConcurrent: 1 }),
      accounts: ids.map((account) => requestFor(account, { onFailure: 'hold' })),
    };
    await harness.client.fleets.start(fleet);
    await until(
      () => harness.client.fleets.status(fleet.name),
      ({ held, succeeded }) => held === 1 && succeeded === 2,
    );
    harness.emulator.setFaults({ accounts: [held], organizationForbids: false });
    await harness.client.fleets.steer(fleet.name, 'retry');
    expect(await harness.client.fleets.result(fleet.name)).toMatchObject({ succeeded: 3 });
  },
);

test.concurrent(
  'accounts that are not ready give their places to others, and are done once they are',
  async () => {
    const [notReady, ready] = [freshAccounts(12), freshAccounts(6)];
    harness.emulator.setFaults({ accounts: notReady, notReadyForMs: 600_000 });
    const fleet = harness.fleetOf([...notReady, ...ready], { maxConcurrent: 3 });
    await harness.client.fleets.start(fleet);
    const seen = await until(
      () => harness.client.fleets.status(fleet.name),
      ({ succeeded, notReady }) => succeeded === 6 && notReady === 12,
    );
    expect(seen).toMatchObject({ open: 12, held: 0, waiting: 0, failed: 0 });
    const unfinished = [];
    for await (const { end } of harness.client.fleets.unfinished(fleet.name)) unfinished.push(end);
    expect(unfinished).toEqual(notReady.map(() => 'notReady'));
    harness.emulator.setFaults({ accounts: notReady, notReadyForMs: 0 });
    await Promise.all(notReady.map((account) => hurry(harness, account)));
    expect(await harness.client.fleets.result(fleet.name)).toMatchObject({ succeeded: 18, failed: 0 });
  },
);

test('a thousand accounts that are not ready give their places away, and further ones keep theirs', () => {
  const page = (page: number, more: object) => ({ ...newPage(page, 0), started: true, ...more });
  const waiting = page(9, { waiting: 250 });
  const windowOf = (...before: ReturnType<typeof page>[]) =>
    shareWindow({ pages: [...before, waiting], maxConcurrent: 50 } as never).at(-1)?.window;
  const notReady = (count: number) => page(0, { open: count, notReady: count });
  expect(windowOf(notReady(60))).toBe(50);
  expect(windowOf(notReady(1_000))).toBe(50);
  expect(windowOf(notReady(1_020))).toBe(30);
  expect(windowOf(notReady(2_000))).toBe(0);
  expect(windowOf(page(0, { open: 10, held: 3, notReady: 4 }))).toBe(47);
});

// Last: what all the fleets above left.
test('the histories of these fleets and of their pages replay', () => harness.replayAll());

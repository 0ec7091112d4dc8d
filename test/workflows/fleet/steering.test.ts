import { NoFleetError, type AccountOutcome, type FleetInput } from '../../../client';
import { fleetIdOf } from '../../../contract';
import { freshAccounts, startFleets, type FleetHarness } from '../../support/fleets';
import { requestFor, until } from '../../support/harness';
import { hurry, throttledOnce } from '../../support/steering';

let harness: FleetHarness;
beforeAll(async () => {
  harness = await startFleets();
});
afterAll(() => harness.stop());

test('stopAfterFailures begins no more accounts', async () => {
  const ids = freshAccounts(20);
  harness.emulator.setFaults({ accounts: ids.slice(0, 2), organizationForbids: true });
  const result = await harness.run(harness.fleetOf(ids, { maxConcurrent: 1, stopAfterFailures: 2 }));
  expect(result).toMatchObject({ failed: 2 });
  // Those that were begun before the fleet heard of the second failure.
  expect(result?.skipped).toBeGreaterThanOrEqual(15);
});

test('accounts that are tried again wait until the later pages leave them a place', async () => {
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

test('a stopping fleet tries its held accounts again, and says what to do where it has none', async () => {
  const ids = freshAccounts(4);
  const [held = '', failing = ''] = ids;
  harness.emulator.setFaults({ accounts: [held, failing], organizationForbids: true });
  const fleet: FleetInput = {
    ...harness.fleetOf(ids, { maxConcurrent: 1, stopAfterFailures: 1 }),
    accounts: ids.map((account, index) => requestFor(account, { onFailure: index === 0 ? 'hold' : 'fail' })),
  };
  await harness.client.fleets.start(fleet);
  await until(
    () => harness.client.fleets.status(fleet.name),
    ({ stage, held, open }) => stage === 'stopping' && held === 1 && open === 1,
  );
  const unfinished = [];
  for await (const account of harness.client.fleets.unfinished(fleet.name)) unfinished.push(account);
  expect(unfinished).toMatchObject([{ accountId: held, end: 'held' }]);
  harness.emulator.setFaults({ accounts: [held, failing], organizationForbids: false });
  await until(
    () => harness.client.fleets.steer(fleet.name, 'retry').catch(() => undefined),
    (progress) => progress !== undefined,
  );
  const result = await harness.client.fleets.result(fleet.name);
  expect(result).toMatchObject({ failed: 1 });
  expect(await harness.outcomesOf(fleet.name)).toContainEqual(
    expect.objectContaining({ accountId: held, end: 'succeeded' }),
  );
});

test('a fleet that is being cancelled is not joined, and one that has ended is not cancelled', async () => {
  const ids = freshAccounts(2);
  harness.emulator.setFaults({ accounts: ids, creationMs: 600_000, deletionMs: 2_000 });
  const fleet = harness.fleetOf(ids);
  await harness.client.fleets.start(fleet);
  await until(
    () => ids.flatMap((account) => harness.created(account)).length,
    (made) => made === 2,
  );
  await harness.client.fleets.cancel(fleet.name);
  await until(
    () => harness.client.fleets.status(fleet.name),
    ({ stage }) => stage === 'cancelling',
  );
  await expect(harness.client.fleets.start(fleet)).rejects.toThrow('is being cancelled: start it again once');
  await harness.client.fleets.result(fleet.name);
  await expect(harness.client.fleets.cancel(fleet.name)).rejects.toThrow(NoFleetError);
});

test('a held account gives its place to another, and retry of the fleet goes on with it', async () => {
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
});

test('a run that leaves its hold while its fleet is paused is paused as well, until the fleet goes on', async () => {
  const [account = ''] = freshAccounts(1);
  harness.emulator.setFaults({ accounts: [account], organizationForbids: true });
  const name = harness.freshName();
  await harness.client.fleets.start({ name, accounts: [requestFor(account, { onFailure: 'hold' })] });
  await until(
    () => harness.client.fleets.status(name),
    ({ held }) => held === 1,
  );
  await harness.client.fleets.steer(name, 'pause');
  harness.emulator.setFaults({
    accounts: [account],
    organizationForbids: false,
    ...throttledOnce('CreateInstance'),
  });
  await harness.client.retry(account);
  await until(
    () => harness.client.status(account),
    ({ paused }) => paused,
  );
  await harness.client.fleets.steer(name, 'resume');
  expect(await harness.client.fleets.result(name)).toMatchObject({ succeeded: 1 });
});

test('paused, a fleet begins nothing; resumed, it ends', async () => {
  const ids = freshAccounts(10);
  for (const account of ids)
    harness.emulator.setFaults({ accounts: [account], ...throttledOnce('DescribeInstance') });
  const fleet = harness.fleetOf(ids, { maxConcurrent: 2 });
  await harness.client.fleets.start(fleet);
  const begun = await until(
    () => ids.filter((account) => harness.created(account).length > 0),
    ({ length }) => length === 2,
  );
  await harness.client.fleets.steer(fleet.name, 'pause');
  await expect(harness.client.fleets.steer(fleet.name, 'pause')).rejects.toThrow('paused already');
  const paused = await harness.client.fleets.status(fleet.name);
  expect(paused).toMatchObject({ stage: 'paused' });
  // Room for all does not begin one.
  await harness.client.fleets.adjust(fleet.name, { maxConcurrent: 10 });
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  expect(ids.flatMap((account) => harness.creates(account))).toHaveLength(2);
  for (const account of ids) harness.emulator.setFaults({ accounts: [account], failNext: [] });
  await harness.client.fleets.steer(fleet.name, 'resume');
  await Promise.all(begun.map((account) => hurry(harness, account)));
  expect(await harness.client.fleets.result(fleet.name)).toMatchObject({ succeeded: 10 });
});

test('cancelled, its open runs roll back, the rest is left out, and then it ends', async () => {
  const ids = freshAccounts(8);
  harness.emulator.setFaults({ accounts: ids, creationMs: 600_000, deletionMs: 0 });
  const fleet = harness.fleetOf(ids, { maxConcurrent: 3 });
  await harness.client.fleets.start(fleet);
  await until(
    () => ids.filter((account) => harness.created(account).length > 0).length,
    (made) => made === 3,
  );
  await harness.client.fleets.cancel(fleet.name);
  expect(await harness.client.fleets.result(fleet.name)).toBeUndefined();
  expect(await harness.client.fleets.status(fleet.name)).toMatchObject({
    stage: 'cancelled',
    status: 'CANCELLED',
    open: 0,
    cancelled: 3,
    skipped: 5,
  });
  expect(ids.flatMap((account) => harness.created(account))).toEqual([]);
});

test('cancelled right after its start, it ends with no instance', async () => {
  const ids = freshAccounts(4);
  harness.emulator.setFaults({ accounts: ids, creationMs: 600_000, deletionMs: 0 });
  const fleet = harness.fleetOf(ids);
  await harness.client.fleets.start(fleet);
  await harness.client.fleets.cancel(fleet.name);
  expect(await harness.client.fleets.result(fleet.name)).toBeUndefined();
  expect(ids.flatMap((account) => harness.created(account))).toEqual([]);
});

test('a page that is terminated from outside does not keep its fleet open', async () => {
  const ids = freshAccounts(2);
  harness.emulator.setFaults({ accounts: ids, creationMs: 600_000 });
  const fleet = harness.fleetOf(ids);
  await harness.client.fleets.start(fleet);
  const { pageIdPrefix } = await until(
    () => harness.client.fleets.status(fleet.name),
    ({ waiting }) => waiting === 0,
  );
  await harness.temporal.workflow.getHandle(`${pageIdPrefix}0`).terminate();
  await harness.client.fleets.adjust(fleet.name, { maxConcurrent: 9 });
  await harness.client.fleets.steer(fleet.name, 'pause');
  const result = await harness.client.fleets.result(fleet.name);
  expect(result).toMatchObject({
    failed: 2,
    causes: [expect.objectContaining({ type: 'PageLost', count: 2 })],
  });
  for (const account of ids) await harness.client.cancel(account);
});

test('a page that a cancel reached before a retry is counted as it ended', async () => {
  const [slow = '', waiting = ''] = freshAccounts(2);
  harness.emulator.setFaults({ accounts: [slow], ...throttledOnce('DescribeInstance') });
  const name = harness.freshName();
  const handle = await harness.temporal.workflow.start('provisionFleet', {
    workflowId: fleetIdOf(name),
    taskQueue: harness.taskQueue,
    args: [{ name, pages: 2, maxConcurrent: 1 }],
  });
  for (const [page, account] of [slow, waiting].entries())
    await handle.signal('addPage', { page, accounts: [requestFor(account)] });
  const { pageIdPrefix } = await until(
    () => harness.client.fleets.status(name),
    ({ pages, open }) => pages.arrived === 2 && open === 1,
  );
  // The last words of a page that is cancelled, and has not heard of the retry.
  const pageId = `${pageIdPrefix}1`;
  const ended = { succeeded: 0, failed: 0, cancelled: 0, skipped: 1, windingUp: true };
  const report = { page: 1, pageId, waiting: 0, open: 0, held: 0, notReady: 0, ...ended, retries: 0, untold: 0 };
  await handle.signal('retry');
  await handle.signal('pageReport', { ...report, newFailures: [] });
  await hurry(harness, slow);
  await handle.result();
  expect(await harness.client.fleets.status(name)).toMatchObject({ succeeded: 1, skipped: 1, failed: 0 });
});

test('a page of a terminated fleet does not meddle with the next of that name, and soon begins nothing more', async () => {
  const ids = freshAccounts(3);
  harness.emulator.setFaults({ accounts: ids, creationMs: 3_000 });
  const fleet = harness.fleetOf(ids, { maxConcurrent: 1 });
  await harness.client.fleets.start(fleet);
  const { pageIdPrefix } = await until(
    () => harness.client.fleets.status(fleet.name),
    ({ open }) => open === 1,
  );
  await harness.temporal.workflow.getHandle(fleetIdOf(fleet.name)).terminate();
  await harness.client.fleets.start(fleet);
  expect(await harness.client.fleets.result(fleet.name)).toMatchObject({ accounts: 3, succeeded: 3 });
  expect(await harness.outcomesOf(fleet.name)).toHaveLength(3);
  const left = (await harness.temporal.workflow.getHandle(`${pageIdPrefix}0`).result()) as AccountOutcome[];
  // It learns at its next report that its fleet is gone.
  expect(left.map(({ end }) => end).at(-1)).toBe('skipped');
});

test('retry of a running fleet tries its failed accounts again', async () => {
  const ids = freshAccounts(4);
  const [bad = '', slow = ''] = ids;
  harness.emulator.setFaults({ accounts: [bad], organizationForbids: true });
  harness.emulator.setFaults({ accounts: [slow], ...throttledOnce('DescribeInstance') });
  const fleet = harness.fleetOf(ids);
  await harness.client.fleets.start(fleet);
  await until(
    () => harness.client.fleets.status(fleet.name),
    ({ failed }) => failed === 1,
  );
  harness.emulator.setFaults({ accounts: [bad], organizationForbids: false });
  const { waiting, causes } = await harness.client.fleets.steer(fleet.name, 'retry');
  expect([waiting, causes]).toEqual([1, []]);
  await hurry(harness, slow);
  expect(await harness.client.fleets.result(fleet.name)).toMatchObject({
    succeeded: 4,
    failed: 0,
    causes: [],
  });
  expect((await harness.outcomesOf(fleet.name)).map(({ end }) => end)).toEqual(ids.map(() => 'succeeded'));
});

// Last: what all the fleets above left.
test('the histories of these fleets and of their pages replay', () => harness.replayAll());

import { NoFleetError } from '../../../client';
import { fleetIdOf } from '../../../contract';
import { freshAccounts, startFleets, type FleetHarness } from '../../support/fleets';
import { handleOf, requestFor, until } from '../../support/harness';
import { detailsOf, hurry, letGoOn, throttledOnce } from '../../support/steering';

let harness: FleetHarness;
beforeAll(async () => {
  harness = await startFleets();
});
afterAll(() => harness.stop());

test.concurrent(
  'a fleet that is being cancelled is not joined, and one that has ended is not cancelled',
  async () => {
    const ids = freshAccounts(2);
    for (const account of ids)
      harness.emulator.setFaults({
        accounts: [account],
        creationMs: 600_000,
        deletionMs: 0,
        ...throttledOnce('DeleteInstance'),
      });
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
    await expect(harness.client.fleets.start(fleet)).rejects.toThrow(
      'is being cancelled: start it again once',
    );
    await Promise.all(ids.map((account) => letGoOn(harness, account, 'DeleteInstance')));
    await harness.client.fleets.result(fleet.name);
    await expect(harness.client.fleets.cancel(fleet.name)).rejects.toThrow(NoFleetError);
  },
);

test.concurrent('cancelled, its open runs roll back, the rest is left out, and then it ends', async () => {
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

test.concurrent('while it is being cancelled, its details say how far that is', async () => {
  const [quick = '', slow = ''] = freshAccounts(2);
  harness.emulator.setFaults({ accounts: [quick], creationMs: 600_000, deletionMs: 0 });
  harness.emulator.setFaults({ accounts: [slow], creationMs: 600_000, deletionMs: 600_000 });
  const fleet = harness.fleetOf([quick, slow]);
  const { workflowId } = await harness.client.fleets.start(fleet);
  await until(
    () => [quick, slow].flatMap((account) => harness.created(account)).length,
    (made) => made === 2,
  );
  await harness.client.fleets.cancel(fleet.name);
  await until(
    () => harness.client.fleets.status(fleet.name),
    ({ cancelled }) => cancelled === 1,
  );
  expect(await detailsOf(harness, workflowId)).toContain('1 cancelled, 0 skipped; 1 open, 0 waiting');
  await handleOf(harness, slow).terminate();
  await harness.client.fleets.result(fleet.name);
});

test.concurrent('cancelled right after its start, it ends with no instance', async () => {
  const ids = freshAccounts(4);
  harness.emulator.setFaults({ accounts: ids, creationMs: 600_000, deletionMs: 0 });
  const fleet = harness.fleetOf(ids);
  await harness.client.fleets.start(fleet);
  await harness.client.fleets.cancel(fleet.name);
  expect(await harness.client.fleets.result(fleet.name)).toBeUndefined();
  expect(ids.flatMap((account) => harness.created(account))).toEqual([]);
});

test.concurrent('a page that a cancel reached before a retry is counted as it ended', async () => {
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
  const ended = { succeeded: 0, failed: 0, cancelled: 0, skipped: 1, differing: 0, windingUp: true };
  const report = {
    page: 1,
    pageId,
    waiting: 0,
    open: 0,
    held: 0,
    notReady: 0,
    ...ended,
    retries: 0,
    untold: 0,
  };
  await handle.signal('retry');
  await handle.signal('pageReport', { ...report, holds: [], newFailures: [] });
  await hurry(harness, slow);
  await handle.result();
  expect(await harness.client.fleets.status(name)).toMatchObject({ succeeded: 1, skipped: 1, failed: 0 });
});

test.concurrent.each([0, 50, 150, 400, 900])(
  'cancelled %i ms after its last account has ended, it has ended either way, and loses nothing',
  async (ms) => {
    const [good = '', bad = ''] = freshAccounts(2);
    harness.emulator.setFaults({ accounts: [bad], organizationForbids: true });
    const fleet = harness.fleetOf([good, bad]);
    await harness.client.fleets.start(fleet);
    await until(
      () => harness.emulator.calls({ account: good, operation: 'DescribeInstance' }).length,
      (looks) => looks > 0,
    );
    await new Promise((resolve) => setTimeout(resolve, ms));
    await harness.temporal.workflow
      .getHandle(fleetIdOf(fleet.name))
      .cancel()
      .catch(() => undefined);
    const result = await harness.client.fleets.result(fleet.name);
    const { status, stage, ...counts } = await harness.client.fleets.status(fleet.name);
    expect([status, stage]).toEqual(
      result === undefined ? ['CANCELLED', 'cancelled'] : ['COMPLETED', 'done'],
    );
    const { succeeded, failed, cancelled, skipped, open, waiting } = counts;
    expect([succeeded + failed + cancelled + skipped, open, waiting]).toEqual([2, 0, 0]);
  },
);

// Last: what all the fleets above left.
test('the histories of these fleets and of their pages replay', () => harness.replayAll());

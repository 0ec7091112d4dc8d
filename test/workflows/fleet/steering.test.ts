import { FleetRefusedError, NoFleetError, type FleetInput } from '../../../client';
import { fleetIdOf, PAGE_REPORT_SIGNAL, type PageReport } from '../../../contract';
import { freshAccounts, startFleets, type FleetHarness } from '../../support/fleets';
import { requestFor, until } from '../../support/harness';
import { hurry, throttledOnce } from '../../support/steering';

let harness: FleetHarness;
beforeAll(async () => {
  harness = await startFleets();
});
afterAll(() => harness.stop());

test.concurrent('stopAfterFailures begins no more accounts', async () => {
  const ids = freshAccounts(20);
  harness.emulator.setFaults({ accounts: ids.slice(0, 2), organizationForbids: true });
  // The fleet hears of the second failure while the third account takes its time.
  harness.emulator.setFaults({ accounts: ids.slice(2), creationMs: 4_000 });
  const fleet = harness.fleetOf(ids, { maxConcurrent: 1, stopAfterFailures: 2 });
  const { name } = fleet;
  const result = await harness.run(fleet);
  expect(result).toMatchObject({ failed: 2 });
  expect(await harness.client.fleets.status(name)).toMatchObject({
    stage: 'done',
    stopped: { failed: 2, stopAfterFailures: 2 },
  });
  // Those that were begun before the fleet heard of the second failure.
  expect(result?.skipped).toBeGreaterThanOrEqual(15);
});

test.concurrent(
  'a stopping fleet tries its held accounts again, and says what to do where it has none',
  async () => {
    const ids = freshAccounts(4);
    const [held = '', failing = ''] = ids;
    harness.emulator.setFaults({ accounts: [held, failing], organizationForbids: true });
    const fleet: FleetInput = {
      ...harness.fleetOf(ids, { maxConcurrent: 1, stopAfterFailures: 1 }),
      accounts: ids.map((account, index) =>
        requestFor(account, { onFailure: index === 0 ? 'hold' : 'fail' }),
      ),
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
  },
);

test.concurrent(
  'a run that leaves its hold while its fleet is paused is paused as well, until the fleet goes on',
  async () => {
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
  },
);

test.concurrent('paused, a fleet begins nothing; resumed, it ends', async () => {
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
  await expect(harness.client.fleets.steer(fleet.name, 'pause')).resolves.toMatchObject({
    note: 'the fleet was paused already',
  });
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

test.concurrent('retry of a running fleet tries its failed accounts again', async () => {
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

test.concurrent.each([0, 100, 200, 300, 500, 800])(
  'a retry %i ms after the last account has ended is refused or done, never lost',
  async (ms) => {
    const [good = '', bad = ''] = freshAccounts(2);
    harness.emulator.setFaults({ accounts: [bad], organizationForbids: true });
    harness.emulator.setFaults({ accounts: [good], creationMs: 1_500 });
    const fleet = harness.fleetOf([good, bad]);
    await harness.client.fleets.start(fleet);
    await until(
      () => harness.client.fleets.status(fleet.name),
      ({ failed }) => failed === 1,
    );
    harness.emulator.setFaults({ accounts: [bad], organizationForbids: false });
    await until(
      () => harness.created(good)[0]?.status,
      (status) => status === 'ACTIVE',
    );
    await new Promise((resolve) => setTimeout(resolve, ms));
    const refused = await harness.client.fleets.steer(fleet.name, 'retry').then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(await harness.client.fleets.result(fleet.name)).toMatchObject(
      refused === undefined ? { succeeded: 2, failed: 0 } : { succeeded: 1, failed: 1 },
    );
    if (refused instanceof FleetRefusedError) expect(refused.message).toContain('the fleet is ending');
    else if (refused !== undefined) expect(refused).toBeInstanceOf(NoFleetError);
  },
);

test.concurrent(
  'what is ordered of a run goes to that run, not to one that has its workflow ID since',
  async () => {
    const [account = '', other = ''] = freshAccounts(2);
    harness.emulator.setFaults({ accounts: [account], organizationForbids: true });
    harness.emulator.setFaults({ accounts: [other], ...throttledOnce('DescribeInstance') });
    const fleet = harness.fleetOf([account, other]);
    await harness.client.fleets.start(fleet);
    await until(
      () => harness.client.fleets.status(fleet.name),
      ({ failed }) => failed === 1,
    );
    harness.emulator.setFaults({
      accounts: [account],
      organizationForbids: false,
      ...throttledOnce('CreateInstance'),
    });
    await harness.client.start(requestFor(account));
    await harness.client.fleets.steer(fleet.name, 'pause');
    await until(
      () => harness.client.status(other),
      ({ paused }) => paused,
    );
    expect(await harness.client.status(account)).toMatchObject({ status: 'RUNNING', paused: false });
    await harness.client.fleets.steer(fleet.name, 'resume');
    await Promise.all([account, other].map((id) => hurry(harness, id)));
    expect(await harness.client.fleets.result(fleet.name)).toMatchObject({ succeeded: 1, failed: 1 });
  },
);

// Last: what all the fleets above left.
test('the histories of these fleets and of their pages replay', () => harness.replayAll());

test.concurrent('a retry that crosses the news of a failure tries the account again', async () => {
  const [held = '', slow = ''] = freshAccounts(2);
  harness.emulator.setFaults({ accounts: [held], organizationForbids: true });
  harness.emulator.setFaults({ accounts: [slow], creationMs: 600_000 });
  const name = harness.freshName();
  const fleet = await harness.temporal.workflow.start('provisionFleet', {
    workflowId: fleetIdOf(name),
    taskQueue: harness.taskQueue,
    args: [{ name, pages: 2 }],
  });
  for (const [page, account] of [held, slow].entries())
    await fleet.signal('addPage', { page, accounts: [requestFor(account, { onFailure: 'hold' })] });
  const { pageIdPrefix } = await until(
    () => harness.client.fleets.status(name),
    (progress) => progress.held === 1 && progress.open === 2,
  );
  await harness.client.abort(held, 'no');
  await until(
    () => harness.client.fleets.status(name),
    ({ failed }) => failed === 1,
  );
  harness.emulator.setFaults({ accounts: [held], creationMs: 0 });
  // What the fleet knew when its order crossed the report: an account that is held, which needs no place to be tried again.
  const report: PageReport = {
    page: 0,
    pageId: `${pageIdPrefix}0`,
    ...{
      waiting: 0,
      open: 1,
      held: 1,
      notReady: 0,
      succeeded: 0,
      differing: 0,
      failed: 0,
      cancelled: 0,
      skipped: 0,
    },
    ...{ retries: 0, windingUp: false, holds: [], newFailures: [], untold: 0 },
  };
  await fleet.signal(PAGE_REPORT_SIGNAL, report);
  await harness.client.fleets.steer(name, 'retry');
  await until(
    () => harness.client.fleets.status(name),
    ({ succeeded }) => succeeded === 1,
  );
  await harness.client.fleets.cancel(name);
});

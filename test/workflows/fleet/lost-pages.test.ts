import { historyFromJSON, historyToJSON } from '@temporalio/common/lib/proto-utils';
import { Worker } from '@temporalio/worker';
import type { AccountOutcome } from '../../../client';
import { fleetIdOf, PAGE_ORDER_SIGNAL, PAGE_REPORT_SIGNAL } from '../../../contract';
import { WORKFLOW_BUNDLE } from '../../../worker';
import { freshAccounts, startFleets, type FleetHarness } from '../../support/fleets';
import { requestFor, until } from '../../support/harness';
import { UNSEEN } from '../../support/steering';
import { HistoryWriter, type JsonEvent } from '../../support/written-history';

let harness: FleetHarness;
beforeAll(async () => {
  harness = await startFleets();
});
afterAll(() => harness.stop());

test.concurrent('a page that is terminated from outside does not keep its fleet open', async () => {
  const ids = freshAccounts(2);
  harness.emulator.setFaults({ accounts: ids, creationMs: 600_000 });
  const fleet = harness.fleetOf(ids);
  await harness.client.fleets.start(fleet);
  const { pageIdPrefix } = await until(
    () => harness.client.fleets.status(fleet.name),
    ({ waiting }) => waiting === 0,
  );
  await harness.temporal.workflow.getHandle(`${pageIdPrefix}0`).terminate();
  const result = await harness.client.fleets.result(fleet.name);
  expect(result).toMatchObject({
    failed: 2,
    causes: [expect.objectContaining({ type: 'PageLost', count: 2 })],
  });
  for (const account of ids) await harness.client.cancel(account);
});

test.concurrent(
  'a page of a terminated fleet does not meddle with the next of that name, and soon begins nothing more',
  async () => {
    const ids = freshAccounts(7);
    const [first = '', ...others] = ids;
    // Their page begins none of them before its fleet is gone.
    harness.emulator.setFaults({ accounts: [first], creationMs: 0, failNext: [UNSEEN] });
    harness.emulator.setFaults({ accounts: others, creationMs: 2_000 });
    const fleet = harness.fleetOf(ids, { maxConcurrent: 1 });
    await harness.client.fleets.start(fleet);
    const { pageIdPrefix } = await until(
      () => harness.client.fleets.status(fleet.name),
      ({ open }) => open === 1,
    );
    await harness.temporal.workflow.getHandle(fleetIdOf(fleet.name)).terminate();
    await harness.client.fleets.start(fleet);
    harness.emulator.setFaults({ accounts: [first], creationMs: 0 });
    expect(await harness.client.fleets.result(fleet.name)).toMatchObject({ accounts: 7, succeeded: 7 });
    expect(await harness.outcomesOf(fleet.name)).toHaveLength(7);
    const left = (await harness.temporal.workflow.getHandle(`${pageIdPrefix}0`).result()) as AccountOutcome[];
    // It learns at its next report, 5 s later at the most, that its fleet is gone.
    expect(left.map(({ end }) => end).at(-1)).toBe('skipped');
  },
);

/** A fleet with two accounts whose roll-back does not come to an end, as it is being cancelled. */
async function startCancelling(before?: (name: string) => Promise<unknown>) {
  const ids = freshAccounts(2);
  harness.emulator.setFaults({
    accounts: ids,
    creationMs: 600_000,
    deletionMs: 600_000,
  });
  const fleet = harness.fleetOf(ids);
  await harness.client.fleets.start(fleet);
  const { pageIdPrefix } = await until(
    () => harness.client.fleets.status(fleet.name),
    ({ open }) => open === 2,
  );
  await until(
    () => ids.flatMap((account) => harness.created(account)).length,
    (made) => made === 2,
  );
  await before?.(fleet.name);
  await harness.client.fleets.cancel(fleet.name);
  await until(
    () => harness.client.fleets.status(fleet.name),
    ({ stage }) => stage === 'cancelling',
  );
  return { name: fleet.name, page: harness.temporal.workflow.getHandle(`${pageIdPrefix}0`) };
}

const LOST = {
  status: 'CANCELLED',
  stage: 'cancelled',
  failed: 2,
  open: 0,
  causes: [
    { type: 'PageLost', count: 2, remedy: expect.stringContaining('Start the fleet again') as string },
  ],
};

test.concurrent(
  'a page that is terminated while its fleet is being cancelled is counted out, and the fleet ends',
  async () => {
    const { name, page } = await startCancelling();
    await page.terminate();
    expect(await harness.client.fleets.result(name)).toBeUndefined();
    expect(await harness.client.fleets.status(name)).toMatchObject(LOST);
  },
);

test.concurrent('so is one that an earlier execution of the fleet had started', async () => {
  const { name, page } = await startCancelling(async (name) => {
    const handle = harness.temporal.workflow.getHandle(fleetIdOf(name));
    const { runId } = await handle.describe();
    const calls = { pageIdPrefix: 'another fleet/', sent: 0, throttled: 0 };
    await Promise.all(Array.from({ length: 1_100 }, () => handle.signal('callsMade', calls)));
    await until(
      () => handle.describe(),
      (now) => now.runId !== runId,
    );
  });
  await page.terminate();
  expect(await harness.client.fleets.result(name)).toBeUndefined();
  expect(await harness.client.fleets.status(name)).toMatchObject(LOST);
});

test.concurrent('a page that cannot be started is counted out with the reason', async () => {
  const [account = '', other = ''] = freshAccounts(2);
  const name = harness.freshName();
  const { workflow } = harness.temporal;
  const handle = await workflow.start('provisionFleet', {
    workflowId: fleetIdOf(name),
    taskQueue: harness.taskQueue,
    args: [{ name, pages: 2 }],
  });
  const { pageIdPrefix } = await harness.client.fleets.status(name);
  // Somebody has a workflow of that ID.
  const taskQueue = 'nobody-polls-this';
  const inTheWay = await workflow.start('provisionFleetPage', { workflowId: `${pageIdPrefix}1`, taskQueue });
  for (const [page, id] of [account, other].entries())
    await handle.signal('addPage', { page, accounts: [requestFor(id)] });
  expect(await handle.result()).toMatchObject({
    succeeded: 1,
    failed: 1,
    causes: [
      {
        type: 'PageLost',
        example: expect.stringMatching(/^Page 1 .* could not be started \(.*already started/) as string,
      },
    ],
  });
  await inTheWay.terminate();
});

// Last: what all the fleets above left.
test('the histories of these fleets and of their pages replay', () => harness.replayAll());

/** A fleet of two pages, of which the second begins nothing: its window is the first one's. */
async function startWithIdlePage() {
  const ids = freshAccounts(2);
  harness.emulator.setFaults({ accounts: ids, creationMs: 600_000 });
  const name = harness.freshName();
  const fleet = await harness.temporal.workflow.start('provisionFleet', {
    workflowId: fleetIdOf(name),
    taskQueue: harness.taskQueue,
    args: [{ name, pages: 2, maxConcurrent: 1 }],
  });
  for (const [page, account] of ids.entries())
    await fleet.signal('addPage', { page, accounts: [requestFor(account)] });
  const { pageIdPrefix } = await until(
    () => harness.client.fleets.status(name),
    ({ open, pages }) => open === 1 && pages.arrived === 2,
  );
  const idle = harness.temporal.workflow.getHandle(`${pageIdPrefix}1`);
  const history = await until(
    () => idle.fetchHistory(),
    ({ events }) => (events ?? []).some(({ timerStartedEventAttributes: started }) => started),
  );
  await fleet.terminate();
  await idle.terminate();
  await harness.client.cancel(ids[0] ?? '');
  const { events } = JSON.parse(historyToJSON(history)) as { events: JsonEvent[] };
  return { fleetId: fleet.workflowId, pageId: idle.workflowId, events };
}

const replay = ({ events }: HistoryWriter, pageId: string) =>
  Worker.runReplayHistory(
    { workflowBundle: { codePath: WORKFLOW_BUNDLE } },
    historyFromJSON({ events }),
    pageId,
  );

const reportTo = (fleetId: string) => ({
  workflowExecution: { workflowId: fleetId },
  signalName: PAGE_REPORT_SIGNAL,
});

test.concurrent(
  'a page that has begun nothing learns within an hour that its fleet was terminated, and ends',
  async () => {
    const { fleetId, pageId, events } = await startWithIdlePage();
    const timer = events.find(({ eventType }) => eventType === 'EVENT_TYPE_TIMER_STARTED');
    const { timerId, startToFireTimeout } = timer?.['timerStartedEventAttributes'] as Record<string, string>;
    expect(startToFireTimeout).toBe('3600s');
    const history = new HistoryWriter(events, 3_600_000);
    history.add('TIMER_FIRED', { timerId, startedEventId: timer?.eventId });
    const initiatedEventId = history.add('SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED', {
      ...reportTo(fleetId),
      workflowTaskCompletedEventId: history.addTask(),
    });
    history.add('SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED', {
      ...reportTo(fleetId),
      initiatedEventId,
      cause: 'SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_EXTERNAL_WORKFLOW_EXECUTION_NOT_FOUND',
    });
    history.add('WORKFLOW_EXECUTION_COMPLETED', { workflowTaskCompletedEventId: history.addTask() });
    await replay(history, pageId);
  },
);

// As where the worker was lost that had the first task: the fleet would wait for the hour until the page reports all the same.
test.concurrent('a page tells its fleet what it was ordered before it took its first task', async () => {
  const { fleetId, pageId, events } = await startWithIdlePage();
  const stop = {
    metadata: { encoding: Buffer.from('json/plain').toString('base64') },
    data: Buffer.from(JSON.stringify({ stop: true })).toString('base64'),
  };
  const history = new HistoryWriter(events.slice(0, 1));
  history.add('WORKFLOW_EXECUTION_SIGNALED', { signalName: PAGE_ORDER_SIGNAL, input: { payloads: [stop] } });
  history.add('SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED', {
    ...reportTo(fleetId),
    workflowTaskCompletedEventId: history.addTask(),
  });
  await replay(history, pageId);
});

import fc from 'fast-check';
import { WorkflowUpdateFailedError, type WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import type { Payload } from '@temporalio/common';
import {
  ADD_PAGE_SIGNAL,
  ADJUST_UPDATE,
  CALLS_SIGNAL,
  DEPROVISION_WORKFLOW,
  FLEET_PAGE_WORKFLOW,
  FLEET_STEERING,
  FLEET_WORKFLOW,
  fleetIdOf,
  HELD_SIGNAL,
  PAGE_ORDER_SIGNAL,
  PAGE_REPORT_SIGNAL,
  PLAN_PAGE_WORKFLOW,
  PROGRESS_QUERY,
  PROVISION_WORKFLOW,
  STEERING,
  UNFINISHED_QUERY,
  workflowIdOf,
  type FleetProgress,
  type Progress,
} from '../../../contract';
import { freshAccounts, startFleets, type FleetHarness } from '../../support/fleets';
import { requestFor, until } from '../../support/harness';

let harness: FleetHarness;
beforeAll(async () => {
  harness = await startFleets();
});
afterAll(() => harness.stop());

const INTERNAL = [PAGE_REPORT_SIGNAL, PAGE_ORDER_SIGNAL, HELD_SIGNAL, CALLS_SIGNAL];
const UNKNOWN = [
  '',
  '__proto__',
  'constructor',
  '__temporal_x',
  '__stack_trace',
  '\u001b[31mpause\u202e',
  'x'.repeat(900),
];
const NAMES = [
  ...new Set([
    ...INTERNAL,
    ADD_PAGE_SIGNAL,
    ADJUST_UPDATE,
    ...Object.keys(FLEET_STEERING),
    ...Object.keys(STEERING),
    ...UNKNOWN.filter((name) => name !== ''),
  ]),
];

/** What no handler can make sense of, whatever its name is. */
const WRONG: unknown[] = [
  null,
  0,
  'x'.repeat(50_000),
  '\u001b]0;title\u0007\u202eevil',
  [],
  [[]],
  {},
  { page: -1 },
  { page: 0.5, accounts: 'all' },
  { page: 1e300, accounts: [] },
  { page: 0, accounts: Array.from({ length: 251 }, () => ({})) },
  JSON.parse('{"__proto__": {"page": 0}, "constructor": 1}') as unknown,
  { [`\u001b[2J${'k'.repeat(500)}`]: true },
  { maxConcurrent: Number.MAX_SAFE_INTEGER },
  { window: -1, paused: 'yes', stop: false, retry: null, finish: 0, orphaned: {} },
  { accountId: 7, held: 'yes', why: 'because' },
  { pageIdPrefix: 1, sent: 'many' },
  { pageId: '', page: 0 },
];

/** A payload that no converter can decode. */
const UNREADABLE: Payload = {
  metadata: { encoding: new TextEncoder().encode('json/plain') },
  data: new TextEncoder().encode('{not json'),
};

async function signalRaw(handle: WorkflowHandle, signalName: string, payloads: Payload[]): Promise<void> {
  await harness.temporal.workflowService.signalWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId: handle.workflowId },
    signalName,
    input: { payloads },
  });
}

/** Sends everything that makes no sense to a workflow: by every name, as a signal and as an Update. */
async function sendGarbage(handle: WorkflowHandle, harmless: (name: string) => boolean): Promise<void> {
  for (const name of NAMES.filter(harmless)) {
    await handle.signal(name);
    await signalRaw(handle, name, [UNREADABLE]);
    await signalRaw(handle, name, [{}]);
    await signalRaw(handle, name, [UNREADABLE, UNREADABLE]);
    await Promise.all(WRONG.map((argument) => handle.signal(name, argument)));
    const sent = fc.sample(fc.jsonValue(), 10);
    await Promise.all(sent.map((argument) => handle.signal(name, argument)));
  }
  for (const name of [ADD_PAGE_SIGNAL, ADJUST_UPDATE, 'nothing like it', '__temporal_y'])
    for (const argument of WRONG)
      await expect(handle.executeUpdate<unknown, [unknown]>(name, { args: [argument] })).rejects.toThrow(
        WorkflowUpdateFailedError,
      );
}

/** Steering needs no argument, so with garbage it still steers. */
const steers = (name: string) => Object.keys(FLEET_STEERING).includes(name) || name in STEERING;

test.concurrent(
  'a fleet, its page and the run of an account are sent garbage by every name, and go on',
  async () => {
    const [account = ''] = freshAccounts(1);
    harness.emulator.setFaults({ accounts: [account], creationMs: 600_000 });
    const fleet = harness.fleetOf([account]);
    await harness.client.fleets.start(fleet);
    const { pageIdPrefix } = await until(
      () => harness.client.fleets.status(fleet.name),
      ({ open }) => open === 1,
    );
    const [ofFleet, ofPage, ofRun] = [fleetIdOf(fleet.name), `${pageIdPrefix}0`, workflowIdOf(account)].map(
      (workflowId) => harness.temporal.workflow.getHandle(workflowId),
    ) as [WorkflowHandle, WorkflowHandle, WorkflowHandle];
    await sendGarbage(ofFleet, (name) => !steers(name));
    await sendGarbage(ofPage, () => true);
    await sendGarbage(ofRun, (name) => !steers(name));

    const { notes = [], ...seen } = await ofFleet.query<FleetProgress>(PROGRESS_QUERY);
    expect(seen).toMatchObject({ open: 1, waiting: 0, failed: 0, maxConcurrent: 50, accounts: 1 });
    expect(notes).not.toEqual([]);
    for (const note of notes) {
      expect(note).toMatch(/^[^\p{Cc}\p{Cf}]{1,500}$/u);
      expect(note).toContain('changed nothing');
    }
    expect(await ofPage.query(UNFINISHED_QUERY)).toMatchObject([{ accountId: account, end: 'open' }]);
    for (const { text } of (await ofRun.query<Progress>(PROGRESS_QUERY)).notes ?? [])
      expect(text).toMatch(/^[^\p{Cc}\p{Cf}]{1,500}$/u);

    await harness.client.fleets.steer(fleet.name, 'pause');
    await until(
      () => harness.client.status(account),
      ({ paused }) => paused,
    );
    await harness.client.fleets.steer(fleet.name, 'resume');
    harness.emulator.setFaults({ accounts: [account], deletionMs: 0 });
    await harness.client.fleets.cancel(fleet.name);
    expect(await harness.client.fleets.result(fleet.name)).toBeUndefined();
    for (const { workflowId } of [ofFleet, ofPage, ofRun]) {
      const { events } = await harness.temporal.workflow.getHandle(workflowId).fetchHistory();
      const failed = events?.flatMap((it) => it.workflowTaskFailedEventAttributes?.failure?.message ?? []);
      // The server asks anew where a signal came while the workflow ended its execution.
      expect(failed?.filter((message) => message !== 'UnhandledCommand')).toEqual([]);
    }
  },
);

test.concurrent('queries answer, whatever their argument is', async () => {
  const fleet = harness.fleetOf([]);
  const handle = harness.temporal.workflow.getHandle(fleetIdOf(fleet.name));
  await harness.temporal.workflow.start(FLEET_WORKFLOW, {
    workflowId: handle.workflowId,
    taskQueue: harness.taskQueue,
    args: [{ name: fleet.name, pages: 1 }],
  });
  for (const argument of WRONG)
    expect(await handle.query<FleetProgress, [unknown]>(PROGRESS_QUERY, argument)).toMatchObject({
      accounts: 0,
    });
  const raw = await harness.temporal.workflowService.queryWorkflow({
    namespace: 'default',
    execution: { workflowId: handle.workflowId },
    query: { queryType: PROGRESS_QUERY, queryArgs: { payloads: [UNREADABLE] } },
  });
  expect(raw.queryResult?.payloads).toHaveLength(1);
  await expect(handle.query('__temporal_nothing')).rejects.toThrow();
  await handle.executeUpdate<unknown, [unknown]>(ADD_PAGE_SIGNAL, { args: [{ page: 0, accounts: [] }] });
  expect(await handle.result()).toMatchObject({ accounts: 0, pages: 1 });
});

const json = (value: unknown): Payload => ({
  metadata: { encoding: new TextEncoder().encode('json/plain') },
  data: new TextEncoder().encode(JSON.stringify(value)),
});

test.concurrent.each([
  FLEET_WORKFLOW,
  FLEET_PAGE_WORKFLOW,
  PLAN_PAGE_WORKFLOW,
  PROVISION_WORKFLOW,
  DEPROVISION_WORKFLOW,
])('%s that is started with garbage fails at once, with InvalidRequest', async (workflowType) => {
  const inputs = [[], [UNREADABLE], [{}], ...WRONG.map((argument) => [json(argument)])];
  const ends = inputs.map(async (payloads, index) => {
    const workflowId = `garbage/${workflowType}/${harness.taskQueue}/${index}`;
    await harness.temporal.workflowService.startWorkflowExecution({
      namespace: 'default',
      requestId: workflowId,
      workflowId,
      workflowType: { name: workflowType },
      taskQueue: { name: harness.taskQueue },
      input: { payloads },
    });
    return harness.temporal.workflow
      .getHandle(workflowId)
      .result()
      .then(
        () => undefined,
        (error: unknown) => (error as WorkflowFailedError).cause,
      );
  });
  for (const end of await Promise.all(ends)) expect(end).toMatchObject({ type: 'InvalidRequest' });
});

test.concurrent('what a fleet is started with beside its request counts for nothing', async () => {
  const [account = ''] = freshAccounts(1);
  const name = harness.freshName();
  const args = [
    { name, accounts: [requestFor(account)] },
    { pages: 'none', causes: 7 },
  ] as [object, object];
  const options = { workflowId: fleetIdOf(name), taskQueue: harness.taskQueue, args };
  expect(await harness.temporal.workflow.execute(FLEET_WORKFLOW, options)).toMatchObject({ succeeded: 1 });
});

test.concurrent('pause and resume by signal take any argument', async () => {
  const [account = ''] = freshAccounts(1);
  harness.emulator.setFaults({ accounts: [account], creationMs: 600_000 });
  const fleet = harness.fleetOf([account]);
  await harness.client.fleets.start(fleet);
  const handle = harness.temporal.workflow.getHandle(fleetIdOf(fleet.name));
  for (const argument of WRONG) {
    await handle.signal('pause', argument);
    expect((await handle.query<FleetProgress>(PROGRESS_QUERY)).stage).toBe('paused');
    await handle.signal('resume', argument);
    expect((await handle.query<FleetProgress>(PROGRESS_QUERY)).stage).toBe('running');
  }
  await handle.terminate();
  await harness.client.cancel(account).catch(() => undefined);
});

test.concurrent('what looks like a report of a page counts only where it is one', async () => {
  const ids = freshAccounts(2);
  harness.emulator.setFaults({ accounts: ids, creationMs: 600_000 });
  const fleet = harness.fleetOf(ids);
  await harness.client.fleets.start(fleet);
  const { pageIdPrefix } = await until(
    () => harness.client.fleets.status(fleet.name),
    ({ open }) => open === 2,
  );
  const handle = harness.temporal.workflow.getHandle(fleetIdOf(fleet.name));
  const ends = { succeeded: 2, failed: 0, cancelled: 0, skipped: 0, differing: 0 };
  const counts = { waiting: 0, open: 0, held: 0, notReady: 0, ...ends, retries: 0, untold: 0 };
  const report = { page: 0, ...counts, windingUp: false, holds: [], newFailures: [] };
  // A workflow ID that the server refuses would fail the workflow task that signals it.
  for (const pageId of [
    '',
    'x'.repeat(5_000),
    workflowIdOf(ids[0] ?? ''),
    `${fleetIdOf(fleet.name)}/${'y'.repeat(2_000)}/0`,
  ])
    await handle.signal(PAGE_REPORT_SIGNAL, { ...report, pageId });
  for (const more of [{ succeeded: 3 }, { succeeded: 1 }, { open: 2, held: 3, succeeded: 0 }])
    await handle.signal(PAGE_REPORT_SIGNAL, { ...report, pageId: `${pageIdPrefix}0`, ...more });
  // Pages of fleets that there were, which are told to end; there may be many.
  await Promise.all(
    Array.from({ length: 300 }, (_, page) =>
      handle.signal(PAGE_REPORT_SIGNAL, {
        ...report,
        page,
        pageId: `${fleetIdOf(fleet.name)}/0123456789ab/${page}`,
      }),
    ),
  );
  const { notes = [], ...seen } = await harness.client.fleets.status(fleet.name);
  expect(seen).toMatchObject({ open: 2, succeeded: 0, stage: 'running' });
  expect(notes).toEqual([
    ...Array.from({ length: 4 }, () => 'pageReport changed nothing: it is not from a page of this fleet'),
    ...Array.from({ length: 3 }, () => 'pageReport changed nothing: its counts are not those of page 0'),
  ]);
  harness.emulator.setFaults({ accounts: ids, deletionMs: 0 });
  await harness.client.fleets.cancel(fleet.name);
  expect(await harness.client.fleets.result(fleet.name)).toBeUndefined();
});

// Last: what all the fleets above left.
test('the histories of these fleets and of their pages replay', () => harness.replayAll());

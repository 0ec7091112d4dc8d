import { WorkflowFailedError, WorkflowUpdateFailedError, type WorkflowHandle } from '@temporalio/client';
import type { ApplicationFailure } from '@temporalio/common';
import { connectToTemporal, IdentityCenterClient } from '../../../client';
import {
  FLEET_PAGE_WORKFLOW,
  fleetIdOf,
  HELD_SIGNAL,
  OUTCOMES_QUERY,
  PAGE_ORDER_SIGNAL,
  PAGE_REPORT_SIGNAL,
  PLAN_PAGE_WORKFLOW,
  PROGRESS_QUERY,
  READ_ANSWER,
  READ_UPDATE,
  UNFINISHED_QUERY,
} from '../../../contract';
import { freshAccounts, startFleets, type FleetHarness } from '../../support/fleets';
import { until } from '../../support/harness';
import { openGate } from '../../support/gate';
import { letGoOn, throttledOnce } from '../../support/steering';

let harness: FleetHarness;
beforeAll(async () => {
  harness = await startFleets();
});
afterAll(() => harness.stop());

const REPORT = {
  page: 0,
  pageId: 'none',
  waiting: 0,
  open: 0,
  held: 0,
  notReady: 0,
  retries: 0,
  windingUp: false,
  untold: 0,
  holds: [],
  newFailures: [],
  succeeded: 0,
  failed: 0,
  cancelled: 0,
  skipped: 0,
  differing: 0,
};

test.concurrent(
  'signals of a fleet and its pages that make no sense change nothing, and a fleet notes its own',
  async () => {
    const ids = freshAccounts(2);
    for (const account of ids)
      harness.emulator.setFaults({ accounts: [account], ...throttledOnce('DescribeInstance') });
    const fleet = harness.fleetOf(ids);
    await harness.client.fleets.start(fleet);
    const { pageIdPrefix } = await until(
      () => harness.client.fleets.status(fleet.name),
      ({ open }) => open === 2,
    );
    const handle = harness.temporal.workflow.getHandle(fleetIdOf(fleet.name));
    await handle.signal(PAGE_REPORT_SIGNAL);
    await handle.signal(PAGE_REPORT_SIGNAL, { ...REPORT, open: -1, newFailures: [{ accountId: '1' }] });
    const page = harness.temporal.workflow.getHandle(`${pageIdPrefix}0`);
    for (const argument of [null, 'stop', 7, [], { window: '5' }, { finish: 'now' }, { abort: true }])
      await page.signal(PAGE_ORDER_SIGNAL, argument);
    for (const argument of [null, ids[0], { accountId: 7, held: true }, { held: true }])
      await page.signal(HELD_SIGNAL, argument);
    await page.signal(PAGE_ORDER_SIGNAL);
    await page.signal(HELD_SIGNAL);
    const { notes } = await harness.client.fleets.status(fleet.name);
    expect(notes).toEqual([
      'pageReport changed nothing: request: is required',
      'pageReport changed nothing: open: must be 0 or more; newFailures.0.failure: is required',
    ]);
    await Promise.all(ids.map((account) => letGoOn(harness, account)));
    expect(await harness.client.fleets.result(fleet.name)).toMatchObject({ succeeded: 2, failed: 0 });
  },
);

test.concurrent(
  'an open fleet and its pages are read by an Update, in order with signals, of which the history keeps nothing',
  async () => {
    const [account = ''] = freshAccounts(1);
    harness.emulator.setFaults({ accounts: [account], ...throttledOnce('DescribeInstance') });
    const fleet = harness.fleetOf([account]);
    await harness.client.fleets.start(fleet);
    const { pageIdPrefix } = await until(
      () => harness.client.fleets.status(fleet.name),
      ({ open }) => open === 1,
    );
    const handle = harness.temporal.workflow.getHandle(fleetIdOf(fleet.name));
    const page = harness.temporal.workflow.getHandle(`${pageIdPrefix}0`);
    const read = async (of: WorkflowHandle, name: unknown) => {
      const error: unknown = await of
        .executeUpdate(READ_UPDATE, { args: [name] })
        .catch((reason: unknown) => reason);
      return error instanceof WorkflowUpdateFailedError ? (error.cause as ApplicationFailure) : error;
    };
    const asked = async (of: WorkflowHandle, name: string) => {
      expect(await read(of, name)).toMatchObject({ type: READ_ANSWER, details: [await of.query(name)] });
    };
    await asked(handle, PROGRESS_QUERY);
    await asked(page, OUTCOMES_QUERY);
    await asked(page, UNFINISHED_QUERY);
    for (const name of ['outcomes', 'constructor', 7, undefined])
      expect(await read(handle, name)).toMatchObject({ type: 'Refused', message: 'there are progress' });

    const { historyLength } = await handle.describe();
    for (let reads = 0; reads < 20; reads += 1) await harness.client.fleets.status(fleet.name);
    const { events = [] } = await handle.fetchHistory();
    expect(events?.filter((event) => event.workflowExecutionUpdateAcceptedEventAttributes)).toEqual([]);
    expect(events?.length).toBe(historyLength);

    // To whoever may only read, a query has to do.
    const gate = await openGate(harness.address);
    gate.judge = ({ ':path': path = '' }) =>
      path.endsWith('/UpdateWorkflowExecution') ? { code: 7, message: 'no write' } : undefined;
    const reader = await connectToTemporal({
      connectionOptions: { address: gate.address, tls: false },
      namespace: 'default',
    });
    const { fleets } = new IdentityCenterClient(reader, harness.taskQueue);
    await expect(fleets.status(fleet.name)).resolves.toMatchObject({ open: 1 });
    expect(gate.seen.map(({ path }) => path.split('/').at(-1))).toEqual(
      expect.arrayContaining(['UpdateWorkflowExecution', 'QueryWorkflow']),
    );
    await reader.connection.close();
    await gate.close();

    await letGoOn(harness, account);
    await harness.client.fleets.result(fleet.name);
    // One that has ended is asked by a query.
    await expect(harness.client.fleets.status(fleet.name)).resolves.toMatchObject({ succeeded: 1 });
  },
);

test.concurrent.each([FLEET_PAGE_WORKFLOW, PLAN_PAGE_WORKFLOW])(
  'the argument of %s that makes no sense fails the workflow, with every problem',
  async (workflowType) => {
    const args: [object] = [{ page: 'first', accounts: 7 }];
    const error: unknown = await harness.temporal.workflow
      .execute(workflowType, {
        workflowId: `${harness.taskQueue}/${workflowType}`,
        taskQueue: harness.taskQueue,
        args,
      })
      .catch((it: unknown) => it);
    expect(error).toBeInstanceOf(WorkflowFailedError);
    expect((error as WorkflowFailedError).cause?.message).toContain('accounts: must be ');
    expect((error as WorkflowFailedError).cause?.message).toContain('page: ');
  },
);

// Last: what all the fleets above left.
test('the histories of these fleets and of their pages replay', () => harness.replayAll());

import { WorkflowFailedError } from '@temporalio/client';
import {
  FLEET_PAGE_WORKFLOW,
  fleetIdOf,
  HELD_SIGNAL,
  PAGE_ORDER_SIGNAL,
  PAGE_REPORT_SIGNAL,
  PLAN_PAGE_WORKFLOW,
} from '../../../contract';
import { freshAccounts, startFleets, type FleetHarness } from '../../support/fleets';
import { until } from '../../support/harness';
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

import { fleetIdOf } from '../../../contract';
import { freshAccounts, startFleets, type FleetHarness } from '../../support/fleets';
import { requestFor, until } from '../../support/harness';

/** The limits of a server: of what may be under way, just over what is sent at once. */
const LIMITS = {
  // Some 220 events of the execution that is cancelled, the last, are of its pages; where the machine is busy there are three more
  // for each order and each report.
  'limit.historyCount.suggestContinueAsNew': 40,
  'limit.historyCount.error': 800,
  'limit.numPendingSignals.error': 52,
  'limit.numPendingCancelRequests.error': 52,
  'limit.numPendingChildExecutions.error': 55,
};

let harness: FleetHarness;
beforeAll(async () => {
  harness = await startFleets({ ownServer: { dynamicConfig: LIMITS } });
});
afterAll(() => harness.stop());

/** A fleet with a page for each account, all of which are there and open. */
async function startWithPages(count: number) {
  const name = harness.freshName();
  const handle = await harness.temporal.workflow.start('provisionFleet', {
    workflowId: fleetIdOf(name),
    taskQueue: harness.taskQueue,
    args: [{ name, pages: count, maxConcurrent: 1_000 }],
  });
  // No run would take these, so each page has a failure, and stays.
  for (let page = 0; page < count - 1; page += 1)
    await handle.signal('addPage', { page, accounts: [{ accountId: `no account ${page}` }] });
  const [open = ''] = freshAccounts(1);
  harness.emulator.setFaults({ accounts: [open], creationMs: 600_000, deletionMs: 0 });
  await handle.signal('addPage', { page: count - 1, accounts: [requestFor(open)] });
  await until(
    () => harness.client.fleets.status(name),
    ({ failed, open }) => failed === count - 1 && open === 1,
  );
  return { name, handle };
}

test('more pages than signals, cancels or children may be under way get their orders', async () => {
  const count = 60;
  const { name } = await startWithPages(count);
  for (const steer of ['pause', 'resume', 'retry'] as const) await harness.client.fleets.steer(name, steer);
  await until(
    () => harness.client.fleets.status(name),
    ({ failed, open }) => failed === count - 1 && open === 1,
  );
  const { runId } = await harness.temporal.workflow.getHandle(fleetIdOf(name)).describe();
  expect((await harness.client.fleets.status(name)).pageIdPrefix).not.toContain(runId.slice(-12));
  await harness.client.fleets.cancel(name);
  expect(await harness.client.fleets.result(name)).toBeUndefined();
  expect(await harness.client.fleets.status(name)).toMatchObject({
    status: 'CANCELLED',
    failed: count - 1,
    cancelled: 1,
    causes: [{ type: 'InvalidRequest', count: count - 1 }],
  });
});

// Last: what the fleet above left.
test('the histories of the fleet and of its pages replay', () => harness.replayAll());

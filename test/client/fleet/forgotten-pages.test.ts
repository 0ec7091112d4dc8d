import { fleetReport } from '../../../command/fleet/report/report';
import { toCsv } from '../../../command/fleet/report/write-report';
import { toHtml } from '../../../command/fleet/report/html';
import { fleetIdOf } from '../../../contract';
import { freshAccounts, startFleets, type FleetHarness } from '../../support/fleets';
import { requestFor, until } from '../../support/harness';

let harness: FleetHarness;
beforeAll(async () => {
  harness = await startFleets({
    // A workflow is deleted once the server has noted how far its tasks have come: every 30 s, unless it is told otherwise.
    ownServer: {
      dynamicConfig: {
        'history.transferProcessorUpdateAckInterval': 1,
        'history.visibilityProcessorUpdateAckInterval': 1,
      },
    },
  });
});
afterAll(() => harness.stop());

/** Makes the server forget a workflow, as it does once the retention of the namespace is over. */
async function forget(workflowId: string): Promise<void> {
  const request = { namespace: 'default', workflowExecution: { workflowId } };
  await harness.temporal.workflowService.deleteWorkflowExecution(request);
  await until(
    () =>
      harness.temporal.workflow
        .getHandle(workflowId)
        .describe()
        .then(
          () => false,
          () => true,
        ),
    Boolean,
  );
}

/** The report of a fleet, however long a busy machine's worker takes to answer. */
const report = (name: string) =>
  until(
    () => fleetReport(harness.client, name),
    () => true,
  );

test('a fleet that outlives what Temporal keeps of its pages says what it knows, and what not', async () => {
  const [done = '', held = '', failing = ''] = freshAccounts(3);
  harness.emulator.setFaults({ accounts: [held, failing], organizationForbids: true });
  const name = harness.freshName();
  const handle = await harness.temporal.workflow.start('provisionFleet', {
    workflowId: fleetIdOf(name),
    taskQueue: harness.taskQueue,
    args: [{ name, pages: 2 }],
  });
  await handle.signal('addPage', { page: 0, accounts: [requestFor(done)] });
  const accounts = [requestFor(held, { onFailure: 'hold' }), requestFor(failing)];
  await handle.signal('addPage', { page: 1, accounts });
  const { pageIdPrefix } = await until(
    () => harness.client.fleets.status(name),
    ({ succeeded, held, failed }) => succeeded === 1 && held === 1 && failed === 1,
  );
  await harness.temporal.workflow.getHandle(`${pageIdPrefix}0`).result();
  await forget(`${pageIdPrefix}0`);

  expect(await harness.client.fleets.status(name)).toMatchObject({ accounts: 3, succeeded: 1, held: 1 });
  const open = await report(name);
  expect(open).toMatchObject({
    forgottenPages: [0],
    counts: { accounts: 3, succeeded: 1, failed: 1, unfinished: 1, held: 1, unlisted: 1 },
    causes: [{ type: 'AccessDeniedException', count: 1 }],
    accounts: [{ accountId: failing, end: 'failed' }],
    unfinished: [{ accountId: held, end: 'held' }],
  });
  const lacks = '1 account of 1 page cannot be listed: Temporal has forgotten';
  expect(toHtml(open)).toContain(lacks);
  expect(toCsv(open)).toContain(`${held},eu-west-1,,held`);

  harness.emulator.setFaults({ accounts: [held, failing], organizationForbids: false });
  await harness.client.fleets.steer(name, 'retry');
  await harness.client.fleets.result(name);
  await forget(`${pageIdPrefix}1`);
  const ended = await report(name);
  expect(ended).toMatchObject({
    forgottenPages: [0, 1],
    counts: { accounts: 3, succeeded: 3, failed: 0, unfinished: 0, unlisted: 3 },
    accounts: [],
  });
  expect(toHtml(ended)).toContain('3 accounts of 2 pages cannot be listed');
  await forget(fleetIdOf(name));
  await expect(fleetReport(harness.client, name)).rejects.toThrow('none of that name that Temporal knows');
});

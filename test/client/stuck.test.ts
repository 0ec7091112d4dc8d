import { NativeConnection, Worker } from '@temporalio/worker';
import { WorkflowStuckError } from '../../client';
import { fleetIdOf, workflowIdOf } from '../../contract';
import {
  freshAccount,
  logErrorsOnly,
  requestFor,
  startHarness,
  startTestWorker,
  until,
  type Harness,
} from '../support/harness';
import { temporalAddress } from '../support/temporal';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({ worker: false });
});
afterAll(() => harness.stop());

/** What a list says of a fleet; the shared server has more. */
async function noticeInList(fleet: string): Promise<string | undefined> {
  for await (const { name, notice } of harness.client.fleets.list()) if (name === fleet) return notice;
  return undefined;
}

test('a run and a fleet whose workflow tasks fail are told as stuck, with the reason and the way out, until other workers take them', async () => {
  const { client, taskQueue, temporal, emulator } = harness;
  const [account, inFleet] = [freshAccount(), freshAccount()];
  const fleet = `stuck-${account}`;
  logErrorsOnly();
  const connection = await NativeConnection.connect({ address: temporalAddress() });
  const workflowsPath = require.resolve('../support/failing-workflows');
  const failing = await Worker.create({ connection, taskQueue, workflowsPath });
  const running = failing.runUntil(async () => {
    await client.start(requestFor(account));
    await client.fleets.start({ name: fleet, accounts: [requestFor(inFleet)] });
    for (const workflowId of [workflowIdOf(account), fleetIdOf(fleet)])
      await until(
        async () => (await temporal.workflow.getHandle(workflowId).describe()).raw.pendingWorkflowTask,
        (task) => (task?.attempt ?? 1) >= 3,
      );

    await Promise.all([
      expect(client.status(account)).resolves.toMatchObject({
        notice: expect.stringMatching(
          /does not go on: .* \(the workflow of another release\)\. .* terminate /,
        ) as string,
      }),
      expect(client.retry(account)).rejects.toThrow(WorkflowStuckError),
      expect(client.fleets.status(fleet)).rejects.toMatchObject({
        name: 'WorkflowStuckError',
        workflowId: fleetIdOf(fleet),
        reason: 'the workflow of another release',
      }),
      expect(noticeInList(fleet)).resolves.toContain('does not go on'),
    ]);
  });
  await running;
  await connection.close();

  const worker = await startTestWorker(temporalAddress(), taskQueue, emulator);
  try {
    await expect(client.provision(requestFor(account))).resolves.toMatchObject({ outcome: 'created' });
    await expect(client.fleets.result(fleet)).resolves.toMatchObject({ succeeded: 1 });
    expect((await client.status(account)).notice).toBeUndefined();
  } finally {
    await worker.stop();
  }
});

import { WorkflowPausedError } from '../../client';
import { fleetIdOf, workflowIdOf } from '../../contract';
import { freshAccount, requestFor, startHarness, until, type Harness } from '../support/harness';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({
    ownServer: { dynamicConfig: { 'frontend.WorkflowPauseEnabled': true } },
  });
});
afterAll(() => harness.stop());

function pauseInServer(workflowId: string) {
  const { workflowService } = harness.temporal;
  const reason = 'somebody wants to look';
  return workflowService.pauseWorkflowExecution({
    namespace: 'default',
    workflowId,
    reason,
    requestId: workflowId,
  });
}

function unpauseInServer(workflowId: string) {
  const { workflowService } = harness.temporal;
  return workflowService.unpauseWorkflowExecution({
    namespace: 'default',
    workflowId,
    requestId: workflowId,
  });
}

async function heldOnes(): Promise<(string | undefined)[]> {
  const found = [];
  for await (const { accountId } of harness.client.list({ stage: 'held' })) found.push(accountId);
  return found;
}

test('a run that was paused in the server is open: it is told as such, joined, followed by a fleet, and goes on once it is unpaused', async () => {
  const { client, temporal, emulator } = harness;
  const account = freshAccount();
  const fleet = `paused-${account}`;
  const workflowId = workflowIdOf(account);
  emulator.setFaults({ accounts: [account], organizationForbids: true });
  const request = requestFor(account, { onFailure: 'hold' });
  const { runId } = await client.start(request);
  await until(
    () => client.status(account),
    ({ stage }) => stage === 'held',
  );
  await pauseInServer(workflowId);

  const notice = expect.stringContaining(`temporal workflow unpause --workflow-id ${workflowId}`) as string;
  expect(await client.status(account)).toMatchObject({ status: 'PAUSED', runId, notice });
  expect(await client.start(request)).toMatchObject({ joined: true, runId, notice });
  await expect(client.retry(account)).rejects.toThrow(WorkflowPausedError);
  await expect(client.startDeprovision({ accountId: account })).rejects.toThrow('is open');
  await until(heldOnes, (found) => found.includes(account));

  await client.fleets.start({ name: fleet, accounts: [request] });
  await until(
    () => client.fleets.status(fleet),
    ({ open }) => open === 1,
  );
  await pauseInServer(fleetIdOf(fleet));
  await expect(client.fleets.status(fleet)).rejects.toThrow(WorkflowPausedError);
  await unpauseInServer(fleetIdOf(fleet));

  emulator.setFaults({ accounts: [account], organizationForbids: false });
  await unpauseInServer(workflowId);
  await client.retry(account);
  expect(await client.provision(request)).toMatchObject({ status: 'ACTIVE' });
  expect(await client.fleets.result(fleet)).toMatchObject({ succeeded: 1 });
  expect(emulator.instances().filter(({ accountId }) => accountId === account)).toHaveLength(1);
  expect((await temporal.workflow.getHandle(workflowId).describe()).runId).toBe(runId);
});

test('the cancel of a run that is paused in the server is kept until it goes on', async () => {
  const { client } = harness;
  const account = freshAccount();
  harness.emulator.setFaults({ accounts: [account], creationMs: 600_000 });
  const { workflowId } = await client.start(requestFor(account));
  await until(
    () => client.status(account),
    ({ stage }) => stage === 'waitingForActive',
  );
  await pauseInServer(workflowId);
  await client.cancel(account);
  await unpauseInServer(workflowId);
  await until(
    () => client.status(account),
    ({ stage }) => stage === 'cancelled',
  );
});

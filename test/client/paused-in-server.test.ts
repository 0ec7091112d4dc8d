import { WorkflowPausedError } from '../../client';
import { again } from '../../client/account/start-or-join';
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

async function heldOnes() {
  const found = new Map<string, string | undefined>();
  for await (const { accountId, failure } of harness.client.list({ stage: 'held' }))
    found.set(accountId, failure?.situation);
  return found;
}

async function startHeld(account: string) {
  harness.emulator.setFaults({ accounts: [account], organizationForbids: true });
  const request = requestFor(account, { onFailure: 'hold' });
  const { runId } = await harness.client.start(request);
  await until(
    () => harness.client.status(account),
    ({ stage }) => stage === 'held',
  );
  return { runId, request };
}

test('a run that was paused in the server is open: it is told as such, joined, followed by a fleet, and goes on once it is unpaused', async () => {
  const { client, temporal, emulator } = harness;
  const [account, other] = [freshAccount(), freshAccount()];
  const fleet = `paused-${account}`;
  const workflowId = workflowIdOf(account);
  await startHeld(other);
  const { runId, request } = await startHeld(account);
  await pauseInServer(workflowId);

  const notice = expect.stringContaining(`temporal workflow unpause --workflow-id ${workflowId}`) as string;
  expect(await client.status(account)).toMatchObject({ status: 'PAUSED', runId, notice });
  expect(await client.start(request)).toMatchObject({ joined: true, runId, notice });
  await expect(client.retry(account)).rejects.toThrow(WorkflowPausedError);
  await expect(client.startDeprovision({ accountId: account })).rejects.toThrow('is open');
  const held = await until(heldOnes, (found) => found.has(account) && found.has(other));
  // Of a run that is paused nobody says why it is held, which keeps nobody from saying it of the others.
  expect([held.get(account), held.get(other)]).toEqual([undefined, 'organizationForbids']);

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

test('a server that starts no run and shows no open one is asked again, and then told of', async () => {
  let tries = 0;
  const never = again('111122223333', () => {
    tries += 1;
    return Promise.resolve(undefined);
  });
  await expect(never).rejects.toMatchObject({ name: 'NotStartedError', category: 'unreachable' });
  expect(tries).toBe(10);
  let refusals = 3;
  await expect(
    again('111122223333', () => Promise.resolve(--refusals > 0 ? undefined : 'started')),
  ).resolves.toBe('started');
});

import { IdentityCenterClient, NoWorkerError, connectToTemporal } from '../../client';
import { openGate, type Gate } from '../support/gate';
import { freshAccount, handleOf, requestFor, startHarness, until, type Harness } from '../support/harness';

let harness: Harness;
let gate: Gate;
beforeAll(async () => {
  harness = await startHarness();
  gate = await openGate(harness.address);
});
afterAll(async () => {
  await gate.close();
  await harness.stop();
});

test('where the server does not say who polls, a worker that does not answer is told of as one that is not there', async () => {
  const account = freshAccount();
  gate.judge = ({ ':path': path }) =>
    path?.endsWith('/DescribeTaskQueue') === true ? { code: 7, message: 'Request unauthorized.' } : undefined;
  const connectionOptions = { address: gate.address };
  const connected = await connectToTemporal({ connectionOptions, namespace: 'default' });
  try {
    const client = new IdentityCenterClient(connected, `nobody-${account}`);
    await client.start(requestFor(account));
    await expect(client.pause(account)).rejects.toThrow(NoWorkerError);
    expect(gate.seen.filter(({ path }) => path.endsWith('/DescribeTaskQueue'))).toHaveLength(1);
  } finally {
    await connected.connection.close();
    await handleOf(harness, account).terminate();
  }
});

test.each([
  ['is lost as its workflow task fails', 'due to unexpected workflow task failure.'],
  ['is not taken as the last workflow tasks have failed', 'due to Workflow Task in failed state.'],
])('an Update that %s is sent again, and carried out once', async (_what, why) => {
  const account = freshAccount();
  harness.emulator.setFaults({ accounts: [account], creationMs: 600_000, deletionMs: 0 });
  await harness.client.start(requestFor(account));
  await until(
    () => harness.client.status(account),
    ({ stage }) => stage === 'waitingForActive',
  );
  let lost = 0;
  gate.judge = ({ ':path': path }) => {
    if (path?.endsWith('/UpdateWorkflowExecution') !== true || lost === 2) return undefined;
    lost += 1;
    return {
      code: 9,
      message: `Unable to perform workflow execution update ${why}`,
    };
  };
  const connectionOptions = { address: gate.address };
  const connected = await connectToTemporal({ connectionOptions, namespace: 'default' });
  try {
    const client = new IdentityCenterClient(connected, harness.taskQueue);
    await expect(client.pause(account)).resolves.toMatchObject({ paused: true });
    const events = await harness.eventsOf(account);
    const accepted = events.filter((event) => event.workflowExecutionUpdateAcceptedEventAttributes);
    expect([lost, accepted.length]).toEqual([2, 1]);
  } finally {
    await connected.connection.close();
    await harness.client.cancel(account);
  }
});

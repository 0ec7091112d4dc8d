import {
  InvalidRequestError,
  NoRunError,
  OtherRunOpenError,
  RequestDiffersError,
  RunFailedError,
  type AccountStatus,
} from '../../client';
import { workflowIdOf } from '../../contract';
import { freshAccount, requestFor, startHarness, until, type Harness } from '../support/harness';
import { hurry, throttledOnce } from '../support/steering';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.stop());

const slow = (account: string) => {
  harness.emulator.setFaults({ accounts: [account], creationMs: 600_000, deletionMs: 0 });
};

test.concurrent('a request that is not valid is refused before anything is sent', async () => {
  const account = freshAccount();
  const problems = [{ field: 'region', message: 'must be an AWS Region code, such as "eu-west-1"' }];
  const starting = harness.client.start({ accountId: account, region: 'Ireland' });
  await expect(starting).rejects.toBeInstanceOf(InvalidRequestError);
  await expect(starting).rejects.toMatchObject({ problems });
  await expect(harness.client.status(account)).rejects.toBeInstanceOf(NoRunError);
});

test.concurrent(
  'an open run is joined by the same request however it is written, and by no other',
  async () => {
    const account = freshAccount();
    slow(account);
    // As another language would start it, with nothing but what has no default.
    const workflowId = workflowIdOf(account);
    const bare = { accountId: account, region: 'eu-west-1' };
    const { taskQueue } = harness;
    const started = await harness.temporal.workflow.start('provisionIdentityCenter', {
      workflowId,
      taskQueue,
      args: [bare],
    });
    const joined = await harness.client.start({ ...bare, existing: 'fail', timing: { createTimeout: '1h' } });
    expect(joined).toMatchObject({ joined: true, runId: started.firstExecutionRunId });
    const other = harness.client.start({ ...bare, region: 'us-east-1', tags: { team: 'a' } });
    await expect(other).rejects.toBeInstanceOf(RequestDiffersError);
    await expect(other).rejects.toMatchObject({
      differences: [
        { field: 'region', running: 'eu-west-1', asked: 'us-east-1' },
        { field: 'tags.team', asked: 'a' },
      ],
    });
    await harness.client.cancel(account);
  },
);

test.concurrent('an open run of another kind is never joined as if it provisioned', async () => {
  const account = freshAccount();
  const { taskQueue } = harness;
  const options = { workflowId: workflowIdOf(account), taskQueue: `${taskQueue}-nobody`, args: [] };
  const other = await harness.temporal.workflow.start('deprovisionIdentityCenter', options);
  await expect(harness.client.start(requestFor(account))).rejects.toBeInstanceOf(OtherRunOpenError);
  await other.terminate();
  await expect(harness.client.provision(requestFor(account))).resolves.toMatchObject({ outcome: 'created' });
});

test.concurrent('a terminated run ends for those who wait, with what to do next', async () => {
  const account = freshAccount();
  slow(account);
  const run = await harness.client.start(requestFor(account));
  const ended = harness.client.result(run);
  ended.catch(() => undefined);
  await harness.temporal.workflow.getHandle(run.workflowId).terminate();
  await expect(ended).rejects.toBeInstanceOf(RunFailedError);
  await expect(ended).rejects.toMatchObject({
    failure: { type: 'Terminated', remedy: expect.stringContaining('again') as string },
  });
  await expect(harness.client.status(account)).resolves.toMatchObject({
    status: 'TERMINATED',
    stage: 'failed',
  });
});

test.concurrent('watch gives each change once, in order, and ends with the run', async () => {
  const account = freshAccount();
  harness.emulator.setFaults({ accounts: [account], ...throttledOnce('DescribeInstance') });
  const run = await harness.client.start(requestFor(account));
  const seen: AccountStatus[] = [];
  let hurried: Promise<unknown> | undefined;
  for await (const status of harness.client.watch(account, { runId: run.runId, intervalMs: 50 })) {
    seen.push(status);
    if (status.stage === 'waitingForActive') hurried ??= hurry(harness, account);
  }
  await hurried;
  // A call that is pending, and then is not, brings back what was seen before.
  for (const [index, status] of seen.slice(1).entries()) expect(status).not.toEqual(seen[index]);
  const stages = [...new Set(seen.map((status) => status.stage))];
  expect(stages.slice(-2)).toEqual(['waitingForActive', 'active']);
  expect(seen.at(-1)).toMatchObject({ status: 'COMPLETED', result: { accountId: account } });
});

test.concurrent('progress shows what the run is reconciling, and its steps with their times', async () => {
  const account = freshAccount();
  const failNext = [
    { operation: 'CreateInstance', error: 'ValidationException', message: 'bad name', times: 1 },
    { operation: 'ListInstances', error: 'ThrottlingException', retryAfterSeconds: 600, times: 1 },
  ];
  harness.emulator.setFaults({ accounts: [account], latencyMs: 1_000 });
  const run = await harness.client.start(requestFor(account));
  await until(
    () => harness.emulator.calls({ account, operation: 'CreateInstance' }).length,
    (count) => count === 1,
  );
  // The look before the call has come through; the call fails, and so does the look after it.
  harness.emulator.setFaults({ accounts: [account], failNext });
  const reconciling = await until(
    () => harness.client.status(account),
    ({ stage }) => stage === 'reconciling',
  );
  expect(reconciling.failure).toMatchObject({ type: 'ValidationException' });
  expect(reconciling.steps.map((step) => step.stage)).toEqual(['creating', 'reconciling']);
  await hurry(harness, account);
  await expect(harness.client.result(run)).rejects.toBeInstanceOf(RunFailedError);
  const failed = await harness.client.status(account);
  expect(failed.steps.map((step) => step.stage)).toEqual(['creating', 'reconciling', 'failed']);
  expect(failed.since).toBe(failed.steps.at(-1)?.at);
});

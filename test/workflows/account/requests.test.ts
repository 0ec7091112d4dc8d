import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { PROVISION_WORKFLOW, workflowIdOf } from '../../../contract';
import { freshAccount, requestFor, startHarness, type Harness } from '../../support/harness';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.stop());

/** As a caller in another language, who has no client of ours to check the request. */
async function startRaw(workflowId: string, ...args: unknown[]): Promise<ApplicationFailure> {
  const handle = await harness.temporal.workflow.start(PROVISION_WORKFLOW, {
    workflowId,
    taskQueue: harness.taskQueue,
    args,
  });
  const error: unknown = await handle.result().then(
    () => new Error('the run succeeded'),
    (reason: unknown) => reason,
  );
  if (error instanceof WorkflowFailedError && error.cause instanceof ApplicationFailure) return error.cause;
  throw error;
}

test.concurrent('the JSON of the design, from any caller, is provisioned', async () => {
  const account = freshAccount();
  const handle = await harness.temporal.workflow.start(PROVISION_WORKFLOW, {
    workflowId: workflowIdOf(account),
    taskQueue: harness.taskQueue,
    args: [{ accountId: account, region: 'eu-west-1' }],
  });
  await expect(handle.result()).resolves.toMatchObject({
    accountId: account,
    status: 'ACTIVE',
    outcome: 'created',
  });
});

test.concurrent('every problem of a request is listed with its field, and nothing is sent', async () => {
  const account = freshAccount();
  const failure = await startRaw(workflowIdOf(account), {
    accountId: account,
    region: 'nowhere',
    name: 'no spaces allowed',
    tags: { 'aws:x': 'y' },
    colour: 'red',
    timing: { pollInterval: '5 parsecs', retry: { jitter: true } },
  });
  expect(failure.type).toBe('InvalidRequest');
  for (const field of [
    'region',
    'name',
    'tags.aws:x',
    'colour',
    'timing.pollInterval',
    'timing.retry.jitter',
  ]) {
    expect(failure.message).toContain(`${field}: `);
  }
  expect(harness.emulator.calls({ account })).toHaveLength(0);
});

test.concurrent(
  'a Region with a slip in it is named with the one that is meant, and nothing is sent',
  async () => {
    const account = freshAccount();
    const failure = await startRaw(workflowIdOf(account), { accountId: account, region: 'eu-wst-1' });
    expect(failure.type).toBe('InvalidRequest');
    expect(failure.message).toContain(
      'region: must be an AWS Region code, such as "eu-west-1" (did you mean eu-west-1?)',
    );
    expect(harness.emulator.calls({ account })).toHaveLength(0);
  },
);

test.concurrent.each([
  ['nothing', []],
  ['null', [null]],
  ['a list', [[]]],
  ['a text', ['provision it']],
])('%s in place of a request ends as InvalidRequest', async (_name, args) => {
  const failure = await startRaw(workflowIdOf(freshAccount()), ...args);
  expect(failure.type).toBe('InvalidRequest');
  expect(failure.nonRetryable).toBe(true);
});

test.concurrent(
  'an account other than that of the workflow ID is refused, with the workflow ID that it needs',
  async () => {
    const [account, other] = [freshAccount(), freshAccount()];
    const failure = await startRaw(workflowIdOf(other), requestFor(account));
    expect(failure.type).toBe('InvalidRequest');
    expect(failure.message).toContain(workflowIdOf(account));
    expect(harness.emulator.calls({ account })).toHaveLength(0);
    expect(harness.emulator.calls({ account: other })).toHaveLength(0);
  },
);

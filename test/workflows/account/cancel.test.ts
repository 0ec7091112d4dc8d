import { RunCancelledError } from '../../../client';
import { freshAccount, requestFor, until } from '../../support/harness';
import { startProvisioning, type ProvisioningHarness } from '../../support/provisioning';
import { progressOf, UNSEEN } from '../../support/steering';

let harness: ProvisioningHarness;
beforeAll(async () => {
  harness = await startProvisioning();
});
afterAll(() => harness.stop());

const start = async (...run: Parameters<ProvisioningHarness['start']>) =>
  (await harness.start(...run)).result;

/** Cancels once `operation` has been called, and waits for the end. */
async function cancelAfter(account: string, operation: string, result: Promise<unknown>): Promise<void> {
  const ended = expect(result).rejects.toBeInstanceOf(RunCancelledError);
  await harness.called(account, operation);
  await harness.client.cancel(account);
  await ended;
}

async function untilHeld(account: string): Promise<void> {
  await harness.called(account, 'CreateInstance');
  await until(
    () => harness.client.status(account),
    ({ stage }) => stage === 'held',
  );
}

/** Waits until the run has ended as cancelled. */
async function ended(account: string): Promise<void> {
  await until(
    () => harness.client.status(account),
    ({ status }) => status === 'CANCELLED',
  );
}

test.concurrent('in the first looks: the instance is deleted', async () => {
  const account = freshAccount();
  const result = start(account, { creationMs: 600_000 });
  await cancelAfter(account, 'DescribeInstance', result);
  expect(harness.created(account)).toHaveLength(0);
  expect(harness.calls(account, 'CreateInstance')).toBe(1);
  expect(harness.calls(account, 'DeleteInstance')).toBe(1);
});

test.concurrent('while waiting for ACTIVE: the instance is deleted', async () => {
  const account = freshAccount();
  const result = start(account, { creationMs: 600_000 });
  await harness.called(account, 'DescribeInstance');
  await until(
    () => harness.client.status(account),
    ({ stage }) => stage === 'waitingForActive',
  );
  await cancelAfter(account, 'DescribeInstance', result);
  expect(harness.created(account)).toHaveLength(0);
  expect(harness.calls(account, 'DeleteInstance')).toBe(1);
});

test.concurrent('while waiting for ACTIVE, with onCancel "keep": the instance is left', async () => {
  const account = freshAccount();
  const result = start(account, { creationMs: 600_000 }, { onCancel: 'keep' });
  await cancelAfter(account, 'DescribeInstance', result);
  expect(harness.created(account)).toHaveLength(1);
  expect(harness.calls(account, 'DeleteInstance')).toBe(0);
});

test.concurrent(
  'while CreateInstance is in flight: its answer is waited for, then the instance deleted',
  async () => {
    const account = freshAccount();
    const result = start(account, { latencyMs: 1_000, creationMs: 600_000 });
    await cancelAfter(account, 'CreateInstance', result);
    expect(harness.created(account)).toHaveLength(0);
    expect(harness.calls(account, 'CreateInstance')).toBe(1);
    expect(harness.calls(account, 'DeleteInstance')).toBe(1);
  },
);

test.concurrent('while backing off from throttling: ends at once, nothing made', async () => {
  const account = freshAccount();
  const result = start(
    account,
    {
      failNext: [
        { operation: 'CreateInstance', error: 'ThrottlingException', retryAfterSeconds: 600, times: 9 },
      ],
    },
    { timing: { createTimeout: '1h' } },
  );
  await cancelAfter(account, 'CreateInstance', result);
  expect(harness.created(account)).toHaveLength(0);
  expect(harness.calls(account, 'CreateInstance')).toBe(1);
});

test.concurrent(
  'while the account is not ready: ends as cancelled, without a call to Identity Center',
  async () => {
    const account = freshAccount();
    const result = start(account, { notReadyForMs: 60_000 });
    await cancelAfter(account, 'AssumeRole', result);
    expect(harness.calls(account, 'CreateInstance')).toBe(0);
  },
);

test.concurrent('before the first call, while paused: ends at once, nothing was sent', async () => {
  const account = freshAccount();
  harness.emulator.setFaults({ accounts: [account], creationMs: 0, deletionMs: 0 });
  await harness.temporal.workflow.signalWithStart('provisionIdentityCenter', {
    workflowId: `identity-center/${account}`,
    taskQueue: harness.taskQueue,
    args: [requestFor(account)],
    signal: 'pause',
  });
  await harness.client.cancel(account);
  await ended(account);
  expect(harness.emulator.calls({ account })).toHaveLength(0);
});

test.concurrent('while paused with an instance on its way: the instance is deleted', async () => {
  const account = freshAccount();
  const result = start(account, { creationMs: 600_000 });
  result.catch(() => undefined);
  await harness.called(account, 'DescribeInstance');
  await harness.client.pause(account);
  await cancelAfter(account, 'DescribeInstance', result);
  expect(harness.created(account)).toHaveLength(0);
});

test.concurrent('while held with an instance: the instance is deleted', async () => {
  const account = freshAccount();
  const result = start(account, { createFails: 'no reason' }, { onFailure: 'hold' });
  result.catch(() => undefined);
  await untilHeld(account);
  expect(harness.created(account)).toHaveLength(1);
  await cancelAfter(account, 'CreateInstance', result);
  expect(harness.created(account)).toHaveLength(0);
});

test.concurrent(
  'while a failed instance is deleted to be made anew: ends as cancelled, nothing left',
  async () => {
    const account = freshAccount();
    const result = start(
      account,
      { createFails: 'no reason', deletionMs: 10_000 },
      { onCreateFailed: 'recreate' },
    );
    const ended = expect(result).rejects.toBeInstanceOf(RunCancelledError);
    await harness.called(account, 'DeleteInstance');
    // Once it is seen to be gone the next is made.
    harness.emulator.setFaults({ accounts: [account], failNext: [UNSEEN] });
    await harness.client.cancel(account);
    harness.emulator.setFaults({ accounts: [account], creationMs: 0, deletionMs: 0 });
    await ended;
    expect(harness.created(account)).toHaveLength(0);
    expect(harness.calls(account, 'CreateInstance')).toBe(1);
  },
);

test.concurrent('while held with nothing made: ends as cancelled', async () => {
  const account = freshAccount();
  const result = start(account, { organizationForbids: true }, { onFailure: 'hold' });
  result.catch(() => undefined);
  await untilHeld(account);
  await cancelAfter(account, 'CreateInstance', result);
  expect(harness.created(account)).toHaveLength(0);
});

test.concurrent('terminated and started again: goes on with what is there', async () => {
  const account = freshAccount();
  harness.emulator.setFaults({ accounts: [account], creationMs: 10_000, failNext: [UNSEEN] });
  const run = await harness.client.start(requestFor(account));
  await until(
    () => harness.created(account).length,
    (count) => count === 1,
  );
  await harness.temporal.workflow.getHandle(run.workflowId).terminate('test');
  harness.emulator.setFaults({ accounts: [account], creationMs: 0 });
  const result = await harness.client.provision(requestFor(account));
  expect(result).toMatchObject({
    outcome: 'alreadyProvisioned',
    instanceArn: harness.created(account)[0]?.instanceArn,
  });
  expect(harness.created(account)).toHaveLength(1);
});

test.concurrent(
  'during the pause between two looks: ends as cancelled, and says that nothing is left',
  async () => {
    const account = freshAccount();
    const result = start(
      account,
      { failNext: [{ operation: 'CreateInstance', error: 'ConflictException', times: 10_000 }] },
      // The roll-back pauses between its two looks as well.
      { timing: { pollInterval: '20s' } },
    );
    result.catch(() => undefined);
    await harness.called(account, 'ListInstances');
    await until(
      () => harness.client.status(account),
      ({ pending }) => pending === undefined,
    );
    await harness.client.cancel(account);
    await expect(result).rejects.toBeInstanceOf(RunCancelledError);
    const { notes, stage } = await progressOf(harness, account);
    expect({ notes, stage }).toMatchObject({
      notes: [{ text: 'nothing that this run made is left' }],
      stage: 'cancelled',
    });
  },
);

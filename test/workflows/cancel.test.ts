import { RunCancelledError } from '../../client';
import type { ProvisionRequestInput } from '../../contract';
import type { Faults } from '../../sandbox/emulator';
import { freshAccount, requestFor, startHarness, until, type Harness } from '../support/harness';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.stop());

const created = (account: string) => harness.emulator.instances().filter((it) => it.accountId === account);
const calls = (account: string, operation: string) => harness.emulator.calls({ account, operation }).length;

async function start(
  account: string,
  faults: Omit<Faults, 'accounts'>,
  more: Partial<ProvisionRequestInput> = {},
) {
  harness.emulator.setFaults({ accounts: [account], creationMs: 0, deletionMs: 0, ...faults });
  const run = await harness.client.start(requestFor(account, more));
  return harness.client.result(run);
}

/** Cancels once `operation` has been called, and waits for the end. */
async function cancelAfter(account: string, operation: string, result: Promise<unknown>): Promise<void> {
  const ended = expect(result).rejects.toBeInstanceOf(RunCancelledError);
  await until(
    () => calls(account, operation),
    (count) => count > 0,
  );
  await harness.client.cancel(account);
  await ended;
}

async function untilHeld(account: string): Promise<void> {
  await until(
    () => calls(account, 'CreateInstance'),
    (count) => count > 0,
  );
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

test.concurrent('while waiting for ACTIVE: the instance is deleted', async () => {
  const account = freshAccount();
  const result = start(account, { creationMs: 60_000 });
  await cancelAfter(account, 'DescribeInstance', result);
  expect(created(account)).toHaveLength(0);
  expect(calls(account, 'DeleteInstance')).toBe(1);
});

test.concurrent('while waiting for ACTIVE, with onCancel "keep": the instance is left', async () => {
  const account = freshAccount();
  const result = start(account, { creationMs: 60_000 }, { onCancel: 'keep' });
  await cancelAfter(account, 'DescribeInstance', result);
  expect(created(account)).toHaveLength(1);
  expect(calls(account, 'DeleteInstance')).toBe(0);
});

test.concurrent(
  'while CreateInstance is in flight: its answer is waited for, then the instance deleted',
  async () => {
    const account = freshAccount();
    const result = start(account, { latencyMs: 1_000 });
    await cancelAfter(account, 'CreateInstance', result);
    expect(created(account)).toHaveLength(0);
    expect(calls(account, 'CreateInstance')).toBe(1);
    expect(calls(account, 'DeleteInstance')).toBe(1);
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
  expect(created(account)).toHaveLength(0);
  expect(calls(account, 'CreateInstance')).toBe(1);
});

test.concurrent(
  'while the account is not ready: ends as cancelled, without a call to Identity Center',
  async () => {
    const account = freshAccount();
    const result = start(account, { notReadyForMs: 60_000 });
    await cancelAfter(account, 'AssumeRole', result);
    expect(calls(account, 'CreateInstance')).toBe(0);
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
  const result = start(account, { creationMs: 60_000 });
  result.catch(() => undefined);
  await until(
    () => calls(account, 'DescribeInstance'),
    (count) => count > 0,
  );
  await harness.client.pause(account);
  await cancelAfter(account, 'DescribeInstance', result);
  expect(created(account)).toHaveLength(0);
});

test.concurrent('while held with an instance: the instance is deleted', async () => {
  const account = freshAccount();
  const result = start(account, { createFails: 'no reason' }, { onFailure: 'hold' });
  result.catch(() => undefined);
  await untilHeld(account);
  expect(created(account)).toHaveLength(1);
  await cancelAfter(account, 'CreateInstance', result);
  expect(created(account)).toHaveLength(0);
});

test.concurrent(
  'while a failed instance is deleted to be made anew: ends as cancelled, nothing left',
  async () => {
    const account = freshAccount();
    const result = start(
      account,
      { createFails: 'no reason', deletionMs: 4_000 },
      { onCreateFailed: 'recreate' },
    );
    await cancelAfter(account, 'DeleteInstance', result);
    expect(created(account)).toHaveLength(0);
    expect(calls(account, 'CreateInstance')).toBe(1);
  },
);

test.concurrent('while held with nothing made: ends as cancelled', async () => {
  const account = freshAccount();
  const result = start(account, { organizationForbids: true }, { onFailure: 'hold' });
  result.catch(() => undefined);
  await untilHeld(account);
  await cancelAfter(account, 'CreateInstance', result);
  expect(created(account)).toHaveLength(0);
});

test.concurrent('during roll-back: a second cancel changes nothing', async () => {
  const account = freshAccount();
  const result = start(account, { creationMs: 60_000, deletionMs: 3_000 });
  result.catch(() => undefined);
  await until(
    () => calls(account, 'DescribeInstance'),
    (count) => count > 0,
  );
  await harness.client.cancel(account);
  await until(
    () => calls(account, 'DeleteInstance'),
    (count) => count > 0,
  );
  await harness.client.cancel(account);
  await expect(harness.client.pause(account)).rejects.toThrow('the run is being cancelled');
  await expect(result).rejects.toBeInstanceOf(RunCancelledError);
  expect(created(account)).toHaveLength(0);
  expect(calls(account, 'DeleteInstance')).toBe(1);
});

test.concurrent('a roll-back that is throttled is done all the same; "retry" hurries it', async () => {
  const account = freshAccount();
  const throttled = {
    operation: 'DeleteInstance',
    error: 'ThrottlingException',
    retryAfterSeconds: 600,
    times: 1,
  };
  const result = start(
    account,
    { creationMs: 60_000, failNext: [throttled] },
    { timing: { activeTimeout: '1h' } },
  );
  result.catch(() => undefined);
  await until(
    () => calls(account, 'DescribeInstance'),
    (count) => count > 0,
  );
  await harness.client.cancel(account);
  await until(
    () => calls(account, 'DeleteInstance'),
    (count) => count > 0,
  );
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  await harness.client.retry(account);
  await expect(result).rejects.toBeInstanceOf(RunCancelledError);
  expect(created(account)).toHaveLength(0);
});

test.concurrent("an earlier run's instance is never deleted", async () => {
  const account = freshAccount();
  const first = await start(account, {});
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  const looks = calls(account, 'DescribeInstance');
  const throttled = {
    operation: 'DescribeInstance',
    error: 'ThrottlingException',
    retryAfterSeconds: 600,
    times: 1,
  };
  const result = start(account, { failNext: [throttled] }, { timing: { activeTimeout: '1h' } });
  const ended = expect(result).rejects.toBeInstanceOf(RunCancelledError);
  await until(
    () => calls(account, 'DescribeInstance'),
    (count) => count > looks,
  );
  await harness.client.cancel(account);
  await ended;
  expect(created(account).map((it) => [it.instanceArn, it.status])).toEqual([[first.instanceArn, 'ACTIVE']]);
  expect(calls(account, 'DeleteInstance')).toBe(0);
});

test.concurrent('a roll-back that cannot be done ends as RollBackFailed and names what is left', async () => {
  const account = freshAccount();
  const result = start(account, {
    creationMs: 60_000,
    failNext: [{ operation: 'DeleteInstance', error: 'ValidationException', message: 'not now', times: 1 }],
  });
  const ended = expect(result).rejects.toMatchObject({ failure: { type: 'RollBackFailed' } });
  await until(
    () => calls(account, 'DescribeInstance'),
    (count) => count > 0,
  );
  await harness.client.cancel(account);
  await ended;
  await expect(result).rejects.toThrow(
    `Delete it with: aws sso-admin delete-instance --instance-arn ${created(account)[0]?.instanceArn} --region eu-west-1`,
  );
});

test.concurrent('terminated and started again: goes on with what is there', async () => {
  const account = freshAccount();
  harness.emulator.setFaults({ accounts: [account], creationMs: 2_500 });
  const run = await harness.client.start(requestFor(account));
  await until(
    () => created(account).length,
    (count) => count === 1,
  );
  await harness.temporal.workflow.getHandle(run.workflowId).terminate('test');
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  const result = await harness.client.provision(requestFor(account));
  expect(result).toMatchObject({
    outcome: 'alreadyProvisioned',
    instanceArn: created(account)[0]?.instanceArn,
  });
  expect(created(account)).toHaveLength(1);
});

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

test.concurrent(
  'with the answer of CreateInstance lost: the instance is found by its tag and deleted',
  async () => {
    const account = freshAccount();
    const result = start(account, { hangAfterWrite: { operation: 'CreateInstance', times: 1 } });
    await cancelAfter(account, 'CreateInstance', result);
    expect(created(account)).toHaveLength(0);
    expect(calls(account, 'CreateInstance')).toBe(1);
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
  await expect(result).rejects.toThrow(created(account)[0]?.instanceArn);
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

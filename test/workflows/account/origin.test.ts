import { RunCancelledError } from '../../../client';
import { freshAccount, requestFor, startHarness, until } from '../../support/harness';
import { startProvisioning, type AccountFaults, type ProvisioningHarness } from '../../support/provisioning';
import { notesOf, progressOf, throttledOnce } from '../../support/steering';

let harness: ProvisioningHarness;
beforeAll(async () => {
  harness = await startProvisioning({ aws: { requestTimeoutMs: 2_000 } });
});
afterAll(() => harness.stop());

// AWS's clock against Temporal's: more than the five minutes that a signature may be off would refuse every call.
const CLOCKS: [string, number][] = [
  ['two minutes ahead', 120_000],
  ['four minutes behind', -240_000],
  ['the same', 0],
];

/** Keeps a run from its end until the cancel has come, however late that is. */
const UNSEEN = [{ operation: 'DescribeInstance', error: 'ThrottlingException', times: 10_000 }];

/** Starts a run, cancels it once an operation was called once more, and waits for its end. */
async function cancelAt(account: string, operation: string, faults: AccountFaults) {
  const before = harness.calls(account, operation);
  const { result } = await harness.start(account, {
    ...faults,
    failNext: [...(faults.failNext ?? []), ...UNSEEN],
  });
  await harness.called(account, operation, before + 1);
  await harness.client.cancel(account);
  const { clockOffsetMs = 0 } = faults;
  harness.emulator.setFaults({ accounts: [account], creationMs: 0, deletionMs: 0, clockOffsetMs });
  await expect(result).rejects.toBeInstanceOf(RunCancelledError);
}

const arns = (account: string) => harness.created(account).map(({ instanceArn }) => instanceArn);

describe.each(CLOCKS)('AWS’s clock: %s', (_clock, clockOffsetMs) => {
  test.concurrent.each<[string, string, AccountFaults]>([
    ['while CreateInstance is in flight', 'CreateInstance', { latencyMs: 1_000 }],
    ['while CreateInstance is throttled', 'CreateInstance', throttledOnce('CreateInstance')],
    ['with its answer lost', 'CreateInstance', { hangAfterWrite: { operation: 'CreateInstance', times: 1 } }],
    ['while it waits for ACTIVE', 'DescribeInstance', {}],
  ])(
    'an earlier run’s instance is kept, however soon the next is cancelled: %s',
    async (_when, at, faults) => {
      const account = freshAccount();
      const { instanceArn, outcome } = await harness.provision(account, { clockOffsetMs });
      expect(outcome).toBe('created');
      await cancelAt(account, at, { clockOffsetMs, ...faults });
      expect(arns(account)).toEqual([instanceArn]);
      expect(harness.calls(account, 'DeleteInstance')).toBe(0);
      const next = await harness.provision(account, { clockOffsetMs });
      expect(next).toMatchObject({ outcome: 'alreadyProvisioned', instanceArn });
    },
  );

  test.concurrent.each<[string, string, AccountFaults]>([
    ['while CreateInstance is in flight', 'CreateInstance', { latencyMs: 1_000 }],
    ['with its answer lost', 'CreateInstance', { hangAfterWrite: { operation: 'CreateInstance', times: 1 } }],
    [
      'with its connection lost',
      'CreateInstance',
      { loseResponse: { operation: 'CreateInstance', times: 1 } },
    ],
    ['while it waits for ACTIVE', 'DescribeInstance', { creationMs: 600_000 }],
  ])('what the run has made is deleted: %s', async (_when, at, faults) => {
    const account = freshAccount();
    await cancelAt(account, at, { clockOffsetMs, ...faults });
    expect(arns(account)).toEqual([]);
  });
});

test('an answer that was lost, then a cancel while the run backs off: what was made is found and deleted', async () => {
  const account = freshAccount();
  const { result } = await harness.start(
    account,
    { loseResponse: { operation: 'CreateInstance', times: 10_000 } },
    { timing: { retry: { initialInterval: '60s', maximumInterval: '60s' } } },
  );
  await harness.called(account, 'CreateInstance');
  await until(
    () => progressOf(harness, account),
    ({ failure }) => failure !== undefined,
  );
  harness.emulator.setFaults({ accounts: [account], deletionMs: 0 });
  await harness.client.cancel(account);
  await expect(result).rejects.toBeInstanceOf(RunCancelledError);
  expect(arns(account)).toEqual([]);
});

test('paused and resumed between two attempts: what was made is still known as the run’s own', async () => {
  const account = freshAccount();
  const { result } = await harness.start(account, throttledOnce('CreateInstance'));
  await harness.called(account, 'CreateInstance');
  await harness.client.pause(account);
  await harness.client.resume(account);
  await expect(result).resolves.toMatchObject({ outcome: 'created' });
});

test('recreated by an earlier run: the next finds the second generation, and a cancel keeps it', async () => {
  const account = freshAccount();
  const undeletable = { operation: 'DeleteInstance', error: 'InternalServerException', times: 10_000 };
  const running = harness.provision(
    account,
    { createFails: 'no room', failNext: [undeletable] },
    { onCreateFailed: 'recreate' },
  );
  await harness.called(account, 'DeleteInstance');
  harness.emulator.setFaults({ accounts: [account], creationMs: 0, deletionMs: 0 });
  const { instanceArn, generation } = await running;
  expect(generation).toBe(2);
  // The first token leads to what is gone, the second to what is there.
  await cancelAt(account, 'DescribeInstance', {});
  expect(arns(account)).toEqual([instanceArn]);
  await expect(harness.provision(account, {})).resolves.toMatchObject({
    outcome: 'alreadyProvisioned',
    instanceArn,
  });
});

test('a correction after a lost answer, then a cancel: the call that was lost is asked once more as well', async () => {
  const account = freshAccount();
  const delayMs = 25_000;
  const { result } = await harness.start(
    account,
    // None of its calls brings the instance to light, however many there are before they are refused.
    { lateWrite: { operation: 'CreateInstance', delayMs, times: 10_000 } },
    { name: 'first', onFailure: 'hold' },
  );
  await until(
    () => harness.creates(account),
    ([call]) => call?.outcome === 'late',
  );
  const refused = [{ operation: 'CreateInstance', error: 'ValidationException', times: 1 }];
  harness.emulator.setFaults({ accounts: [account], failNext: refused });
  await until(
    () => progressOf(harness, account),
    ({ stage }) => stage === 'held',
  );
  harness.emulator.setFaults({ accounts: [account], ...throttledOnce('CreateInstance'), deletionMs: 0 });
  const asked = harness.creates(account).length;
  await harness.client.retry(account, { name: 'second' });
  await harness.called(account, 'CreateInstance', asked + 1);
  await harness.client.cancel(account);
  await expect(result).rejects.toBeInstanceOf(RunCancelledError);
  await new Promise((resolve) => setTimeout(resolve, delayMs));
  expect(arns(account)).toEqual([]);
  expect(harness.creates(account).at(-1)?.parameters?.name).toBe('first');
});

describe('nothing was sent', () => {
  test('credentials of another account, held and then cancelled: ends as cancelled', async () => {
    const account = freshAccount();
    const aws = { roleArn: `arn:aws:iam::${freshAccount()}:role/AWSControlTowerExecution` };
    const wrong = await startHarness({ aws });
    try {
      const run = await wrong.client.start(requestFor(account, { onFailure: 'hold' }));
      await until(
        () => progressOf(wrong, account),
        ({ stage, failure }) => stage === 'held' && failure?.type === 'WrongAccount',
      );
      await wrong.client.cancel(account);
      await expect(wrong.client.result(run)).rejects.toBeInstanceOf(RunCancelledError);
      await expect(notesOf(wrong, account)).resolves.toEqual(['nothing that this run made is left']);
      expect(wrong.emulator.calls({}).map(({ operation }) => operation)).toEqual(['AssumeRole']);
    } finally {
      await wrong.stop();
    }
  });

  test.concurrent.each([
    ['the role is refused', { operation: 'AssumeRole', error: 'AccessDenied', status: 403, times: 10_000 }],
    ['the look is not answered', { operation: 'ListInstances', error: 'html503', times: 10_000 }],
  ])('%s, then a cancel in the back-off: ends at once, without a look', async (_why, failure) => {
    const account = freshAccount();
    const { result } = await harness.start(account, { failNext: [failure] });
    await harness.called(account, failure.operation, 2);
    await harness.client.cancel(account);
    await expect(result).rejects.toBeInstanceOf(RunCancelledError);
    expect(harness.creates(account)).toHaveLength(0);
    await expect(notesOf(harness, account)).resolves.toEqual(['nothing that this run made is left']);
  });
});

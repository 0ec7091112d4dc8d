import { RunCancelledError } from '../../../client';
import { MAX_STEPS, PROGRESS_QUERY, type Progress, type ProvisionRequestInput } from '../../../contract';
import { freshAccount, handleOf, until } from '../../support/harness';
import {
  failureOf,
  startProvisioning,
  type AccountFaults,
  type ProvisioningHarness,
} from '../../support/provisioning';
import { hurry, throttledOnce, UNSEEN } from '../../support/steering';

let harness: ProvisioningHarness;
beforeAll(async () => {
  harness = await startProvisioning();
});
afterAll(() => harness.stop());

const created = (account: string) => harness.created(account);
const healthy = (account: string) => {
  harness.emulator.setFaults({ accounts: [account], creationMs: 0, deletionMs: 0 });
};
const refusing = (times = 1): AccountFaults => ({
  failNext: [{ operation: 'CreateInstance', error: 'ValidationException', message: 'Name is taken', times }],
});

/** Starts a run with `onFailure: "hold"`, and waits until it is held. */
async function startHeld(account: string, faults: AccountFaults, more: Partial<ProvisionRequestInput> = {}) {
  const started = await harness.start(account, faults, { onFailure: 'hold', ...more });
  return { ...started, progress: await held(account) };
}

function held(account: string): Promise<Progress> {
  return until(
    () => handleOf(harness, account).query<Progress>(PROGRESS_QUERY),
    ({ stage }) => stage === 'held',
  );
}

test.concurrent('a stopped run waits, and shows why and until when', async () => {
  const account = freshAccount();
  const { progress } = await startHeld(account, refusing());
  expect(progress).toMatchObject({
    stage: 'held',
    failure: { type: 'ValidationException', remedy: expect.any(String) as string },
  });
  expect(Date.parse(progress.heldUntil ?? '') - Date.now()).toBeGreaterThan(6.9 * 86_400_000);
  await harness.client.cancel(account);
});

test.concurrent('retry goes on with the same token', async () => {
  const account = freshAccount();
  const { result } = await startHeld(account, refusing());
  await expect(harness.client.retry(account)).resolves.toMatchObject({ stage: 'creating', generation: 1 });
  await expect(result).resolves.toMatchObject({ outcome: 'created', generation: 1 });
  expect(new Set(harness.creates(account).map(({ token }) => token)).size).toBe(1);
});

test.concurrent(
  'retry with a correction, nothing made: the next generation, with the new name and tags',
  async () => {
    const account = freshAccount();
    const { result } = await startHeld(account, refusing(), { name: 'taken', tags: { team: 'a' } });
    await harness.client.retry(account, { name: 'free', tags: { team: 'b' } });
    await expect(result).resolves.toMatchObject({ outcome: 'created', generation: 2 });
    expect(created(account)).toMatchObject([{ name: 'free', tags: { team: 'b' } }]);
    expect(new Set(harness.creates(account).map(({ token }) => token)).size).toBe(2);
  },
);

test.concurrent(
  'retry with a correction, but the failed call had made one: goes on with it, no second one',
  async () => {
    const account = freshAccount();
    // Written, never answered, and denied a look at the end: the run cannot know.
    const loseResponse = { operation: 'CreateInstance', times: 10_000 };
    const { result } = await harness.start(account, { loseResponse }, { onFailure: 'hold', name: 'first' });
    await until(
      () => created(account).length,
      (count) => count === 1,
    );
    const refused = { error: 'ValidationException', times: 10_000 };
    const failNext = ['CreateInstance', 'ListInstances'].map((operation) => ({ operation, ...refused }));
    harness.emulator.setFaults({ accounts: [account], creationMs: 0, loseResponse, failNext });
    await held(account);
    expect(created(account)).toHaveLength(1);
    healthy(account);
    await expect(harness.client.retry(account, { name: 'second' })).resolves.toMatchObject({
      stage: 'reconciling',
    });
    await expect(result).resolves.toMatchObject({ outcome: 'created', generation: 1 });
    expect(created(account)).toMatchObject([{ name: 'first' }]);
  },
);

test.concurrent(
  'retry after a wait for ACTIVE that took too long: goes on with the same instance',
  async () => {
    const account = freshAccount();
    const { result } = await harness.start(
      account,
      { creationMs: 15_000 },
      { onFailure: 'hold', timing: { activeTimeout: '3s' } },
    );
    await harness.called(account, 'DescribeInstance');
    harness.emulator.setFaults({ accounts: [account], failNext: [UNSEEN] });
    expect(await held(account)).toMatchObject({
      failure: { type: 'ActiveTimeout' },
      instanceArn: created(account)[0]?.instanceArn,
    });
    await expect(harness.client.retry(account, { name: 'other' })).rejects.toThrow('exists already');
    healthy(account);
    await until(
      () => created(account)[0]?.status,
      (status) => status === 'ACTIVE',
    );
    await expect(harness.client.retry(account)).resolves.toMatchObject({ stage: 'waitingForActive' });
    await expect(result).resolves.toMatchObject({ outcome: 'created', generation: 1 });
    expect(created(account)).toHaveLength(1);
  },
);

test.concurrent(
  'retry after CREATE_FAILED: the failed one is deleted, and the next generation made',
  async () => {
    const account = freshAccount();
    const { result } = await startHeld(account, { createFails: 'internal trouble' });
    const [failed] = created(account);
    healthy(account);
    await expect(harness.client.retry(account)).resolves.toMatchObject({ stage: 'rollingBack' });
    const { instanceArn, generation } = await result;
    expect(generation).toBe(2);
    expect(instanceArn).not.toBe(failed?.instanceArn);
    expect(created(account).map((it) => it.instanceArn)).toEqual([instanceArn]);
  },
);

test.concurrent('held again where the retry fails again; a third try succeeds', async () => {
  const account = freshAccount();
  const { result } = await startHeld(account, refusing(2));
  await harness.client.retry(account);
  await until(
    () => harness.creates(account).length,
    (count) => count === 2,
  );
  await held(account);
  await harness.client.retry(account);
  await expect(result).resolves.toMatchObject({ outcome: 'created' });
});

test.concurrent(
  'abort ends the run as failed, with the reason, and with what AWS said as its cause',
  async () => {
    const account = freshAccount();
    const { result } = await startHeld(account, refusing());
    await harness.client.abort(account, 'the account goes away');
    const failure = await failureOf(result);
    expect(failure).toMatchObject({ type: 'Aborted' });
    expect(failure.message).toContain('the account goes away');
    expect(failure.message).not.toContain('\n');
  },
);

test.concurrent(
  'cancelled in a hold: the roll-back takes no correction, and is hurried as any other',
  async () => {
    const account = freshAccount();
    const { result } = await startHeld(account, {
      createFails: 'no room',
      ...throttledOnce('DeleteInstance'),
    });
    await harness.client.cancel(account);
    await harness.called(account, 'DeleteInstance');
    await expect(harness.client.retry(account, { name: 'other' })).rejects.toThrow(
      'only while the run is held',
    );
    await hurry(harness, account);
    await expect(result).rejects.toBeInstanceOf(RunCancelledError);
    expect(created(account)).toHaveLength(0);
  },
);

test.concurrent('holdTimeout over: ends with the failure that it was held with', async () => {
  const account = freshAccount();
  const { result } = await harness.start(account, refusing(), {
    onFailure: 'hold',
    timing: { holdTimeout: '2s' },
  });
  await expect(failureOf(result)).resolves.toMatchObject({ type: 'ValidationException' });
  const { steps } = await handleOf(harness, account).query<Progress>(PROGRESS_QUERY);
  expect(steps.map(({ stage }) => stage)).toEqual(['creating', 'reconciling', 'held', 'failed']);
});

test.concurrent('somebody else’s instance: held, and after it is deleted retry makes ours', async () => {
  const account = freshAccount();
  const theirs = await harness.createdBySomebodyElse(account);
  const { result, progress } = await startHeld(account, {});
  expect(progress.failure?.type).toBe('InstanceExists');
  await harness.deleteInstance(account, theirs);
  await harness.client.retry(account);
  await expect(result).resolves.toMatchObject({ outcome: 'created', generation: 1 });
});

test.concurrent('pause makes no sense in a hold', async () => {
  const account = freshAccount();
  await startHeld(account, refusing());
  await expect(harness.client.pause(account)).rejects.toThrow('the run is held');
  await harness.client.cancel(account);
});

test.concurrent('held with a look that failed, retry looks before it sends anything', async () => {
  const account = freshAccount();
  await harness.createdBySomebodyElse(account);
  const unanswered = [{ operation: 'CreateInstance', error: 'InternalServerException', times: 10_000 }];
  await harness.start(account, { failNext: unanswered }, { onFailure: 'hold' });
  await harness.called(account, 'CreateInstance', 2);
  // From here on: the look before the call has come through.
  harness.emulator.setFaults({
    accounts: [account],
    failNext: [{ operation: 'ListInstances', error: 'ValidationException', message: 'not now', times: 3 }],
  });
  const progress = await held(account);
  expect(progress.failure?.type).not.toBe('InstanceExists');
  const before = harness.creates(account).length;
  healthy(account);
  await harness.client.retry(account);
  await until(
    () => handleOf(harness, account).query<Progress>(PROGRESS_QUERY),
    ({ failure, stage }) => stage === 'held' && failure?.type === 'InstanceExists',
  );
  expect(harness.creates(account)).toHaveLength(before);
  await harness.client.cancel(account);
});

test.concurrent(
  'a correction outlives a look that fails: a plain retry asks for what was corrected',
  async () => {
    const account = freshAccount();
    const { result } = await startHeld(account, refusing(), { name: 'taken', tags: { team: 'a' } });
    harness.emulator.setFaults({
      accounts: [account],
      failNext: [{ operation: 'ListInstances', error: 'ValidationException', message: 'not now', times: 1 }],
    });
    const looks = harness.calls(account, 'ListInstances');
    await harness.client.retry(account, { name: 'free' });
    await harness.called(account, 'ListInstances', looks + 1);
    const progress = await held(account);
    expect(progress.request).toMatchObject({ name: 'free', tags: { team: 'a' } });
    expect(harness.creates(account)).toHaveLength(1);
    await harness.client.retry(account);
    await expect(result).resolves.toMatchObject({ outcome: 'created', generation: 2 });
    expect(harness.created(account)).toMatchObject([{ name: 'free', tags: { team: 'a' } }]);
  },
);

test.concurrent(
  'a correction outlives looks that fail again and again, and later corrections add to it',
  async () => {
    const account = freshAccount();
    const { result } = await startHeld(account, refusing(), { name: 'taken', tags: { team: 'a' } });
    const retryInVain = async (correction?: { name?: string; tags?: Record<string, string> }) => {
      harness.emulator.setFaults({
        accounts: [account],
        failNext: [
          { operation: 'ListInstances', error: 'ValidationException', message: 'not now', times: 1 },
        ],
      });
      const looks = harness.calls(account, 'ListInstances');
      await harness.client.retry(account, correction);
      await harness.called(account, 'ListInstances', looks + 1);
      return held(account);
    };
    await retryInVain({ name: 'free' });
    await retryInVain();
    await retryInVain({ tags: { team: 'b' } });
    const { request } = await retryInVain();
    expect(request).toMatchObject({ name: 'free', tags: { team: 'b' } });
    expect(harness.creates(account)).toHaveLength(1);
    await harness.client.retry(account);
    await expect(result).resolves.toMatchObject({ outcome: 'created', generation: 2 });
    expect(harness.created(account)).toMatchObject([{ name: 'free', tags: { team: 'b' } }]);
  },
);

test.concurrent('a correction where nothing was sent is asked for with the first token', async () => {
  const account = freshAccount();
  const { result } = await startHeld(
    account,
    {
      failNext: [{ operation: 'ListInstances', error: 'ValidationException', message: 'not now', times: 1 }],
    },
    { name: 'one' },
  );
  expect(harness.creates(account)).toHaveLength(0);
  await harness.client.retry(account, { name: 'two' });
  await expect(result).resolves.toMatchObject({ outcome: 'created', generation: 1 });
  expect(harness.created(account)).toMatchObject([{ name: 'two' }]);
});

test.concurrent('a correction outlives a look that finds somebody else’s instance', async () => {
  const account = freshAccount();
  const { result } = await startHeld(account, refusing(), { name: 'taken' });
  const theirs = await harness.createdBySomebodyElse(account);
  await harness.client.retry(account, { name: 'free' });
  await until(
    () => handleOf(harness, account).query<Progress>(PROGRESS_QUERY),
    ({ stage, failure }) => stage === 'held' && failure?.type === 'InstanceExists',
  );
  await harness.deleteInstance(account, theirs);
  await harness.client.retry(account);
  await expect(result).resolves.toMatchObject({ outcome: 'created', generation: 2 });
  expect(harness.created(account)).toMatchObject([{ name: 'free' }]);
});

test.concurrent(
  'a run that goes to and fro a hundred times shows its first and its latest stages',
  async () => {
    const account = freshAccount();
    await startHeld(account, refusing(999));
    for (let creates = 2; creates <= 36; creates += 1) {
      await harness.client.retry(account);
      await harness.called(account, 'CreateInstance', creates);
      await held(account);
    }
    const { steps, since } = await held(account);
    expect(steps).toHaveLength(MAX_STEPS);
    expect(steps.slice(0, 3).map(({ stage }) => stage)).toEqual(['creating', 'reconciling', 'held']);
    expect(steps.at(-1)).toEqual({ stage: 'held', at: since });
    await harness.client.cancel(account);
  },
);

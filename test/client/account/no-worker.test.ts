import { IdentityCenterClient, OtherTaskQueueError, RequestDiffersError } from '../../../client';
import {
  freshAccount,
  handleOf,
  startHarness,
  startTestWorker,
  until,
  type Harness,
} from '../../support/harness';
import { ensureRaw, startRaw } from '../../support/other-language';
import { temporalAddress } from '../../support/temporal';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({ worker: false });
});
afterAll(() => harness.stop());

test('starts, joins and refuses without a worker; an ensure waits, and what it started begins with the first', async () => {
  const { client, emulator, taskQueue, temporal } = harness;
  const [joined, cancelled, ensured] = [freshAccount(), freshAccount(), freshAccount()];
  const bare = (accountId: string) => ({ accountId, region: 'eu-west-1' });

  // Whoever asks after a run has ended starts another: both may end once all have asked.
  const throttled = [{ operation: 'ListInstances', error: 'ThrottlingException', times: 100_000 }];
  emulator.setFaults({ accounts: [joined, ensured], failNext: throttled });

  const { runId } = await client.start(bare(joined));
  const elsewhere = new IdentityCenterClient(temporal, `${taskQueue}-other`);
  const [same, different, other] = await Promise.allSettled([
    client.start(bare(joined)),
    client.start({ ...bare(joined), name: 'other' }),
    elsewhere.start(bare(joined)),
  ]);
  expect(same).toMatchObject({ value: { runId, joined: true } });
  expect(different).toMatchObject({ reason: expect.any(RequestDiffersError) as Error });
  expect(other).toMatchObject({ reason: expect.any(OtherTaskQueueError) as Error });
  const { message } = (other as { reason: Error }).reason;
  expect(message).toContain(`an open run waits on task queue ${taskQueue}, where no worker answers`);
  await expect(client.status(joined)).resolves.toMatchObject({
    notice: expect.stringContaining('No worker answers') as string,
  });

  const early = await startRaw(harness, cancelled, bare(cancelled));
  await early.cancel();
  const callers = [bare(ensured), { ...bare(ensured), existing: 'fail' }].map((request) =>
    ensureRaw(harness, ensured, request),
  );
  const refused = ensureRaw(harness, joined, { ...bare(joined), name: 'other' });
  refused.catch(() => undefined);
  const isStarted = () =>
    handleOf(harness, ensured)
      .describe()
      .then(
        () => true,
        () => false,
      );
  await until(isStarted, Boolean);
  const worker = await startTestWorker(temporalAddress(), taskQueue, emulator);
  try {
    const [first, second] = await Promise.all(callers);
    expect(first?.runId).toBe(second?.runId);
    await expect(refused).rejects.toMatchObject({ cause: { type: 'RequestDiffers' } });
    emulator.setFaults({ accounts: [joined, ensured] });
    await expect(first?.handle.result()).resolves.toMatchObject({ outcome: 'created' });
    await expect(early.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
    expect(emulator.calls({ account: cancelled, operation: 'CreateInstance' })).toHaveLength(0);
  } finally {
    await worker.stop();
  }
});

import { startWorkerProcess } from '../../sandbox';
import type { Faults } from '../../sandbox/emulator';
import { readWorkerSettings } from '../../worker';
import { freshAccount, handleOf, requestFor, until, withHarness, type Harness } from '../support/harness';

const callsOf = ({ emulator }: Harness, account: string) =>
  emulator.calls({ account, operation: 'CreateInstance' });

/** Starts a run on a worker with this grace time, and tells the worker to end while AWS has not answered CreateInstance. */
async function endDuringCall(harness: Harness, account: string, slow: Faults, graceTime: string) {
  const start = () =>
    startWorkerProcess(harness.address, harness.taskQueue, harness.emulator.url, {
      IDENTITY_CENTER_SHUTDOWN_GRACE_TIME: graceTime,
    });
  const worker = await start();
  harness.emulator.setFaults({ accounts: [account], ...slow });
  await harness.client.start(requestFor(account));
  await until(
    () => harness.emulator.instances({ account }).length,
    (count) => count === 1,
  );
  const began = performance.now();
  const code = await worker.stop();
  return { code, tookMs: performance.now() - began, start };
}

test('a call in flight is answered before the worker ends, and is not sent again', async () => {
  await withHarness({ worker: false }, async (harness) => {
    const account = freshAccount();
    const { code, start } = await endDuringCall(harness, account, { latencyMs: 3_000 }, '20s');
    expect(code).toBe(0);
    harness.emulator.setFaults({ accounts: [account] });
    const other = await start();
    await expect(handleOf(harness, account).result()).resolves.toMatchObject({ outcome: 'created' });
    expect(callsOf(harness, account)).toHaveLength(1);
    await other.stop();
  });
});

test('a call that takes longer than the grace time is handed on, with the same token', async () => {
  await withHarness({ worker: false }, async (harness) => {
    const account = freshAccount();
    const silent = { hangAfterWrite: { operation: 'CreateInstance', times: 1 } };
    const { code, tookMs, start } = await endDuringCall(harness, account, silent, '500ms');
    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(9_000);
    harness.emulator.setFaults({ accounts: [account] });
    const other = await start();
    await expect(handleOf(harness, account).result()).resolves.toMatchObject({ status: 'ACTIVE' });
    expect(harness.emulator.instances({ account })).toHaveLength(1);
    expect(new Set(callsOf(harness, account).map(({ token }) => token)).size).toBe(1);
    await other.stop();
  });
});

test('a grace time of nonsense is named', () => {
  const read = () => readWorkerSettings({ IDENTITY_CENTER_SHUTDOWN_GRACE_TIME: 'soon' });
  expect(read).toThrow('IDENTITY_CENTER_SHUTDOWN_GRACE_TIME: must be a duration');
});

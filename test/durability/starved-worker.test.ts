import { setTimeout as sleep } from 'node:timers/promises';
import { freshAccount, requestFor, startHarness } from '../support/harness';
import { temporalAddress } from '../support/temporal';
import { startWorkerProcess, type WorkerProcess } from '../../sandbox';

/** A tenth of the time, as a CPU quota of 10 % gives it. */
const [RUNS_MS, STANDS_MS] = [100, 900];

/** Lets a process run for a tenth of the time, until the signal. */
async function starve(worker: WorkerProcess, over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    worker.freeze();
    await sleep(STANDS_MS);
    worker.thaw();
    await sleep(RUNS_MS);
  }
}

test('a worker that gets a tenth of the time sends every call once, and each run ends with its instance', async () => {
  const harness = await startHarness({ worker: false });
  const { emulator, client, taskQueue } = harness;
  const worker = await startWorkerProcess(temporalAddress(), taskQueue, emulator.url);
  const over = new AbortController();
  const starving = starve(worker, over.signal);
  try {
    emulator.setFaults({ creationMs: 0, deletionMs: 0, latencyMs: 300 });
    const accounts = Array.from({ length: 5 }, freshAccount);
    const results = await Promise.all(accounts.map((account) => client.provision(requestFor(account))));
    expect(results.map(({ outcome }) => outcome)).toEqual(accounts.map(() => 'created'));
    const sent = emulator.calls({ operation: 'CreateInstance' }).map(({ account }) => account);
    expect(sent.sort()).toEqual(accounts.sort());
  } finally {
    over.abort();
    await starving;
    await worker.kill();
    await harness.stop();
  }
});

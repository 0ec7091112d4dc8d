import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freshAccount, requestFor, startHarness, until } from '../support/harness';
import { temporalAddress } from '../support/temporal';
import { startWorkerProcess } from '../../sandbox';

/** The SDK's own limit for what a workflow computes at one stretch is 5 s, by the clock of the machine. */
const FROZEN_MS = 7_000;

test('a worker that is frozen while a workflow computes goes on when it wakes', async () => {
  const harness = await startHarness({ worker: false });
  const folder = mkdtempSync(path.join(tmpdir(), 'identity-center-frozen-'));
  const file = path.join(folder, 'stopped');
  const worker = await startWorkerProcess(temporalAddress(), harness.taskQueue, harness.emulator.url, {
    NODE_OPTIONS: `--require ${path.join(__dirname, 'stop-while-computing.cjs')}`,
    STOPPED_FILE: file,
  });
  const ended = worker.exited.then(() => 'the worker ended');
  try {
    const account = freshAccount();
    const run = await harness.client.start(requestFor(account));
    await until(
      () => existsSync(file),
      (isStopped) => isStopped,
    );
    await sleep(FROZEN_MS);
    worker.thaw();
    const outcome = harness.client.result(run).then((result) => result.outcome);
    await expect(Promise.race([outcome, ended])).resolves.toBe('created');
    const events = await harness.eventsOf(account);
    expect(events.filter((event) => event.workflowTaskFailedEventAttributes)).toEqual([]);
  } finally {
    worker.thaw();
    await worker.kill();
    await harness.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});

import path from 'node:path';
import { freshAccount, requestFor, startHarness, until } from '../support/harness';
import { temporalAddress } from '../support/temporal';
import { startWorkerProcess } from '../../sandbox';

const SKEWED_CLOCK = path.join(__dirname, '..', '..', 'chaos', 'machine', 'skewed-clock.cjs');

test.concurrent.each([
  ['right', 0],
  ['ten minutes behind', -600_000],
])(
  'a worker that is frozen before it sends, and wakes when its attempts are over, sends nothing; its clock is %s',
  async (_, off) => {
    const harness = await startHarness({ worker: false });
    const account = freshAccount();
    const startWorker = () =>
      startWorkerProcess(temporalAddress(), harness.taskQueue, harness.emulator.url, {
        NODE_OPTIONS: `--require ${SKEWED_CLOCK}`,
        CHAOS_CLOCK_MS: String(off),
      });
    const calls = (operation: string) => harness.emulator.calls({ account, operation }).length;
    harness.emulator.setFaults({ accounts: [account], creationMs: 0, latencyMs: 3_000 });
    const frozen = await startWorker();
    const run = await harness.client.start(requestFor(account, { timing: { createTimeout: '1h' } }));
    await until(
      () => calls('AssumeRole'),
      (count) => count === 1,
    );
    frozen.freeze();
    const worker = await startWorker();
    try {
      await expect(harness.client.result(run)).resolves.toMatchObject({ outcome: 'created' });
      frozen.thaw();
      await new Promise((resolve) => setTimeout(resolve, 4_000));
      expect(calls('CreateInstance')).toBe(1);
    } finally {
      await frozen.kill();
      await worker.stop();
      await harness.stop();
    }
  },
);

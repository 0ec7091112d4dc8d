import { freshAccount, requestFor, startHarness, until, type Harness } from '../support/harness';
import { temporalAddress } from '../support/temporal';
import { startWorkerProcess } from '../../sandbox';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({ worker: false });
});
afterAll(() => harness.stop());

// The server goes on handing attempts to the frozen worker until it has no poll of it left: each takes its 25 s.
const PATIENCE_MS = 200_000;

test(
  'a worker that is frozen before it sends, and wakes when its attempts are over, sends nothing',
  async () => {
    const account = freshAccount();
    const startWorker = () => startWorkerProcess(temporalAddress(), harness.taskQueue, harness.emulator.url);
    const calls = (operation: string) => harness.emulator.calls({ account, operation }).length;
    harness.emulator.setFaults({ accounts: [account], creationMs: 0, latencyMs: 1_000 });
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
    }
  },
  PATIENCE_MS,
);

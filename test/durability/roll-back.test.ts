import { RunCancelledError } from '../../client';
import { freshAccount, requestFor, startHarness, until, type Harness } from '../support/harness';
import { temporalAddress } from '../support/temporal';
import { startWorkerProcess } from '../../sandbox';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({ worker: false });
});
afterAll(() => harness.stop());

test('a roll-back that is throttled, and whose worker is killed, is done by the next worker', async () => {
  const account = freshAccount();
  const startWorker = () => startWorkerProcess(temporalAddress(), harness.taskQueue, harness.emulator.url);
  const calls = (operation: string) => harness.emulator.calls({ account, operation }).length;
  harness.emulator.setFaults({
    accounts: [account],
    creationMs: 600_000,
    deletionMs: 3_000,
    failNext: [{ operation: 'DeleteInstance', error: 'ThrottlingException', times: 2 }],
  });
  const killed = await startWorker();
  const run = await harness.client.start(requestFor(account, { timing: { activeTimeout: '5m' } }));
  const result = harness.client.result(run);
  result.catch(() => undefined);
  await until(
    () => calls('DescribeInstance'),
    (count) => count > 0,
  );
  await harness.client.cancel(account);
  await until(
    () => calls('DeleteInstance'),
    (count) => count === 3,
  );
  await killed.kill();
  const worker = await startWorker();
  await expect(result).rejects.toBeInstanceOf(RunCancelledError);
  expect(harness.emulator.instances().filter((it) => it.accountId === account)).toHaveLength(0);
  await worker.stop();
});

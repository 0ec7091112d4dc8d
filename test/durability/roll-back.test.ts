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

test('what a lost call may have made is told, where the account lets nobody in any more', async () => {
  const account = freshAccount();
  const { client, emulator, taskQueue } = harness;
  const startWorker = () => startWorkerProcess(temporalAddress(), taskQueue, emulator.url);
  const fleet = `shut-${account}`;
  emulator.setFaults({ accounts: [account], creationMs: 600_000 });
  const killed = await startWorker();
  await client.fleets.start({
    name: fleet,
    accounts: [requestFor(account, { timing: { accountReadyTimeout: '10m' } })],
  });
  await until(
    () => emulator.calls({ account, operation: 'DescribeInstance' }).length,
    (looks) => looks > 0,
  );
  await killed.kill();
  emulator.setFaults({ accounts: [account], creationMs: 600_000, notReadyForMs: 600_000 });
  const worker = await startWorker();
  await until(
    () => client.fleets.status(fleet),
    ({ notReady }) => notReady === 1,
  );
  const { workflowId, runId } = await client.status(account);
  await client.cancel(account);
  await expect(client.result({ workflowId, runId, accountId: account, joined: true })).rejects.toThrow(
    /what CreateInstance may have made in .* is left.*Look for it with: aws sso-admin list-instances/,
  );
  await worker.stop();
});

import { FleetUnansweredError } from '../../client';
import { startWorkerProcess } from '../../sandbox';
import { freshAccounts } from '../support/fleets';
import { requestFor, startHarness, until, type Harness } from '../support/harness';
import { temporalAddress } from '../support/temporal';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({ worker: false });
});
afterAll(() => harness.stop());

const startWorker = () => startWorkerProcess(temporalAddress(), harness.taskQueue, harness.emulator.url);

test('a fleet whose worker is killed in the middle goes on with the next: one instance an account', async () => {
  const ids = freshAccounts(30);
  harness.emulator.setFaults({ accounts: ids, creationMs: 500 });
  const fleet = { name: 'killed', accounts: ids.map((id) => requestFor(id)), maxConcurrent: 5 };
  const killed = await startWorker();
  await harness.client.fleets.start(fleet);
  await until(
    () => harness.emulator.instances().length,
    (made) => made >= 8,
  );
  await killed.kill();
  const worker = await startWorker();
  expect(await harness.client.fleets.result('killed')).toMatchObject({ accounts: 30, succeeded: 30 });
  const made = harness.emulator.instances().map(({ accountId }) => accountId);
  expect(made.sort()).toEqual([...ids].sort());
  await worker.stop();
}, 120_000);

test('without a worker, who asks about a fleet is told so', async () => {
  const [account = ''] = freshAccounts(1);
  await harness.client.fleets.start({ name: 'alone', accounts: [requestFor(account)] });
  await Promise.all([
    expect(harness.client.fleets.status('alone')).rejects.toThrow(FleetUnansweredError),
    expect(harness.client.fleets.order('alone', 'pause')).rejects.toThrow('no worker has answered'),
  ]);
});

import { freshAccount, requestFor, startHarness, startTestWorker, type Harness } from '../support/harness';
import { temporalAddress } from '../support/temporal';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({ worker: false });
});
afterAll(() => harness.stop());

test('a plan that is asked for before its worker polls waits for the worker', async () => {
  const { client, emulator, taskQueue } = harness;
  const accountId = freshAccount();
  const first = client.fleets.plan([requestFor(accountId)]).next();
  const worker = await startTestWorker(temporalAddress(), taskQueue, emulator);
  try {
    expect(await first).toMatchObject({ value: { accountId, plan: 'create' } });
  } finally {
    await worker.stop();
  }
});

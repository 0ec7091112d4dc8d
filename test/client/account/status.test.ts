import { RunCancelledError, type StartedRun } from '../../../client';
import {
  freshAccount,
  requestFor,
  startHarness,
  startTestWorker,
  until,
  type Harness,
} from '../../support/harness';
import { temporalAddress } from '../../support/temporal';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({ worker: false });
});
afterAll(() => harness.stop());

test('where no worker answers, the server still tells the instance that a cancelled run left, what was asked and by whom', async () => {
  const { client, emulator } = harness;
  const account = freshAccount();
  const run = await cancelWhileItWaits(account);
  const instanceArn = emulator.instances()[0]?.instanceArn;
  expect(instanceArn).toMatch(/^arn:aws:sso:::instance\/ssoins-/);
  const error: unknown = await client.result(run).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(RunCancelledError);
  expect(error).toMatchObject({ left: instanceArn });
  expect(await client.status(account)).toMatchObject({
    request: { accountId: account, region: 'eu-west-1', onCancel: 'keep' },
    askedBy: 'tester',
  });
});

/** A run that was cancelled while it waited for ACTIVE, and keeps its instance; its worker has ended. */
async function cancelWhileItWaits(account: string): Promise<StartedRun> {
  const { client, emulator, taskQueue } = harness;
  emulator.setFaults({ accounts: [account], creationMs: 600_000 });
  const worker = await startTestWorker(temporalAddress(), taskQueue, emulator);
  try {
    const run = await client.start(requestFor(account, { onCancel: 'keep' }));
    await until(
      () => client.status(account),
      ({ stage }) => stage === 'waitingForActive',
    );
    await client.cancel(account);
    await client.result(run).catch(() => undefined);
    return run;
  } finally {
    await worker.stop();
  }
}

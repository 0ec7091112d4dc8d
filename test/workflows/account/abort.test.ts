import { WorkflowUpdateStage } from '@temporalio/client';
import { PROGRESS_QUERY, type Progress, type ProvisionRequestInput } from '../../../contract';
import {
  freshAccount,
  handleOf,
  requestFor,
  startHarness,
  startTestWorker,
  until,
  type Harness,
} from '../../support/harness';
import { temporalAddress } from '../../support/temporal';
import { failureOf, type AccountFaults } from '../../support/provisioning';

// What arrives while no worker is there reaches the run in one workflow task.

let harness: Harness;
let worker: Awaited<ReturnType<typeof startTestWorker>>;
const startWorker = () => startTestWorker(temporalAddress(), harness.taskQueue, harness.emulator);
beforeAll(async () => {
  harness = await startHarness({ worker: false });
  worker = await startWorker();
});
afterAll(async () => {
  await worker.stop();
  await harness.stop();
});

const progressOf = (account: string) => handleOf(harness, account).query<Progress>(PROGRESS_QUERY);

/** Starts a run, and waits until its progress is as it should be. */
async function start(
  account: string,
  faults: AccountFaults,
  more: Partial<ProvisionRequestInput>,
  isThere: (progress: Progress) => boolean,
) {
  harness.emulator.setFaults({ accounts: [account], creationMs: 0, ...faults });
  const result = harness.client.result(await harness.client.start(requestFor(account, more)));
  result.catch(() => undefined);
  await until(() => progressOf(account), isThere);
  return { result };
}

const startHeld = (account: string) =>
  start(
    account,
    { failNext: [{ operation: 'CreateInstance', error: 'ValidationException', times: 1 }] },
    { onFailure: 'hold' },
    ({ stage }) => stage === 'held',
  );

/** Carries something out while there is no worker. */
async function withoutWorker(act: () => Promise<unknown>): Promise<void> {
  await worker.stop();
  await act();
  worker = await startWorker();
}

test('a held run that is aborted and then retried ends as aborted; the retry is noted', async () => {
  const account = freshAccount();
  const { result } = await startHeld(account);
  const handle = handleOf(harness, account);
  await withoutWorker(async () => {
    await handle.signal('abort', 'not wanted');
    await handle.signal('retry');
  });
  await expect(failureOf(result)).resolves.toMatchObject({ type: 'Aborted' });
  expect(harness.emulator.calls({ account, operation: 'CreateInstance' })).toHaveLength(1);
  expect((await progressOf(account)).notes?.map(({ text }) => text)).toEqual([
    'retry changed nothing: the run is being aborted',
  ]);
});

test('the same with Updates: the abort is accepted, the retry refused', async () => {
  const account = freshAccount();
  const { result } = await startHeld(account);
  const handle = handleOf(harness, account);
  let retry: Promise<unknown> = Promise.resolve();
  await withoutWorker(async () => {
    const update = (name: string, argument?: string) =>
      handle.startUpdate(name, { args: [argument], waitForStage: WorkflowUpdateStage.ACCEPTED });
    update('abort', 'not wanted').catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 300));
    retry = update('retry').then(
      (accepted) => accepted.result(),
      (refused: unknown) => Promise.reject(refused as Error),
    );
    retry.catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 300));
  });
  await expect(retry).rejects.toMatchObject({ cause: { message: 'the run is being aborted' } });
  await expect(failureOf(result)).resolves.toMatchObject({ type: 'Aborted' });
  expect(harness.emulator.calls({ account, operation: 'CreateInstance' })).toHaveLength(1);
});

test('a paused run that is aborted, then resumed and retried, ends as aborted', async () => {
  const account = freshAccount();
  const { result } = await start(
    account,
    { creationMs: 60_000 },
    {},
    ({ stage }) => stage === 'waitingForActive',
  );
  const handle = handleOf(harness, account);
  await withoutWorker(async () => {
    await handle.signal('pause');
    await handle.signal('abort', 'not wanted');
    await handle.signal('resume');
    await handle.signal('retry');
  });
  await expect(failureOf(result)).resolves.toMatchObject({ type: 'Aborted' });
  const notes = (await progressOf(account)).notes?.map(({ text }) => text) ?? [];
  expect(notes).toContain('retry changed nothing: the run is being aborted');
});

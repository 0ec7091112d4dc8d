import { WorkflowUpdateStage } from '@temporalio/client';
import { PROGRESS_QUERY, workflowIdOf, type Progress, type ProvisionRequestInput } from '../../../contract';
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

/** Waits until the server has an Update, which no worker has taken yet. */
async function untilArrived(account: string, updateId: string): Promise<void> {
  const { workflowService } = harness.temporal;
  const updateRef = { workflowExecution: { workflowId: workflowIdOf(account) }, updateId };
  await until(
    () =>
      workflowService.pollWorkflowExecutionUpdate({ namespace: 'default', updateRef }).then(
        () => true,
        () => false,
      ),
    (arrived) => arrived,
  );
}

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
      handle.startUpdate(name, {
        updateId: name,
        args: [argument],
        waitForStage: WorkflowUpdateStage.ACCEPTED,
      });
    update('abort', 'not wanted').catch(() => undefined);
    await untilArrived(account, 'abort');
    retry = update('retry').then(
      (accepted) => accepted.result(),
      (refused: unknown) => Promise.reject(refused as Error),
    );
    retry.catch(() => undefined);
    await untilArrived(account, 'retry');
  });
  await expect(retry).rejects.toMatchObject({ cause: { message: 'the run is being aborted' } });
  await expect(failureOf(result)).resolves.toMatchObject({ type: 'Aborted' });
  expect(harness.emulator.calls({ account, operation: 'CreateInstance' })).toHaveLength(1);
});

test('a paused run that is aborted, then resumed and retried, ends as aborted', async () => {
  const account = freshAccount();
  const { result } = await start(
    account,
    { creationMs: 600_000 },
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

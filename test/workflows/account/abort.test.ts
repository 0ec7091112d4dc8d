import { CreateInstanceCommand, SSOAdminClient } from '@aws-sdk/client-sso-admin';
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
  const result = harness.client.result(await harness.client.start(requestFor(account, more)), {
    waitHeld: true,
  });
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

describe('at every stage an abort holds, whatever is asked after it in the same workflow task', () => {
  interface Stage {
    faults: AccountFaults;
    more?: Partial<ProvisionRequestInput>;
    stage: Progress['stage'];
    deprovisions?: true;
    /** Somebody else's instance is there. */
    isTaken?: true;
  }
  const never = 600_000;
  const throttled = (operation: string) => ({
    failNext: [{ operation, error: 'ThrottlingException', retryAfterSeconds: 5, times: 10_000 }],
  });
  const hold = { onFailure: 'hold' } as const;
  const stages: Record<string, Stage> = {
    'held by a refusal': {
      faults: { failNext: [{ operation: 'CreateInstance', error: 'ValidationException', times: 1 }] },
      more: hold,
      stage: 'held',
    },
    'held by CREATE_FAILED': { faults: { createFails: 'no room' }, more: hold, stage: 'held' },
    'held by a time-out': {
      faults: { creationMs: never },
      more: { ...hold, timing: { activeTimeout: '2s' } },
      stage: 'held',
    },
    'held by another instance': { faults: {}, more: hold, stage: 'held', isTaken: true },
    'held before anything was sent': {
      faults: { failNext: [{ operation: 'ListInstances', error: 'ValidationException', times: 1 }] },
      more: hold,
      stage: 'held',
    },
    'paused while it creates': { faults: throttled('CreateInstance'), stage: 'creating' },
    'paused before it may look': { faults: throttled('ListInstances'), stage: 'creating' },
    'paused while it waits': { faults: { creationMs: never }, stage: 'waitingForActive' },
    'paused while it looks again': {
      faults: { failNext: [{ operation: 'CreateInstance', error: 'ConflictException', times: 10_000 }] },
      more: { timing: { pollInterval: '10m' } },
      stage: 'reconciling',
    },
    'paused while it replaces': {
      faults: { createFails: 'no room', ...throttled('DeleteInstance') },
      more: { onCreateFailed: 'recreate' },
      stage: 'rollingBack',
    },
    'paused while a deprovisioning looks': {
      faults: throttled('ListInstances'),
      stage: 'reconciling',
      deprovisions: true,
    },
    'paused while it deletes': { faults: throttled('DeleteInstance'), stage: 'deleting', deprovisions: true },
  };
  const isWrite = ({ operation }: { operation: string }) => /^(Create|Delete)Instance$/.test(operation);
  const writes = (account: string) => harness.emulator.calls({ account }).filter(isWrite).length;

  async function startAt({ faults, more = {}, stage, deprovisions, isTaken }: Stage): Promise<string> {
    const account = freshAccount();
    const { client, emulator } = harness;
    if (deprovisions) await client.provision(requestFor(account));
    if (isTaken) {
      const credentials = await harness.assumeRole(account);
      const owner = new SSOAdminClient({ region: 'us-east-1', endpoint: emulator.url, credentials });
      await owner.send(new CreateInstanceCommand({}));
    }
    emulator.setFaults({ accounts: [account], creationMs: 0, deletionMs: 0, ...faults });
    const { timing } = requestFor(account);
    if (deprovisions) await client.startDeprovision({ accountId: account, region: 'eu-west-1', timing });
    else await client.start(requestFor(account, more));
    await until(
      () => progressOf(account),
      (progress) => progress.stage === stage,
    );
    if (stage !== 'held') await client.pause(account);
    return account;
  }

  test.each(['signals', 'Updates'])('as %s', async (how) => {
    const accounts = await Promise.all(
      Object.entries(stages).map(async ([name, stage]) => ({ name, account: await startAt(stage) })),
    );
    const before = new Map<string, number>();
    await withoutWorker(async () => {
      for (const { account } of accounts) {
        before.set(account, writes(account));
        const handle = handleOf(harness, account);
        for (const [name, argument] of [['abort', 'not wanted'], ['resume'], ['retry'], ['pause']] as const) {
          if (how === 'signals') {
            await handle.signal(name, ...(argument === undefined ? [] : [argument]));
            continue;
          }
          handle
            .startUpdate(name, {
              updateId: name,
              waitForStage: WorkflowUpdateStage.ACCEPTED,
              args: [argument],
            })
            .catch(() => undefined);
          await untilArrived(account, name);
        }
      }
    });
    const ends = await Promise.all(
      accounts.map(async ({ name, account }) => {
        const { status, failure } = await until(
          () => harness.client.status(account),
          (run) => run.status !== 'RUNNING',
        );
        return [name, status, failure?.type, writes(account) - (before.get(account) ?? 0)];
      }),
    );
    expect(ends).toEqual(Object.keys(stages).map((name) => [name, 'FAILED', 'Aborted', 0]));
  });
});

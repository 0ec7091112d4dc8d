import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, Worker } from '@temporalio/worker';
import { add, subtract, wakeUps, type count } from '../../support/counting-workflow';
import { logErrorsOnly, until } from '../../support/harness';
import { temporalAddress } from '../../support/temporal';

const BUNDLE_WORKER = path.resolve(__dirname, '..', '..', 'support', 'bundle-worker.cjs');
/** Milliseconds for which a query waits for the worker that has the workflow in its cache. */
const STICKY_MS = 2_000;
/** The polls for workflow tasks that a worker of bundle-worker.cjs has open. */
const POLLS = 2;

let folder: string;
let codePath: string;
let taskQueue: string;
let connection: Connection;
const workers: ChildProcess[] = [];
beforeAll(async () => {
  logErrorsOnly();
  folder = mkdtempSync(path.join(tmpdir(), 'identity-center-bundle-'));
  taskQueue = path.basename(folder);
  codePath = path.join(folder, 'bundle.js');
  const { code } = await bundleWorkflowCode({
    workflowsPath: require.resolve('../../support/counting-workflow'),
    workflowInterceptorModules: [require.resolve('../../../workflows/interceptors')],
    logger: new DefaultLogger('ERROR'),
  });
  writeFileSync(codePath, code);
  connection = await Connection.connect({ address: temporalAddress() });
});
afterAll(async () => {
  for (const worker of workers) worker.kill('SIGKILL');
  await connection.close();
  rmSync(folder, { recursive: true });
});

async function startWorker(): Promise<ChildProcess> {
  const worker = spawn(process.execPath, [BUNDLE_WORKER, temporalAddress(), taskQueue, codePath], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  workers.push(worker);
  await once(worker.stdout, 'data');
  return worker;
}

const startRun = (name: string) =>
  new Client({ connection }).workflow.start<typeof count>('count', {
    taskQueue,
    workflowId: `${taskQueue}/${name}`,
  });

const hasWoken = (run: WorkflowHandle, times: number) =>
  until(
    () => run.query(wakeUps).catch(() => 0),
    (woken) => woken >= times,
  );

/** Counts the workflow tasks that have failed, of a workflow whose history replays. */
async function failedTasks(run: WorkflowHandle): Promise<number> {
  const history = await run.fetchHistory();
  await Worker.runReplayHistory({ workflowBundle: { codePath } }, history);
  return (history.events ?? []).filter((event) => event.workflowTaskFailedEventAttributes).length;
}

/** Has a frozen worker take workflow tasks until its polls are used up: it takes nothing of what comes after. */
async function useUpPolls({ pid = 0 }: ChildProcess, spares: readonly WorkflowHandle[]): Promise<void> {
  let taken = 0;
  for (const run of spares) {
    await run.signal(add, 1);
    const identity = await until(
      async () => {
        const events = (await run.fetchHistory()).events ?? [];
        const signals = events.flatMap((it, index) =>
          it.workflowExecutionSignaledEventAttributes ? index : [],
        );
        const later = events.slice(signals[1]);
        return later.flatMap((it) => it.workflowTaskStartedEventAttributes?.identity ?? [])[0] ?? '';
      },
      (started) => started !== '',
    );
    if (identity.startsWith(`${pid}@`)) taken += 1;
    if (taken === POLLS) return;
  }
  throw new Error(`The frozen worker has taken ${taken} of ${spares.length} workflow tasks`);
}

test('a query that a second worker answers, between two signals, stops no workflow', async () => {
  const frozen = await startWorker();
  const spares = await Promise.all(['s1', 's2', 's3', 's4', 's5', 's6'].map(startRun));
  const runs = await Promise.all(['a', 'b', 'c'].map(startRun));
  for (const run of [...spares, ...runs]) {
    await run.signal(add, 1);
    await hasWoken(run, 1);
  }
  await startWorker();
  frozen.kill('SIGSTOP');
  await useUpPolls(frozen, spares);
  await Promise.all(
    runs.map(async (run) => {
      const answer = run.query(wakeUps);
      await sleep(STICKY_MS / 2);
      await run.signal(add, 1);
      // The second worker answers, from a history that ends with this signal, a second before its workflow task comes.
      await answer;
      await run.signal(add, 1);
    }),
  );
  for (const run of runs) {
    await hasWoken(run, 2);
    await run.signal(add, 100);
    await run.result();
    await failedTasks(run);
  }
  frozen.kill('SIGKILL');
});

test('who is asked again and again, and refuses Updates, goes on all the same: no workflow task fails', async () => {
  await startWorker();
  const run = await startRun('asked');
  for (let times = 1; times <= 20; times += 1) {
    await run.signal(add, 1);
    await hasWoken(run, times);
    // Its workflow task leaves no events.
    await expect(run.executeUpdate(subtract)).rejects.toThrow();
    await hasWoken(run, times);
  }
  await run.signal(add, 100);
  await run.result();
  await expect(failedTasks(run)).resolves.toBe(0);
});

import { randomUUID } from 'node:crypto';
import { WorkflowFailedError, type Client, type WorkflowHandle } from '@temporalio/client';
import { CHECK_WORKFLOW, defined, type Check, type Poller, type WorkerChecks } from '../contract';
import { checkServerAnswers } from './send-update';
import { isUnavailable, readServerError, TemporalServerError } from './server-errors';
import { findPollers } from './task-queue';
import { placeOf } from './translate-errors';

/** A worker that is there takes up a workflow within a second. */
const TAKEN_WITHIN_MS = 8_000;
/** As long as its look at AWS may take, and some. */
const DONE_WITHIN_MS = 35_000;
/** Started, a workflow task scheduled, that begun: with one event more, a worker has answered. */
const EVENTS_UNANSWERED = 3;
const MOST_NAMED = 3;
const START = 'Start one: identity-center worker (IDENTITY_CENTER_TASK_QUEUE names the queue).';

/** Checks that workers poll the task queue and that one answers, and has that one look at AWS. */
export async function checkWorkers(client: Client, taskQueue: string, accountId?: string): Promise<Check[]> {
  const pollers = await findPollers(client, taskQueue);
  const alive = pollers.filter(({ isAlive }) => isAlive);
  const found = `${alive.length} on task queue ${taskQueue}: ${describePollers(alive.length > 0 ? alive : pollers)}`;
  if (alive.length === 0) return [{ check: 'workers', ok: false, found, remedy: START }];
  return [{ check: 'workers', ok: true, found }, ...(await askWorker(client, taskQueue, accountId))];
}

function describePollers(pollers: readonly Poller[]): string {
  if (pollers.length === 0) return 'none was seen in the last minutes';
  const now = Date.now();
  const named = pollers.slice(0, MOST_NAMED).map(({ identity, lastPolledAt }) => {
    return `${identity} last seen ${Math.max(0, Math.round((now - lastPolledAt) / 1_000))} s ago`;
  });
  const more = pollers.length - named.length;
  return [...named, ...(more > 0 ? [`and ${more} more`] : [])].join(', ');
}

/** Has a worker carry out a workflow that writes nothing: polls alone do not show that one is alive. */
async function askWorker(client: Client, taskQueue: string, accountId?: string): Promise<Check[]> {
  const check = 'worker answer';
  const began = Date.now();
  const workflowId = `identity-center-doctor/${randomUUID()}`;
  const started = client.workflow.start(CHECK_WORKFLOW, {
    taskQueue,
    workflowId,
    args: [defined({ accountId })],
    workflowExecutionTimeout: '1m',
    // One that is frozen may have taken the first.
    workflowTaskTimeout: '3s',
    staticSummary: 'doctor',
  });
  let handle: WorkflowHandle;
  try {
    handle = await started;
  } catch (error) {
    const read = readServerError(error, placeOf(client));
    // Whoever may look need not be allowed to start anything.
    if (!(read instanceof TemporalServerError) || read.code !== 'PERMISSION_DENIED') throw read;
    return [{ check, ok: false, found: `not asked for: ${read.message}`, remedy: read.remedy }];
  }
  const within = async (ms: number): Promise<WorkerChecks | undefined> => {
    try {
      return await client.connection.withDeadline(began + ms, () => handle.result() as Promise<WorkerChecks>);
    } catch (error) {
      if (error instanceof WorkflowFailedError) return { checks: [failedCheck(error)] };
      if (!isUnavailable(error)) throw error;
      await checkServerAnswers(client);
      return undefined;
    }
  };
  let answer = await within(TAKEN_WITHIN_MS);
  if (answer === undefined) {
    const { historyLength } = await handle.describe();
    if (historyLength <= EVENTS_UNANSWERED) {
      await handle.terminate('no worker has answered');
      const found = `none within ${TAKEN_WITHIN_MS / 1_000} s, though the server lists workers: they have just ended, are frozen, or have more to do than they can`;
      return [{ check, ok: false, found, remedy: `Look at them and their logs. ${START}` }];
    }
    answer = await within(DONE_WITHIN_MS);
  }
  if (answer === undefined) {
    const found = `a worker has taken workflow ${workflowId}, and not carried it out within ${DONE_WITHIN_MS / 1_000} s`;
    const remedy =
      'Look at the workflow in the UI, and check that every worker of the queue is of this release.';
    return [{ check, ok: false, found, remedy }];
  }
  const seconds = Number(((Date.now() - began) / 1_000).toPrecision(2));
  const who = answer.worker === undefined ? '' : ` from ${answer.worker}`;
  return [{ check, ok: true, found: `in ${seconds} s${who}` }, ...answer.checks];
}

/** What a worker of another release may make of the workflow. */
function failedCheck({ cause, message }: WorkflowFailedError): Check {
  return {
    check: 'AWS identity',
    ok: false,
    found: `not looked at: ${cause?.message ?? message}`,
    remedy: 'Check that every worker of the queue is of this release.',
  };
}

import { randomUUID } from 'node:crypto';
import {
  WorkflowFailedError,
  type Client,
  type WorkflowHandleWithFirstExecutionRunId,
} from '@temporalio/client';
import { CHECK_WORKFLOW, defined, type Check, type WorkerChecks } from '../../contract';
import { checkServerAnswers } from '../send-update';
import { isUnavailable, readServerError, TemporalServerError } from '../server-errors';
import { placeOf } from '../translate-errors';
import { checkClock } from './clock';
import { checkCodec, readEncodings, unreadable } from './codec';

/** A worker that cannot take it up has said so by then. */
const FIRST_LOOK_MS = 3_000;
/** A worker that is there takes up a workflow within a second. */
const TAKEN_WITHIN_MS = 8_000;
/** As long as its look at AWS may take, and some. */
const DONE_WITHIN_MS = 35_000;
/** Started, a workflow task scheduled, that begun: with one event more, a worker has answered. */
const EVENTS_UNANSWERED = 3;
const CHECK = 'worker answer';
export const START_A_WORKER =
  'Start one: identity-center worker (IDENTITY_CENTER_TASK_QUEUE names the queue).';

const SAME_WORKERS =
  'Check that every worker of the queue is of this release, and has the codec and the keys that this side has.';

/** What came of waiting for the answer. */
type Answer = WorkerChecks | { unread: string } | undefined;

/** Has a worker carry out a workflow that writes nothing: polls alone do not show that one is alive. */
export async function askWorker(client: Client, taskQueue: string, accountId?: string): Promise<Check[]> {
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
  let handle: WorkflowHandleWithFirstExecutionRunId;
  try {
    handle = await started;
  } catch (error) {
    const read = readServerError(error, placeOf(client));
    // Whoever may look need not be allowed to start anything.
    if (!(read instanceof TemporalServerError) || read.code !== 'PERMISSION_DENIED') throw read;
    return [{ check: CHECK, ok: false, found: `not asked for: ${read.message}`, remedy: read.remedy }];
  }
  const startedAt = Date.now();
  const { startTime } = await handle.describe();
  const clock = checkClock({ from: began, to: startedAt }, startTime.getTime());
  return [clock, ...(await follow(client, handle, began))];
}

/** Waits for the answer; looks from time to time whether one has taken the workflow, and what came of that. */
async function follow(
  client: Client,
  handle: WorkflowHandleWithFirstExecutionRunId,
  began: number,
): Promise<Check[]> {
  const { workflowId, firstExecutionRunId } = handle;
  const failed = async (found: string, remedy: string): Promise<Check[]> => {
    await handle.terminate('doctor has its answer').catch(() => undefined);
    return [{ check: CHECK, ok: false, found, remedy }];
  };
  for (const withinMs of [FIRST_LOOK_MS, TAKEN_WITHIN_MS, DONE_WITHIN_MS]) {
    const answer = await waitForAnswer(
      client,
      began + withinMs,
      () => handle.result() as Promise<WorkerChecks>,
    );
    const encodings = await readEncodings(client, workflowId, firstExecutionRunId);
    if (answer !== undefined && 'unread' in answer) return [unreadable(encodings, answer.unread)];
    if (answer !== undefined) {
      const seconds = Number(((Date.now() - began) / 1_000).toPrecision(2));
      const who = answer.worker === undefined ? '' : ` from ${answer.worker}`;
      const answered = { check: CHECK, ok: true, found: `in ${seconds} s${who}` };
      return [answered, checkCodec(encodings), ...answer.checks];
    }
    if (encodings.taskFailure !== undefined)
      return failed(`a worker has taken it up and failed: ${encodings.taskFailure}`, SAME_WORKERS);
    if (withinMs === TAKEN_WITHIN_MS && encodings.events <= EVENTS_UNANSWERED)
      return failed(
        `none within ${TAKEN_WITHIN_MS / 1_000} s, though the server lists workers: they have just ended, are frozen, or have more to do than they can`,
        `Look at them and their logs. ${START_A_WORKER}`,
      );
  }
  return failed(
    `a worker has taken workflow ${workflowId}, and not carried it out within ${DONE_WITHIN_MS / 1_000} s`,
    `Look at the workflow in the UI. ${SAME_WORKERS}`,
  );
}

async function waitForAnswer(
  client: Client,
  deadline: number,
  result: () => Promise<WorkerChecks>,
): Promise<Answer> {
  try {
    return await client.connection.withDeadline(deadline, result);
  } catch (error) {
    if (error instanceof WorkflowFailedError) return { checks: [failedCheck(error)] };
    if (isUnavailable(error)) {
      await checkServerAnswers(client);
      return undefined;
    }
    // What no server has said is of the codec here.
    const read = readServerError(error, placeOf(client));
    if (read !== error || !(error instanceof Error)) throw read;
    return { unread: error.message };
  }
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

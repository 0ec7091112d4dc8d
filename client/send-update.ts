import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  QueryNotRegisteredError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  type Client,
  type WorkflowExecutionDescription,
  type WorkflowHandle,
} from '@temporalio/client';
import { isLostWithItsTask, isNoWorkflow, isRefusedWhilePaused } from './server-errors';
import { findStuck } from './stuck';
import { listPollers } from './task-queue';

const ANSWER_WITHIN_MS = 10_000;
/** So long a worker has that polls: it may have its hands full. One that was killed seems to poll for a minute. */
const BUSY_ANSWER_WITHIN_MS = 30_000;
const SERVER_WITHIN_MS = 3_000;
const PAUSE_MS = 200;

/** The errors of an Update, in the words of who sends it. */
interface UpdateErrors {
  /** No workflow of the ID is open. */
  none(): Error;
  refused(reason: string): Error;
  /** No worker has taken it in time. */
  unanswered(): Error;
}

/** Sends an Update to an open workflow, and waits for what came of it as {@link untilAnswered} does. */
export async function sendUpdate<T>(
  client: Client,
  workflowId: string,
  update: string,
  argument: unknown,
  errors: UpdateErrors,
): Promise<T> {
  const handle = client.workflow.getHandle(workflowId);
  try {
    // The server takes an Update of the same ID for the same.
    const updateId = randomUUID();
    return await untilAnswered(
      client,
      workflowId,
      (end) => executeUpdate<T>(client, handle, { update, argument, updateId }, end),
      (error) =>
        error instanceof WorkflowUpdateRPCTimeoutOrCancelledError ||
        isLostWithItsTask(error) ||
        isRefusedWhilePaused(error),
      () => errors.unanswered(),
    );
  } catch (error) {
    if (isNoWorkflow(error)) throw errors.none();
    if (error instanceof WorkflowUpdateFailedError)
      throw errors.refused(error.cause?.message ?? error.message);
    throw error;
  }
}

/**
 * Asks a workflow, whose worker has 10 s to answer, and 30 s where one polls its task queue. Throws what the server says where
 * it is the server that does not answer, and what {@link findStuck} finds where the workflow does not go on.
 *
 * @param ask asks until then, in milliseconds since the epoch
 * @param unanswered makes the error where no worker has answered
 */
export async function untilAnswered<T>(
  client: Client,
  workflowId: string,
  ask: (end: number) => Promise<T>,
  isUnanswered: (error: unknown) => boolean,
  unanswered: () => Error,
): Promise<T> {
  const began = Date.now();
  for (const withinMs of [ANSWER_WITHIN_MS, BUSY_ANSWER_WITHIN_MS]) {
    try {
      return await ask(began + withinMs);
    } catch (error) {
      // A worker that cannot go on with the workflow says so, which looks like this to who asks. Where its copy was at fault it
      // has dropped that, and can by now.
      const isFailedQuery = error instanceof QueryNotRegisteredError;
      if (!isUnanswered(error) && !isFailedQuery) throw error;
      await checkServerAnswers(client);
      const description = await client.workflow.getHandle(workflowId).describe();
      const stuck = await findStuck(client, description);
      if (stuck !== undefined) throw stuck;
      if (isFailedQuery && withinMs === BUSY_ANSWER_WITHIN_MS) throw error;
      if (!isFailedQuery && !(await isServed(client, description))) break;
    }
  }
  throw unanswered();
}

/** Tells whether a worker polls the task queue of a workflow, as far as the server says so to this caller. */
async function isServed(client: Client, { taskQueue }: WorkflowExecutionDescription): Promise<boolean> {
  const pollers = await listPollers(client, taskQueue).catch(() => []);
  return pollers.some(({ isAlive }) => isAlive);
}

/**
 * Executes an Update, and once more where the workflow task that it came with has failed, as one does that goes on in another
 * execution while a signal arrives: then nothing has come of it.
 *
 * @param end until when, in milliseconds since the epoch
 */
export async function executeUpdate<T>(
  { connection }: Client,
  handle: WorkflowHandle,
  { update, argument, updateId = randomUUID() }: { update: string; argument: unknown; updateId?: string },
  end: number,
): Promise<T> {
  for (;;) {
    try {
      return await connection.withDeadline(end, () =>
        argument === undefined
          ? handle.executeUpdate<T, []>(update, { updateId })
          : handle.executeUpdate<T, [unknown]>(update, { updateId, args: [argument] }),
      );
    } catch (error) {
      if (!isLostWithItsTask(error) || Date.now() + PAUSE_MS > end) throw error;
      await sleep(PAUSE_MS);
    }
  }
}

/** Throws what the server says, or that it is lost: an answer that is late may be the server's as well as a worker's. */
export async function checkServerAnswers({ connection, workflowService }: Client): Promise<void> {
  await connection.withDeadline(Date.now() + SERVER_WITHIN_MS, () => workflowService.getSystemInfo({}));
}

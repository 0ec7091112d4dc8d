import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  type Client,
  type WorkflowHandle,
} from '@temporalio/client';
import { isLostWithItsTask, isNoWorkflow } from './server-errors';

/** How long a worker has to answer. */
export const ANSWER_WITHIN_MS = 10_000;
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

/** Sends an Update to an open workflow, and waits up to 10 s for what came of it. */
export async function sendUpdate<T>(
  client: Client,
  workflowId: string,
  update: string,
  argument: unknown,
  errors: UpdateErrors,
): Promise<T> {
  const handle = client.workflow.getHandle(workflowId);
  try {
    return await executeUpdate<T>(client, handle, update, argument, ANSWER_WITHIN_MS);
  } catch (error) {
    if (isNoWorkflow(error)) throw errors.none();
    if (error instanceof WorkflowUpdateFailedError)
      throw errors.refused(error.cause?.message ?? error.message);
    if (!(error instanceof WorkflowUpdateRPCTimeoutOrCancelledError)) throw error;
    await checkServerAnswers(client);
    throw errors.unanswered();
  }
}

/**
 * Executes an Update, and once more where the workflow task that it came with has failed, as one does that goes on in another
 * execution while a signal arrives: then nothing has come of it.
 */
export async function executeUpdate<T>(
  { connection }: Client,
  handle: WorkflowHandle,
  update: string,
  argument: unknown,
  withinMs: number,
): Promise<T> {
  const end = Date.now() + withinMs;
  // The server takes an Update of the same ID for the same.
  const updateId = randomUUID();
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

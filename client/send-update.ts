import {
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  type Client,
} from '@temporalio/client';
import { isNoWorkflow } from './server-errors';

/** How long a worker has to answer. */
export const ANSWER_WITHIN_MS = 10_000;
const SERVER_WITHIN_MS = 3_000;

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
    return await client.connection.withDeadline(Date.now() + ANSWER_WITHIN_MS, () =>
      argument === undefined
        ? handle.executeUpdate<T, []>(update)
        : handle.executeUpdate<T, [unknown]>(update, { args: [argument] }),
    );
  } catch (error) {
    if (isNoWorkflow(error)) throw errors.none();
    if (error instanceof WorkflowUpdateFailedError)
      throw errors.refused(error.cause?.message ?? error.message);
    if (!(error instanceof WorkflowUpdateRPCTimeoutOrCancelledError)) throw error;
    await checkServerAnswers(client);
    throw errors.unanswered();
  }
}

/** Throws what the server says, or that it is lost: an answer that is late may be the server's as well as a worker's. */
export async function checkServerAnswers({ connection, workflowService }: Client): Promise<void> {
  await connection.withDeadline(Date.now() + SERVER_WITHIN_MS, () => workflowService.getSystemInfo({}));
}

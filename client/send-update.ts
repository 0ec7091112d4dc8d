import {
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  type Client,
} from '@temporalio/client';

/** How long a worker has to answer. */
export const ANSWER_WITHIN_MS = 10_000;

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
    if (error instanceof WorkflowNotFoundError) throw errors.none();
    if (error instanceof WorkflowUpdateFailedError)
      throw errors.refused(error.cause?.message ?? error.message);
    if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) throw errors.unanswered();
    throw error;
  }
}

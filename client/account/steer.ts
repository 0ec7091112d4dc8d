import {
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  type Client,
} from '@temporalio/client';
import { workflowIdOf, type Progress, type Steer } from '../../contract';
import { NoRunError, NoWorkerError, SteeringRefusedError } from '../errors';

const ANSWER_MS = 10_000;

/**
 * Sends an Update to the open run of an account; answers with the progress that came of it.
 *
 * @throws SteeringRefusedError where the order makes no sense in the run's stage
 * @throws NoRunError where no run is open
 * @throws NoWorkerError where no worker took it within 10 s
 */
export async function steer(
  client: Client,
  accountId: string,
  order: Steer,
  argument?: unknown,
): Promise<Progress> {
  return sendUpdate<Progress>(client, workflowIdOf(accountId), order, argument, {
    none: () => new NoRunError(accountId, 'no open run'),
    refused: (reason) => new SteeringRefusedError(accountId, order, reason),
    unanswered: () => new NoWorkerError(accountId, order),
  });
}

/** Sends an Update to an open workflow; throws what the caller has words for. */
export async function sendUpdate<T>(
  client: Client,
  workflowId: string,
  update: string,
  argument: unknown,
  errors: { none(): Error; refused(reason: string): Error; unanswered(): Error },
): Promise<T> {
  const handle = client.workflow.getHandle(workflowId);
  try {
    return await client.connection.withDeadline(Date.now() + ANSWER_MS, () =>
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

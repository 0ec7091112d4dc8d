import {
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  type Client,
} from '@temporalio/client';
import { workflowIdOf, type Progress, type Steer } from '../contract';
import { NoRunError, NoWorkerError, OrderRefusedError } from './errors';

const ANSWER_MS = 10_000;

/**
 * Sends an Update to the open run of an account; answers with the progress that came of it.
 *
 * @throws OrderRefusedError where the order makes no sense in the run's stage
 * @throws NoRunError where no run is open
 * @throws NoWorkerError where no worker took it within 10 s
 */
export async function steer(
  client: Client,
  accountId: string,
  order: Steer,
  argument?: unknown,
): Promise<Progress> {
  const handle = client.workflow.getHandle(workflowIdOf(accountId));
  try {
    return await client.connection.withDeadline(Date.now() + ANSWER_MS, () =>
      argument === undefined
        ? handle.executeUpdate<Progress, []>(order)
        : handle.executeUpdate<Progress, [unknown]>(order, { args: [argument] }),
    );
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) throw new NoRunError(accountId, 'no open run');
    if (error instanceof WorkflowUpdateFailedError)
      throw new OrderRefusedError(accountId, order, error.cause?.message ?? error.message);
    if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) throw new NoWorkerError(accountId, order);
    throw error;
  }
}

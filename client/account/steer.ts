import type { Client } from '@temporalio/client';
import { workflowIdOf, type Progress, type Steer } from '../../contract';
import { sendUpdate } from '../send-update';
import { NoRunError, NoWorkerError, SteeringRefusedError } from './errors';

/**
 * Steers the open run of an account by an Update; answers with the progress that came of it.
 *
 * @throws SteeringRefusedError where it makes no sense in the run's stage
 * @throws NoRunError where no run is open
 * @throws NoWorkerError where no worker took it within 10 s
 */
export async function steerRun(
  client: Client,
  accountId: string,
  steer: Steer,
  argument?: unknown,
): Promise<Progress> {
  return sendUpdate<Progress>(client, workflowIdOf(accountId), steer, argument, {
    none: () => new NoRunError(accountId, 'no open run'),
    refused: (reason) => new SteeringRefusedError(accountId, steer, reason),
    unanswered: () => new NoWorkerError(accountId, steer),
  });
}

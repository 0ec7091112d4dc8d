import {
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  type Client,
} from '@temporalio/client';
import { ENSURE_UPDATE, readRefusal, type EnsureRefusal, type ProvisionRequest } from '../../contract';
import { InvalidRequestError } from '../errors';
import { checkServerAnswers, executeUpdate } from '../send-update';
import { isLostWithItsTask, isNoWorkflow, isRefusedWhilePaused } from '../server-errors';
import { OtherRunOpenError, RequestDiffersError } from './errors';

/** A worker answers in milliseconds, and in seconds on a busy machine. Where there is none, this is waited in vain. */
const ANSWER_WITHIN_MS = 5_000;

/**
 * Asks the open run of an account whether it does what a request asks, by the Update that is every language's.
 *
 * @returns `ended`: it is open no more; `unanswered`: no worker has said anything in time, or is asked while the run is paused in
 *   the server
 * @throws InvalidRequestError, RequestDiffersError, OtherRunOpenError
 */
export async function ensure(
  client: Client,
  { workflowId, runId }: { workflowId: string; runId: string },
  request: ProvisionRequest,
): Promise<'same' | 'ended' | 'unanswered'> {
  const handle = client.workflow.getHandle(workflowId, runId);
  try {
    const end = Date.now() + ANSWER_WITHIN_MS;
    await executeUpdate(client, handle, { update: ENSURE_UPDATE, argument: request }, end);
    return 'same';
  } catch (error) {
    if (isNoWorkflow(error)) return 'ended';
    if (error instanceof WorkflowUpdateFailedError) throw refusalError(readRefusal(error.cause)) ?? error;
    if (isRefusedWhilePaused(error)) return 'unanswered';
    if (!(error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) && !isLostWithItsTask(error))
      throw error;
    await checkServerAnswers(client);
    return 'unanswered';
  }
}

function refusalError(refusal: EnsureRefusal | undefined): Error | undefined {
  switch (refusal?.situation) {
    case undefined:
      return undefined;
    case 'requestDiffers':
      return new RequestDiffersError(refusal.accountId, refusal.differences);
    case 'otherRunOpen':
      return new OtherRunOpenError(refusal.accountId, refusal.workflowType, refusal.why);
    case 'invalidRequest':
      // The worker is of another release than this client.
      return new InvalidRequestError(refusal.problems);
  }
}

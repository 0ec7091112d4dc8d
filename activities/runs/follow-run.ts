import { activityInfo, Context } from '@temporalio/activity';
import { WorkflowFailedError, WorkflowNotFoundError, type WorkflowHandle } from '@temporalio/client';
import {
  outcomeOfError,
  PROVISION_WORKFLOW,
  workflowIdOf,
  type ProvisionRequest,
  type ProvisionResult,
  type RunOutcome,
} from '../../contract';
import { nextLookMs } from '../back-off';
import { notYet } from '../errors/failure';
import { withoutAccount } from '../in-account';
import { findObstacle, latestRun, WAIT_FOR_RUN } from './latest-run';

const FIRST_LOOK_MS = 1_000;

/** The failure of an account whose open run is in the way. */
const FAILURE_TYPES = { otherRunOpen: 'OtherRunOpen', requestDiffers: 'RequestDiffers' };

/**
 * Follows the run that an account has already to its end: is tried again for as long as the run is open. `undefined` where
 * no run says anything about this request, so that a new one is to be started.
 *
 * @param input.runId the run, where the fleet has started it itself; default: the latest
 */
export function followRun({
  request,
  runId,
}: {
  request: ProvisionRequest;
  runId?: string;
}): Promise<RunOutcome | undefined> {
  return withoutAccount(() => (runId === undefined ? follow(request) : followOwn(request.accountId, runId)));
}

/** Whatever came of a run of the fleet's own is an outcome of the fleet. */
async function followOwn(accountId: string, runId: string): Promise<RunOutcome | undefined> {
  const handle = Context.current().client.workflow.getHandle(workflowIdOf(accountId), runId);
  try {
    const { status } = await handle.describe();
    if (status.name === 'RUNNING') throw stillOpen();
    return await endOf(accountId, handle);
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    if (error instanceof WorkflowFailedError) return outcomeOfError(accountId, error.cause);
    throw error;
  }
}

async function follow(request: ProvisionRequest): Promise<RunOutcome | undefined> {
  const { accountId } = request;
  const { scheduledTimestampMs } = activityInfo();
  const run = await latestRun(request);
  if (run === undefined) return undefined;
  const { handle, status, workflowType, differing, closedAt } = run;
  if (status === 'RUNNING') {
    const obstacle = findObstacle(run);
    if (obstacle === undefined) throw stillOpen();
    const { kind, why } = obstacle;
    const failure = { type: FAILURE_TYPES[kind], whatHappened: `${why}.`, remedy: WAIT_FOR_RUN };
    return { accountId, end: 'failed', failure };
  }
  if (workflowType !== PROVISION_WORKFLOW || differing.length > 0) return undefined;
  const before = closedAt < scheduledTimestampMs;
  try {
    const end = await endOf(accountId, handle);
    return before ? { ...end, outcome: 'alreadyProvisioned' } : end;
  } catch (error) {
    // A run that had failed before this fleet came is no failure of this fleet.
    if (before || !(error instanceof WorkflowFailedError)) return undefined;
    return outcomeOfError(accountId, error.cause);
  }
}

async function endOf(accountId: string, handle: WorkflowHandle): Promise<RunOutcome> {
  const { instanceArn, outcome } = (await handle.result()) as ProvisionResult;
  return { accountId, end: 'succeeded', outcome, instanceArn };
}

function stillOpen(): Error {
  return notYet('the run of the account is open', nextLookMs(FIRST_LOOK_MS, activityInfo().attempt));
}

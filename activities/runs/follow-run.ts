import { activityInfo } from '@temporalio/activity';
import { WorkflowFailedError } from '@temporalio/client';
import {
  outcomeOfError,
  PROVISION_WORKFLOW,
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
 */
export function followRun({ request }: { request: ProvisionRequest }): Promise<RunOutcome | undefined> {
  return withoutAccount(() => follow(request));
}

async function follow(request: ProvisionRequest): Promise<RunOutcome | undefined> {
  const { accountId } = request;
  const { attempt, scheduledTimestampMs } = activityInfo();
  const run = await latestRun(request);
  if (run === undefined) return undefined;
  const { handle, status, workflowType, differing, closedAt } = run;
  if (status === 'RUNNING') {
    const obstacle = findObstacle(run);
    if (obstacle === undefined)
      throw notYet('the run of the account is open', nextLookMs(FIRST_LOOK_MS, attempt));
    const { kind, why } = obstacle;
    const failure = { type: FAILURE_TYPES[kind], whatHappened: `${why}.`, remedy: WAIT_FOR_RUN };
    return { accountId, end: 'failed', failure };
  }
  if (workflowType !== PROVISION_WORKFLOW || differing.length > 0) return undefined;
  const before = closedAt < scheduledTimestampMs;
  try {
    const { instanceArn, outcome } = (await handle.result()) as ProvisionResult;
    return { accountId, end: 'succeeded', outcome: before ? 'alreadyProvisioned' : outcome, instanceArn };
  } catch (error) {
    // A run that had failed before this fleet came is no failure of this fleet.
    if (before || !(error instanceof WorkflowFailedError)) return undefined;
    return outcomeOfError(accountId, error.cause);
  }
}

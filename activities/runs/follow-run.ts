import { activityInfo } from '@temporalio/activity';
import { WorkflowFailedError } from '@temporalio/client';
import {
  outcomeOfError,
  PROVISION_WORKFLOW,
  type ProvisionRequest,
  type ProvisionResult,
  type RunOutcome,
} from '../../contract';
import { notYet } from '../errors/failure';
import { withoutAccount } from '../in-account';
import { latestRun } from './latest-run';

const FIRST_LOOK_MS = 1_000;
const LAST_LOOK_MS = 15_000;

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
    if (workflowType !== PROVISION_WORKFLOW)
      return refused(accountId, 'OtherRunOpen', `a run of ${workflowType} is open`);
    if (differing.length > 0)
      return refused(
        accountId,
        'RequestDiffers',
        `its open run was asked for another ${differing.join(', ')}`,
      );
    throw notYet(
      'the run of the account is open',
      Math.min(LAST_LOOK_MS, FIRST_LOOK_MS * 1.5 ** (attempt - 1)),
    );
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

function refused(accountId: string, type: string, why: string): RunOutcome {
  return {
    accountId,
    end: 'failed',
    failure: { type, whatHappened: `${why}.`, remedy: WAIT_FOR_RUN },
  };
}

/** The next step where an open run is in the way. */
export const WAIT_FOR_RUN = 'Wait until that run has ended, or cancel it; then start the fleet again.';

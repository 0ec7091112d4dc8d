import { activityInfo, ApplicationFailure, Context } from '@temporalio/activity';
import { WorkflowFailedError, WorkflowNotFoundError, type WorkflowHandle } from '@temporalio/client';
import {
  isOpenStatus,
  milliseconds,
  outcomeOfError,
  outcomeOfResult,
  PROVISION_WORKFLOW,
  workflowIdOf,
  type ProvisionRequest,
  type ProvisionResult,
  type RunOutcome,
} from '../../contract';
import { spentBefore } from '../attempt-deadline';
import { nextLookMs, type BackOff } from '../back-off';
import { notYet } from '../errors/failure';
import { isA } from '../errors/thrown';
import { pollAccount, withoutAccount, type ActivityDependencies } from '../in-account';
import { checkProvisioned } from '../instance/provisioned';
import { findObstacle, latestRun, WAIT_FOR_RUN } from './latest-run';

const FIRST_LOOK_MS = 1_000;

/** The failure of an account whose open run is in the way. */
const FAILURE_TYPES = { otherRunOpen: 'OtherRunOpen', requestDiffers: 'RequestDiffers' };

export interface FollowRunInput {
  request: ProvisionRequest;
  /** The run, where the fleet has started it itself; default: the latest. */
  runId?: string;
  /** What a run that ended before the fleet came has told is believed, without a look at AWS. */
  trustHistory: boolean;
  backOff: BackOff;
  /** The workflow ID of the page of the fleet. */
  fleetPage: string;
}

/** What the runs of an account say about a request. */
export type FollowedRun =
  | { outcome: RunOutcome }
  /** Nothing: a new one is to be started. */
  | {
      outcome?: never;
      /** The instance that an earlier run provisioned, and that AWS shows no more. */
      gone?: string;
    };

/** Follows the run that an account has already to its end: is tried again for as long as the run is open. */
export async function followRun(deps: ActivityDependencies, input: FollowRunInput): Promise<FollowedRun> {
  const { request, runId } = input;
  if (runId !== undefined) return withoutAccount(() => followOwn(request.accountId, runId));
  const followed = await withoutAccount(() => follow(request));
  if (!('provisioned' in followed)) return followed;
  const { provisioned } = followed;
  if (input.trustHistory) return done(request, provisioned);
  return lookAfter(deps, input, provisioned);
}

/** Whatever came of a run of the fleet's own is an outcome of the fleet. */
async function followOwn(accountId: string, runId: string): Promise<FollowedRun> {
  const handle = Context.current().client.workflow.getHandle(workflowIdOf(accountId), runId);
  try {
    const { status } = await handle.describe();
    if (isOpenStatus(status.name)) throw stillOpen();
    return { outcome: outcomeOfResult(await resultOf(handle)) };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return {};
    if (error instanceof WorkflowFailedError) return { outcome: outcomeOfError(accountId, error.cause) };
    throw error;
  }
}

/** @returns `provisioned`: what a run had come to before the fleet asked */
async function follow(request: ProvisionRequest): Promise<FollowedRun | { provisioned: ProvisionResult }> {
  const { accountId } = request;
  const { scheduledTimestampMs } = activityInfo();
  const run = await latestRun(request);
  if (run === undefined) return {};
  const { handle, status, workflowType, differing, closedAt } = run;
  if (isOpenStatus(status)) {
    const obstacle = findObstacle(run);
    if (obstacle === undefined) throw stillOpen();
    const { kind, why } = obstacle;
    const failure = { type: FAILURE_TYPES[kind], whatHappened: `${why}.`, remedy: WAIT_FOR_RUN };
    return { outcome: { accountId, end: 'failed', failure } };
  }
  if (workflowType !== PROVISION_WORKFLOW || differing.length > 0) return {};
  const before = closedAt < scheduledTimestampMs;
  try {
    const result = await resultOf(handle);
    return before ? { provisioned: result } : { outcome: outcomeOfResult(result) };
  } catch (error) {
    // A run that had failed before this fleet came is no failure of this fleet.
    if (before || !(error instanceof WorkflowFailedError)) return {};
    return { outcome: outcomeOfError(accountId, error.cause) };
  }
}

/**
 * Looks whether the instance that a run provisioned is there still. Where AWS does not say, a run is started, which waits
 * or stops as its request says.
 */
async function lookAfter(
  deps: ActivityDependencies,
  { request, backOff, fleetPage }: FollowRunInput,
  provisioned: ProvisionResult,
): Promise<FollowedRun> {
  const { accountId, region, timing } = request;
  // A run bears with AWS no longer either.
  if (spentBefore(activityInfo()) > milliseconds(timing.createTimeout)) return {};
  const input = { accountId, region, backOff, accountReadyTimeoutMs: 0, fleetPage };
  try {
    return await pollAccount(deps, input, async ({ identityCenter }) => {
      const instances = await identityCenter.listOwnInstances();
      const checked = checkProvisioned(provisioned, request, instances);
      if (checked === undefined) return { gone: provisioned.instanceArn };
      return done(request, { ...provisioned, ...checked });
    });
  } catch (error) {
    if (isA(error, ApplicationFailure) && error.nonRetryable === true) return {};
    throw error;
  }
}

function done({ accountId }: ProvisionRequest, result: ProvisionResult): FollowedRun {
  return { outcome: outcomeOfResult({ ...result, accountId, outcome: 'alreadyProvisioned' }) };
}

async function resultOf(handle: WorkflowHandle): Promise<ProvisionResult> {
  return (await handle.result()) as ProvisionResult;
}

function stillOpen(): Error {
  return notYet('the run of the account is open', nextLookMs(FIRST_LOOK_MS, activityInfo().attempt));
}

import {
  CancellationScope,
  ChildWorkflowCancellationType,
  ChildWorkflowFailure,
  getExternalWorkflowHandle,
  isCancellation,
  ParentClosePolicy,
  proxyActivities,
  sleep,
  startChild,
  workflowInfo,
  WorkflowIdReusePolicy,
  type ChildWorkflowHandle,
} from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import type { Activities, FollowedRun } from '../../activities';
import {
  defined,
  describeProblems,
  knownSearchAttributes,
  oneLine,
  outcomeOfError,
  outcomeOfResult,
  PROVISION_WORKFLOW,
  readRequest,
  searchAttributesOf,
  summaryOf,
  workflowIdOf,
  type AskedInstance,
  type ProvisionRequest,
  type ProvisionResult,
  type RunOutcome,
} from '../../contract';
import { ATTEMPT } from '../shared/attempt';
import { runFailure } from '../shared/failure';
import { backOff } from '../shared/retry';

type Provision = (request: ProvisionRequest) => Promise<ProvisionResult>;

/** A run of an account, and no other of the same workflow ID. */
export interface AccountRun {
  workflowId: string;
  runId: string;
}

/** What a page gives to each of its accounts. */
interface PageContext {
  fleet: string;
  /** The namespace knows search attributes of ours: those that the page was started with. */
  searchable: boolean;
  /** What earlier runs have told is believed, without a look at AWS. */
  trustHistory: boolean;
  /** Called when the fleet has a run of its own for the account, which is cancelled and steered with the fleet. */
  onRunStarted: (run: AccountRun) => void;
  /** Called when the account has a run that somebody else started, which the page waits for. */
  onRunFollowed: () => void;
}

/** What an earlier execution of the page had begun with the account: a run of its own, or the wait for another's. */
export interface BegunAccount {
  run?: AccountRun;
}

const activities = proxyActivities<Activities>({
  ...ATTEMPT,
  // How long it takes is the other run's affair.
  retry: { initialInterval: '250ms', backoffCoefficient: 1.5, maximumInterval: '15s' },
  summary: 'asks after the run that the account has already, and looks whether what it made is there',
});

/**
 * Provisions one account of a fleet by a run of its own, or follows the run that it has; never throws.
 *
 * @param begun what an earlier execution of the page had begun
 */
export async function provisionAccount(
  input: unknown,
  page: PageContext,
  begun?: BegunAccount,
): Promise<RunOutcome> {
  const accountId = accountIdIn(input);
  const read = readRequest(input);
  if ('problems' in read)
    return outcomeOfError(
      accountId,
      runFailure({ situation: 'invalidRequest', accountId, detail: describeProblems(read.problems) }),
    );
  try {
    return await startOrFollow(read.request, page, begun);
  } catch (error) {
    if (isCancellation(error)) return { accountId, end: 'cancelled' };
    return outcomeOfError(accountId, error instanceof ChildWorkflowFailure ? error.cause : error);
  }
}

async function startOrFollow(
  request: ProvisionRequest,
  page: PageContext,
  begun?: BegunAccount,
): Promise<RunOutcome> {
  const follow = followerOf(request, page);
  const ended = begun?.run && (await followOwnRun(follow, begun.run));
  if (ended?.outcome !== undefined) return ended.outcome;
  // An account that is done is not done again before somebody has looked: the server refuses its ID.
  let reuse: WorkflowIdReusePolicy = WorkflowIdReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY;
  let isThereOne = begun !== undefined && begun.run === undefined;
  let gone: string | undefined;
  for (let rounds = 1; ; rounds += 1) {
    const run = isThereOne ? undefined : await startRun(request, page, reuse);
    if (run !== undefined) {
      const result = await run.result();
      return defined({
        ...outcomeOfResult(result),
        replaced: result.outcome === 'created' ? gone : undefined,
      });
    }
    page.onRunFollowed();
    const followed = await follow();
    if (followed.outcome !== undefined) return followed.outcome;
    gone = followed.gone;
    isThereOne = false;
    // A run that is in the way of another ends, or was followed: whatever is the matter, the server is not asked all the time.
    if (rounds > 2) await sleep(Math.min(rounds, 60) * 1_000);
    reuse = WorkflowIdReusePolicy.ALLOW_DUPLICATE;
  }
}

type Follow = (runId?: string) => Promise<FollowedRun>;

function followerOf(request: ProvisionRequest, { trustHistory }: PageContext): Follow {
  const { workflowId: fleetPage } = workflowInfo();
  return (runId) =>
    activities.followRun(
      defined({ request, runId, trustHistory, backOff: backOff(request.timing), fleetPage }),
    );
}

/**
 * Waits for the end of a run that an earlier execution of the page has started: it is no child of this one, so a cancel of
 * the page is handed on to it here. It has no outcome where Temporal has forgotten it.
 */
async function followOwnRun(follow: Follow, { workflowId, runId }: AccountRun): Promise<FollowedRun> {
  try {
    return await follow(runId);
  } catch (error) {
    if (!isCancellation(error)) throw error;
    return CancellationScope.nonCancellable(async () => {
      // One that has ended meanwhile is cancelled no more.
      await getExternalWorkflowHandle(workflowId, runId)
        .cancel()
        .catch(() => undefined);
      return follow(runId);
    });
  }
}

/** Starts the run of an account; `undefined`, where the account has one that is open or, by its ID, not to be repeated. */
async function startRun(
  request: ProvisionRequest,
  { fleet, searchable, onRunStarted }: PageContext,
  workflowIdReusePolicy: WorkflowIdReusePolicy,
): Promise<ChildWorkflowHandle<Provision> | undefined> {
  const workflowId = workflowIdOf(request.accountId);
  try {
    const run = await startChild<Provision>(
      PROVISION_WORKFLOW,
      defined({
        workflowId,
        args: [request] as [ProvisionRequest],
        workflowIdReusePolicy,
        // A run outlives whoever started it: what it has begun, it ends.
        parentClosePolicy: ParentClosePolicy.ABANDON,
        cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
        staticSummary: summaryOf(request),
        typedSearchAttributes: searchable
          ? knownSearchAttributes(
              searchAttributesOf(request, 'creating', fleet),
              workflowInfo().typedSearchAttributes,
            )
          : undefined,
      }),
    );
    onRunStarted({ workflowId, runId: run.firstExecutionRunId });
    return run;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return undefined;
    throw error;
  }
}

/** Reads what is asked for an account out of what may be no request, for people who read a report. */
export function askedIn(input: unknown): AskedInstance {
  const { region, name } = (input ?? {}) as { region?: unknown; name?: unknown };
  const text = (value: unknown, longest: number) =>
    typeof value === 'string' ? oneLine(value, longest) : undefined;
  return defined({ region: text(region, 40), name: text(name, 255) });
}

/** Reads the account ID out of what may be no request, for people who look for it. */
export function accountIdIn(input: unknown): string {
  const { accountId } = (input ?? {}) as { accountId?: unknown };
  return typeof accountId === 'string' && accountId !== '' ? oneLine(accountId, 20) : '(unknown)';
}

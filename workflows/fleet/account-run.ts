import {
  ChildWorkflowCancellationType,
  ChildWorkflowFailure,
  isCancellation,
  ParentClosePolicy,
  proxyActivities,
  startChild,
  WorkflowIdReusePolicy,
} from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import type { Activities } from '../../activities';
import {
  describeProblems,
  outcomeOfEnd,
  PROVISION_WORKFLOW,
  readRequest,
  searchAttributesOf,
  summaryOf,
  workflowIdOf,
  type ProvisionRequest,
  type ProvisionResult,
  type RunOutcome,
} from '../../contract';
import { runFailure } from '../shared/failure';

/** What is given to each account of a page. */
interface Surroundings {
  fleet: string;
  searchable: boolean;
  /** The run is this fleet's own: it is cancelled with it, and takes its orders. */
  onStarted(workflowId: string): void;
}

const { followRun } = proxyActivities<Activities>({
  startToCloseTimeout: '25s',
  // How long it takes is the other run's affair.
  retry: { initialInterval: '1s', backoffCoefficient: 1.5, maximumInterval: '15s' },
  summary: 'waits for the run of the account that is open already',
});

/** Provisions one account of a fleet by a run of its own, or follows the run that it has; never throws. */
export async function provisionAccount(input: unknown, around: Surroundings): Promise<RunOutcome> {
  const accountId = accountIdIn(input);
  try {
    const read = readRequest(input);
    if ('problems' in read)
      throw runFailure({ situation: 'invalidRequest', accountId, detail: describeProblems(read.problems) });
    return await startOrFollow(read.request, around);
  } catch (error) {
    return outcomeOfFailure(accountId, error);
  }
}

async function startOrFollow(request: ProvisionRequest, around: Surroundings): Promise<RunOutcome> {
  const { accountId } = request;
  // An account that is done is not done again: the server refuses its ID.
  let reuse: WorkflowIdReusePolicy = WorkflowIdReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY;
  for (;;) {
    try {
      const result = await startRun(request, around, reuse);
      return { accountId, end: 'succeeded', outcome: result.outcome, instanceArn: result.instanceArn };
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
    const followed = await followRun({ request });
    if (followed !== undefined) return followed;
    reuse = WorkflowIdReusePolicy.ALLOW_DUPLICATE;
  }
}

async function startRun(
  request: ProvisionRequest,
  { fleet, searchable, ...around }: Surroundings,
  workflowIdReusePolicy: WorkflowIdReusePolicy,
): Promise<ProvisionResult> {
  const workflowId = workflowIdOf(request.accountId);
  const run = await startChild<(request: ProvisionRequest) => Promise<ProvisionResult>>(PROVISION_WORKFLOW, {
    workflowId,
    args: [request],
    workflowIdReusePolicy,
    // A run outlives whoever started it: what it has begun, it ends.
    parentClosePolicy: ParentClosePolicy.ABANDON,
    cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
    staticSummary: summaryOf(request),
    ...(searchable && {
      typedSearchAttributes: searchAttributesOf(request, 'creating', fleet),
    }),
  });
  around.onStarted(workflowId);
  return run.result();
}

function outcomeOfFailure(accountId: string, error: unknown): RunOutcome {
  if (isCancellation(error)) return { accountId, end: 'cancelled' };
  return outcomeOfEnd(accountId, error instanceof ChildWorkflowFailure ? error.cause : error);
}

export function accountIdIn(input: unknown): string {
  const { accountId } = (input ?? {}) as { accountId?: unknown };
  return typeof accountId === 'string' ? accountId.slice(0, 20) : '(unknown)';
}

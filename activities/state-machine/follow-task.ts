import { activityInfo, cancellationSignal, Context, log } from '@temporalio/activity';
import { WorkflowFailedError, WorkflowNotFoundError, type WorkflowHandle } from '@temporalio/client';
import {
  defined,
  isOpenStatus,
  outcomeOfError,
  workflowIdOf,
  type DeprovisionResult,
  type ForgottenTask,
  type ProvisionResult,
  type TaskEnd,
  type TaskRequest,
} from '../../contract';
import { startDeadline } from '../attempt-deadline';
import { whyForgotten } from '../aws/state-machine';
import { nextLookMs } from '../back-off';
import { notYet } from '../errors/failure';
import { wantsFreshCredentials } from '../errors/fresh-credentials';
import { readError } from '../errors/read';
import { withoutAccount, type ActivityDependencies } from '../in-account';

/** Most runs take seconds. */
const FIRST_LOOK_MS = 5_000;
/** A task that demands a heartbeat does so a minute or more. */
const LONGEST_LOOK_MS = 25_000;

/** Follows the run that a task waits for to its end: is tried again for as long as it is open, and beats the task's heart each time. */
export async function followTask(
  deps: ActivityDependencies,
  request: TaskRequest,
): Promise<TaskEnd | ForgottenTask> {
  return withoutAccount(async () => {
    const { accountId, runId } = request;
    const handle = Context.current().client.workflow.getHandle(workflowIdOf(accountId), runId);
    const isOpen = await handle.describe().then(({ status }) => isOpenStatus(status.name), isThere);
    if (!isOpen) return endOf(request, handle);
    const { attempt } = activityInfo();
    // Whoever has started this has beaten it just before.
    const forgotten = attempt === 1 ? undefined : await beat(deps, request);
    if (forgotten !== undefined) return { forgotten };
    throw notYet('the run of the account is open', nextLookMs(FIRST_LOOK_MS, attempt, LONGEST_LOOK_MS));
  });
}

function isThere(error: unknown): false {
  // Its result says the same, in an end.
  if (error instanceof WorkflowNotFoundError) return false;
  throw error;
}

/** @returns why AWS does not know the task any more, where it does not */
async function beat(
  deps: ActivityDependencies,
  { taskToken, region, accountId }: TaskRequest,
): Promise<string | undefined> {
  const tasks = await deps.openTasks(region, {
    cancellation: cancellationSignal(),
    timeToAnswer: startDeadline(deps),
    onAnswer: () => undefined,
  });
  try {
    await tasks.beat(taskToken);
    return undefined;
  } catch (error) {
    const forgotten = whyForgotten(error);
    if (forgotten !== undefined) return forgotten;
    if (wantsFreshCredentials(error)) tasks.forgetCredentials();
    // The next look beats it again; the answer is what counts.
    log.warn('The heart of a task of Step Functions could not be beaten', {
      accountId,
      why: readError(error instanceof Error && error.cause !== undefined ? error.cause : error).message,
    });
    return undefined;
  }
}

async function endOf({ accountId, runId }: TaskRequest, handle: WorkflowHandle): Promise<TaskEnd> {
  const workflowId = workflowIdOf(accountId);
  const run = { accountId, workflowId, runId };
  const look = `identity-center status ${accountId}`;
  try {
    const result = (await handle.result()) as ProvisionResult | DeprovisionResult;
    const status = 'status' in result ? result.status : 'DELETED';
    const { region, instanceArn, outcome } = result;
    const identityStoreId = 'identityStoreId' in result ? result.identityStoreId : undefined;
    return { output: { status, ...run, ...defined({ region, instanceArn, identityStoreId }), outcome } };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError)
      return {
        error: 'NoRun',
        cause: `Account ${accountId}: Temporal has forgotten run ${runId}. Look: ${look}`,
      };
    if (!(error instanceof WorkflowFailedError)) throw error;
    const { end, failure } = outcomeOfError(accountId, error.cause);
    if (end === 'cancelled')
      return {
        error: 'Cancelled',
        cause: `Account ${accountId}: its run was cancelled. What it left: ${look}`,
      };
    const { situation, type = 'Unknown', whatHappened = '', remedy = `Look: ${look}` } = failure ?? {};
    return { error: situation ?? type, cause: `Account ${accountId}: ${whatHappened} ${remedy}` };
  }
}

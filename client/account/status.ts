import {
  isGrpcServiceError,
  WorkflowFailedError,
  WorkflowNotFoundError,
  type Client,
  type WorkflowExecutionDescription,
  type WorkflowExecutionStatusName,
} from '@temporalio/client';
import { ApplicationFailure, CancelledFailure, TerminatedFailure } from '@temporalio/common';
import { decodeOptionalFailureToOptionalError } from '@temporalio/common/lib/internal-non-workflow';
import {
  clientToken,
  DEPROVISION_WORKFLOW,
  describeFailure,
  PROGRESS_QUERY,
  SEARCH_ATTRIBUTES,
  workflowIdOf,
  type DeprovisionResult,
  type Progress,
  type ProgressFailure,
  type ProvisionResult,
  type Stage,
} from '../../contract';
import { NoRunError } from './errors';

/** An activity that the server retries, as `DescribeWorkflowExecution` shows it. */
export interface PendingActivity {
  activity: string;
  attempt: number;
  /** What the last attempt said. */
  failure?: ProgressFailure;
  /** ISO 8601; absent while an attempt is under way. */
  nextAttemptAt?: string;
}

/** Where the latest run of an account stands. Times are ISO 8601. */
export interface AccountStatus extends Progress {
  accountId: string;
  workflowId: string;
  runId: string;
  /** What the run does: `provisionIdentityCenter` or `deprovisionIdentityCenter`. */
  workflowType: string;
  /** Temporal's status of the run. */
  status: WorkflowExecutionStatusName;
  startedAt: string;
  closedAt?: string;
  pending?: PendingActivity;
  result?: ProvisionResult | DeprovisionResult;
  /** Why something is missing here, and what to do about it. */
  notice?: string;
}

const QUERY_TIMEOUT_MS = 2_000;

/** @throws NoRunError where the account has never had a run */
export async function readStatus(client: Client, accountId: string, runId?: string): Promise<AccountStatus> {
  const handle = client.workflow.getHandle(workflowIdOf(accountId), runId);
  const description = await handle.describe().catch((error: unknown) => {
    throw error instanceof WorkflowNotFoundError ? new NoRunError(accountId, 'no run') : error;
  });
  const [progress, end, pending] = await Promise.all([
    queryProgress(client, description),
    readEnd(client, description),
    readPending(client, description),
  ]);
  const open = description.status.name === 'RUNNING';
  return {
    ...(open ? (progress ?? unansweredProgress(description)) : ended(progress, description)),
    ...end,
    ...(open && pending !== undefined && { pending }),
    ...(open &&
      progress === undefined && {
        notice: `No worker answers on task queue ${description.taskQueue}: start one with "identity-center worker".`,
      }),
    accountId,
    workflowId: description.workflowId,
    runId: description.runId,
    workflowType: description.type,
    status: description.status.name,
    startedAt: description.startTime.toISOString(),
    ...(description.closeTime && { closedAt: description.closeTime.toISOString() }),
  };
}

/** The stage that a run ended in, which takes no worker to tell; `undefined` while it is open. */
export function endStageOf(status: WorkflowExecutionStatusName, workflowType: string): Stage | undefined {
  switch (status) {
    case 'RUNNING':
      return undefined;
    case 'COMPLETED':
      return workflowType === DEPROVISION_WORKFLOW ? 'deleted' : 'active';
    case 'CANCELLED':
      return 'cancelled';
    default:
      return 'failed';
  }
}

async function queryProgress(client: Client, { workflowId, runId }: WorkflowExecutionDescription) {
  try {
    return await client.connection.withDeadline(Date.now() + QUERY_TIMEOUT_MS, () =>
      client.workflow.getHandle(workflowId, runId).query<Progress>(PROGRESS_QUERY),
    );
  } catch {
    // No worker, or a run that ended before it could answer (InvalidRequest): the server's record has to do.
    return undefined;
  }
}

/** An ended run waits for nobody, whatever it waited for when it was terminated, aborted or cancelled. */
function ended(progress: Progress | undefined, description: WorkflowExecutionDescription): Progress {
  const closed = unansweredProgress(description);
  if (progress === undefined) return closed;
  const last: Progress = { ...progress, paused: false };
  delete last.heldUntil;
  if (last.stage !== closed.stage) last.since = closed.since;
  return last;
}

function unansweredProgress({
  workflowId,
  type,
  status,
  startTime,
  closeTime,
  typedSearchAttributes,
}: WorkflowExecutionDescription): Progress {
  const deletes = type === DEPROVISION_WORKFLOW;
  // The server knows it without a worker, where the namespace has the attribute; the empty text is none.
  const instanceArn = typedSearchAttributes.get(SEARCH_ATTRIBUTES.instanceArn);
  return {
    stage: endStageOf(status.name, type) ?? (deletes ? 'reconciling' : 'creating'),
    ...(!deletes && { clientToken: clientToken(workflowId), generation: 1 }),
    ...(instanceArn !== undefined && instanceArn !== '' && { instanceArn }),
    paused: false,
    since: (closeTime ?? startTime).toISOString(),
    steps: [],
  };
}

async function readEnd(client: Client, { workflowId, runId, status, type }: WorkflowExecutionDescription) {
  const stage = endStageOf(status.name, type);
  if (stage === undefined) return {};
  try {
    const result: unknown = await client.workflow.getHandle(workflowId, runId).result();
    if (stage === 'deleted') return { stage, result: result as DeprovisionResult };
    const { instanceArn, generation, clientToken: token } = result as ProvisionResult;
    return { stage, result: result as ProvisionResult, instanceArn, generation, clientToken: token };
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    return error.cause instanceof CancelledFailure ? { stage } : { stage, failure: failureOfRun(error) };
  }
}

/** What a run ended with, for people. */
export function failureOfRun({ cause }: WorkflowFailedError): ProgressFailure {
  if (cause instanceof ApplicationFailure) return describeFailure(cause);
  const remedy = 'Start the run again: it goes on with what is there.';
  const [type, whatHappened] =
    cause instanceof TerminatedFailure
      ? ['Terminated', 'The run was terminated.']
      : [cause?.name ?? 'Unknown', `${cause?.message ?? 'The run failed'}.`];
  return { type, message: `${whatHappened} ${remedy}`, whatHappened, remedy };
}

async function readPending(client: Client, description: WorkflowExecutionDescription) {
  const pending = description.raw.pendingActivities?.[0];
  if (!pending) return undefined;
  const failure = await decodeOptionalFailureToOptionalError(
    client.options.loadedDataConverter,
    pending.lastFailure,
  );
  const next = pending.nextAttemptScheduleTime;
  const activity: PendingActivity = {
    activity: pending.activityType?.name ?? '',
    attempt: pending.attempt ?? 1,
    ...(failure !== undefined && {
      failure:
        failure instanceof ApplicationFailure
          ? describeFailure(failure)
          : { type: failure.name, message: failure.message, whatHappened: failure.message },
    }),
    ...(next && {
      nextAttemptAt: new Date(Number(next.seconds ?? 0) * 1000 + (next.nanos ?? 0) / 1e6).toISOString(),
    }),
  };
  return activity;
}

/** Whether a call failed because the server is away. */
export function isUnavailable(error: unknown): boolean {
  return isGrpcServiceError(error) && [4, 14].includes(error.code);
}

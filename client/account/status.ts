import {
  WorkflowFailedError,
  type Client,
  type WorkflowExecutionDescription,
  type WorkflowExecutionStatusName,
} from '@temporalio/client';
import { ApplicationFailure, CancelledFailure, TerminatedFailure } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import {
  clientToken,
  defined,
  DEPROVISION_WORKFLOW,
  describeFailure,
  isOpenStatus,
  nameAsker,
  PROGRESS_QUERY,
  readRequest,
  readRunStart,
  SEARCH_ATTRIBUTES,
  workflowIdOf,
  type AccountStatus,
  type DeprovisionResult,
  type Progress,
  type ProgressFailure,
  type ProvisionResult,
  type Stage,
} from '../../contract';
import { isNoWorkflow, isQueryWithoutAnswer } from '../server-errors';
import { findStuck } from '../stuck';
import { readAnnouncements } from './announcements';
import { NoRunError } from './errors';
import { readPending } from './pending';

/** A run of a workflow. */
interface RunId {
  workflowId: string;
  runId: string;
}

const { VERSIONING_BEHAVIOR_PINNED } = temporal.api.enums.v1.VersioningBehavior;
/** A worker answers in milliseconds, and in seconds on a busy machine. Where there is none, this is waited in vain. */
const QUERY_TIMEOUT_MS = 5_000;

/** Reads where a run of an account stands; default: the latest. @throws NoRunError where the account has never had one */
export async function readStatus(client: Client, accountId: string, runId?: string): Promise<AccountStatus> {
  const description = await describeRun(client, accountId, runId);
  const [progress, end, pending] = await Promise.all([
    queryProgress(client, description),
    readEnd(client, description),
    readPending(client, description),
  ]);
  const announced = progress?.announcements;
  const announcements = announced && (await readAnnouncements(client, announced));
  const open = isOpenStatus(description.status.name);
  // A worker says it as corrected.
  const start = progress === undefined ? await readStart(client, description) : {};
  return {
    ...start,
    ...(open ? (progress ?? unansweredProgress(description)) : ended(progress, description)),
    ...end,
    accountId,
    workflowId: description.workflowId,
    runId: description.runId,
    workflowType: description.type,
    status: description.status.name,
    startedAt: description.startTime.toISOString(),
    ...defined({
      closedAt: description.closeTime?.toISOString(),
      announcements,
      pending: open ? pending : undefined,
      notice: open && progress === undefined ? await whyUnanswered(client, description) : undefined,
    }),
  };
}

/** Asks the server about a run of an account; default: the latest. @throws NoRunError where the account has never had one */
export async function describeRun(
  client: Client,
  accountId: string,
  runId?: string,
): Promise<WorkflowExecutionDescription> {
  try {
    return await client.workflow.getHandle(workflowIdOf(accountId), runId).describe();
  } catch (error) {
    throw isNoWorkflow(error) ? new NoRunError(accountId, 'no run') : error;
  }
}

async function whyUnanswered(client: Client, description: WorkflowExecutionDescription): Promise<string> {
  const stuck = await findStuck(client, description);
  return stuck?.message ?? noWorker(description);
}

/** Says which worker has to answer: that of a run that is pinned may be of a version that was taken away too early. */
function noWorker({ taskQueue, workflowId, raw }: WorkflowExecutionDescription): string {
  const { versioningInfo } = raw.workflowExecutionInfo ?? {};
  const { deploymentName, buildId } = versioningInfo?.deploymentVersion ?? {};
  if (versioningInfo?.behavior !== VERSIONING_BEHAVIOR_PINNED || !deploymentName || !buildId)
    return `No worker answers on task queue ${taskQueue}: start one with "identity-center worker".`;
  return (
    `The run is pinned to version ${buildId} of ${deploymentName}, of which no worker answers on task queue ${taskQueue}: ` +
    `start one, or move the run to the current version: temporal workflow update-options --workflow-id ${workflowId} --versioning-override-behavior auto_upgrade`
  );
}

/** Tells the stage that a run ended in, which takes no worker; `undefined` while it is open. */
export function endStageOf(status: WorkflowExecutionStatusName, workflowType: string): Stage | undefined {
  switch (status) {
    case 'RUNNING':
    case 'PAUSED':
      return undefined;
    case 'COMPLETED':
      return workflowType === DEPROVISION_WORKFLOW ? 'deleted' : 'active';
    case 'CANCELLED':
      return 'cancelled';
    default:
      return 'failed';
  }
}

/** Asks a run where it stands; `undefined` where no worker answers, or the run has none to say. */
export async function queryProgress(
  client: Client,
  { workflowId, runId }: RunId,
): Promise<Progress | undefined> {
  try {
    return await client.connection.withDeadline(Date.now() + QUERY_TIMEOUT_MS, () =>
      client.workflow.getHandle(workflowId, runId).query<Progress>(PROGRESS_QUERY),
    );
  } catch (error) {
    // No worker, or a run that ended before it could answer (InvalidRequest): the server's record has to do.
    if (isQueryWithoutAnswer(error)) return undefined;
    throw error;
  }
}

/** Tells the progress of a run that has ended: it waits for nobody, whatever it waited for when it was ended. */
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
  return defined({
    stage: endStageOf(status.name, type) ?? (deletes ? 'reconciling' : 'creating'),
    clientToken: deletes ? undefined : clientToken(workflowId),
    generation: deletes ? undefined : 1,
    // The server knows it without a worker, where the namespace has the attribute; the empty text is none.
    instanceArn: typedSearchAttributes.get(SEARCH_ATTRIBUTES.instanceArn) || undefined,
    paused: false,
    since: (closeTime ?? startTime).toISOString(),
    steps: [],
  });
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

/** Reads what a run has failed with; `undefined` where Temporal has forgotten it. */
export async function readFailure(
  client: Client,
  { workflowId, runId }: RunId,
): Promise<ProgressFailure | undefined> {
  try {
    await client.workflow.getHandle(workflowId, runId).result();
    return undefined;
  } catch (error) {
    if (error instanceof WorkflowFailedError) return failureOfRun(error);
    if (isNoWorkflow(error)) return undefined;
    throw error;
  }
}

/** Reads from the history of a run what was asked, and who asked. */
async function readStart(
  client: Client,
  { workflowId, runId, type, raw }: WorkflowExecutionDescription,
): Promise<Pick<Progress, 'request' | 'askedBy'>> {
  const { argument, identity } = await readRunStart(client, { workflowId, runId });
  const read = type === DEPROVISION_WORKFLOW ? undefined : readRequest(argument);
  const parent = raw.workflowExecutionInfo?.parentExecution?.workflowId ?? undefined;
  return defined({
    request: read !== undefined && 'request' in read ? read.request : undefined,
    askedBy: nameAsker(parent, identity),
  });
}

/** Describes what a run ended with, for people. */
export function failureOfRun({ cause }: WorkflowFailedError): ProgressFailure {
  if (cause instanceof ApplicationFailure) return describeFailure(cause);
  const remedy = 'Start the run again: it goes on with what is there.';
  const [type, whatHappened] =
    cause instanceof TerminatedFailure
      ? ['Terminated', 'The run was terminated.']
      : [cause?.name ?? 'Unknown', `${cause?.message ?? 'The run failed'}.`];
  return { type, message: `${whatHappened} ${remedy}`, whatHappened, remedy };
}

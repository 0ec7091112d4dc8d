import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { decodeOptionalFailureToOptionalError } from '@temporalio/common/lib/internal-non-workflow';
import { optionalTsToDate } from '@temporalio/common/lib/time';
import { defined, describeFailure, readFailureParts, type PendingActivity } from '../../contract';

/** Reads which activity of a run the server has under way or retries; `undefined` where there is none. */
export async function readPending(
  client: Client,
  description: WorkflowExecutionDescription,
): Promise<PendingActivity | undefined> {
  const [first] = description.raw.pendingActivities ?? [];
  return first && readOne(client, description, first);
}

/** Reads all activities of a workflow that the server has under way or retries, with their IDs. */
export async function readAllPending(
  client: Client,
  description: WorkflowExecutionDescription,
): Promise<(PendingActivity & { activityId: string })[]> {
  const all = description.raw.pendingActivities ?? [];
  return Promise.all(
    all.map(async (pending) => ({
      ...(await readOne(client, description, pending)),
      activityId: pending.activityId ?? '',
    })),
  );
}

async function readOne(
  client: Client,
  description: WorkflowExecutionDescription,
  pending: NonNullable<WorkflowExecutionDescription['raw']['pendingActivities']>[number],
): Promise<PendingActivity> {
  const { loadedDataConverter, namespace } = client.options;
  const failure = await decodeOptionalFailureToOptionalError(loadedDataConverter, pending.lastFailure, {
    type: 'activity',
    namespace,
    activityId: pending.activityId ?? '',
    workflowId: description.workflowId,
    isLocal: false,
  });
  return defined({
    activity: pending.activityType?.name ?? '',
    attempt: pending.attempt ?? 1,
    ...describeAttempt(failure),
    nextAttemptAt: optionalTsToDate(pending.nextAttemptScheduleTime)?.toISOString(),
  });
}

function describeAttempt(failure: Error | undefined): Pick<PendingActivity, 'failure' | 'parts'> {
  if (failure === undefined) return {};
  if (failure instanceof ApplicationFailure)
    return defined({ failure: describeFailure(failure), parts: readFailureParts(failure) });
  const { name: type, message } = failure;
  return { failure: { type, message, whatHappened: message } };
}

import {
  WithStartWorkflowOperation,
  WorkflowUpdateFailedError,
  type WorkflowHandle,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { ENSURE_UPDATE, PROVISION_WORKFLOW, workflowIdOf, type Progress } from '../../contract';
import type { Harness } from './harness';

/** Starts a run as a caller in another language does, with nothing of ours but names. */
export function startRaw(
  { temporal, taskQueue }: Harness,
  accountId: string,
  request: unknown,
  workflow = PROVISION_WORKFLOW,
): Promise<WorkflowHandle> {
  return temporal.workflow.start(workflow, {
    workflowId: workflowIdOf(accountId),
    taskQueue,
    args: [request],
  });
}

/** Update-with-start of `ensure`, as a caller in another language sends it. */
export async function ensureRaw(
  { temporal, taskQueue }: Harness,
  accountId: string,
  request: unknown,
  workflow = PROVISION_WORKFLOW,
): Promise<{ progress: Progress; handle: WorkflowHandle; runId: string }> {
  const startWorkflowOperation = new WithStartWorkflowOperation(workflow, {
    workflowId: workflowIdOf(accountId),
    taskQueue,
    args: [request],
    workflowIdConflictPolicy: 'USE_EXISTING',
  });
  const progress = await temporal.workflow.executeUpdateWithStart<
    () => Promise<unknown>,
    Progress,
    [unknown]
  >(ENSURE_UPDATE, { args: [request], startWorkflowOperation });
  const handle = await startWorkflowOperation.workflowHandle();
  const { runId } = await handle.describe();
  return { progress, handle, runId };
}

/** The failure that an Update was refused with. */
export async function refusalOf(updating: Promise<unknown>): Promise<ApplicationFailure> {
  const error: unknown = await updating.then(
    () => new Error('the Update was not refused'),
    (reason: unknown) => reason,
  );
  if (error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure)
    return error.cause;
  throw error;
}

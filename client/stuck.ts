import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { decodeOptionalFailureToOptionalError } from '@temporalio/common/lib/internal-non-workflow';
import { oneLine } from '../contract';
import { IdentityCenterError } from './errors';

/** The failure is near the end of a history, behind it signals and Updates that nobody has taken yet. */
const EVENTS_LOOKED_AT = 200;
const LONGEST_REASON = 300;

/**
 * Thrown where workers take the workflow tasks of a run or a fleet, and each of them fails: it asks for other workers, not for
 * more of them. Nothing has come of what it was asked for.
 */
export class WorkflowStuckError extends IdentityCenterError {
  override readonly name = 'WorkflowStuckError';
  readonly category = 'failed';

  constructor(
    readonly workflowId: string,
    readonly attempts: number,
    /** What the first of these tasks failed with. */
    readonly reason: string,
  ) {
    super(
      `Workflow ${workflowId} does not go on: its workflow task fails on the workers, at attempt ${attempts} by now (${reason}). ` +
        'Run workers of the release that it began with; where it fails on these too, terminate it and start it again, which goes on with what is there: ' +
        `temporal workflow terminate --workflow-id ${workflowId}`,
    );
  }
}

/**
 * Thrown where somebody has paused a run or a fleet in the Temporal server (`temporal workflow pause`), not by an order of ours:
 * the server asks no worker about it. Nothing has come of what it was asked for.
 */
export class WorkflowPausedError extends IdentityCenterError {
  override readonly name = 'WorkflowPausedError';
  readonly category = 'usage';

  constructor(readonly workflowId: string) {
    super(
      `Workflow ${workflowId} is paused in the Temporal server, which asks no worker about it. It goes on once it is unpaused: ` +
        `temporal workflow unpause --workflow-id ${workflowId}`,
    );
  }
}

/** Tells why a workflow does not go on though it has workers; `undefined` where it does, or nothing but a worker is missing. */
export async function findStuck(
  client: Client,
  { workflowId, runId, status, raw }: WorkflowExecutionDescription,
): Promise<WorkflowStuckError | WorkflowPausedError | undefined> {
  if (status.name === 'PAUSED') return new WorkflowPausedError(workflowId);
  const attempts = raw.pendingWorkflowTask?.attempt ?? 1;
  // The first may have failed for the copy that its worker had of the workflow; the second is from the history.
  if (attempts < 3) return undefined;
  const { loadedDataConverter, namespace } = client.options;
  const { history } = await client.workflowService.getWorkflowExecutionHistoryReverse({
    namespace,
    execution: { workflowId, runId },
    maximumPageSize: EVENTS_LOOKED_AT,
  });
  const ends = (history?.events ?? []).map((event) => ({
    failed: event.workflowTaskFailedEventAttributes,
    other: event.workflowTaskCompletedEventAttributes ?? event.workflowTaskTimedOutEventAttributes,
  }));
  const last = ends.find(({ failed, other }) => failed ?? other);
  // A task that times out has lost its worker.
  if (!last?.failed) return undefined;
  const failure = await decodeOptionalFailureToOptionalError(loadedDataConverter, last.failed.failure, {
    type: 'workflow',
    namespace,
    workflowId,
  });
  const reason = oneLine(failure?.message ?? '', LONGEST_REASON).replace(/\.$/, '');
  return new WorkflowStuckError(workflowId, attempts, reason || 'the log of the workers says why');
}

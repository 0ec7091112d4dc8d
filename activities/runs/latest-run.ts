import { Context } from '@temporalio/activity';
import { WorkflowNotFoundError, type Client, type WorkflowHandle } from '@temporalio/client';
import {
  diffRequests,
  PROVISION_WORKFLOW,
  readRequest,
  readRunArgument,
  workflowIdOf,
  type ProvisionRequest,
} from '../../contract';

/** The latest run of an account, compared with what is asked of it now. */
export interface LatestRun {
  handle: WorkflowHandle;
  /** Temporal's status. */
  status: string;
  workflowType: string;
  /** The fields in which a run that provisions was asked for something else. */
  differing: string[];
  /** Milliseconds since the epoch. */
  closedAt: number;
}

/** Finds the latest run of an account; `undefined` where Temporal knows of none. */
export async function latestRun(request: ProvisionRequest): Promise<LatestRun | undefined> {
  const { client } = Context.current();
  const workflowId = workflowIdOf(request.accountId);
  try {
    const { runId, status, type, closeTime } = await client.workflow.getHandle(workflowId).describe();
    return {
      handle: client.workflow.getHandle(workflowId, runId),
      status: status.name,
      workflowType: type,
      differing:
        type === PROVISION_WORKFLOW ? await listDifferences(client, { workflowId, runId }, request) : [],
      closedAt: closeTime?.getTime() ?? 0,
    };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

/** The next step where an open run is in the way. */
export const WAIT_FOR_RUN = 'Wait until that run has ended, or cancel it; then start the fleet again.';

/** Says why an open run is in the way of a request; `undefined` where it was asked for the same, and can be joined. */
export function findObstacle({
  workflowType,
  differing,
}: LatestRun): { kind: 'otherRunOpen' | 'requestDiffers'; why: string } | undefined {
  if (workflowType !== PROVISION_WORKFLOW)
    return { kind: 'otherRunOpen', why: `a run of ${workflowType} is open` };
  if (differing.length > 0)
    return { kind: 'requestDiffers', why: `its open run was asked for another ${differing.join(', ')}` };
  return undefined;
}

async function listDifferences(
  client: Client,
  run: { workflowId: string; runId: string },
  request: ProvisionRequest,
): Promise<string[]> {
  const read = readRequest(await readRunArgument(client, run));
  if ('problems' in read) return ['request'];
  return diffRequests(read.request, request).map(({ field }) => field);
}

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

async function listDifferences(
  client: Client,
  run: { workflowId: string; runId: string },
  request: ProvisionRequest,
): Promise<string[]> {
  const read = readRequest(await readRunArgument(client, run));
  if ('problems' in read) return ['request'];
  return diffRequests(read.request, request).map(({ field }) => field);
}

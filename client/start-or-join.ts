import { WorkflowExecutionAlreadyStartedError, type Client } from '@temporalio/client';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow';
import {
  diffRequests,
  PROVISION_WORKFLOW,
  readRequest,
  workflowIdOf,
  type ProvisionRequest,
  type ProvisionRequestInput,
} from '../contract';
import { InvalidRequestError, OtherRunOpenError, RequestDiffersError } from './errors';

/** A run that was started, or was open already. */
export interface StartedRun {
  accountId: string;
  workflowId: string;
  runId: string;
  /** The run was open already, asked for the same. */
  joined: boolean;
}

/**
 * Starts the run of an account, or joins its open run.
 *
 * @throws InvalidRequestError before anything is sent
 * @throws RequestDiffersError where the open run was asked for something else
 * @throws OtherRunOpenError where the open run does not provision
 */
export async function startOrJoin(
  client: Client,
  taskQueue: string,
  input: ProvisionRequestInput,
): Promise<StartedRun> {
  const read = readRequest(input);
  if ('problems' in read) throw new InvalidRequestError(read.problems);
  const { request } = read;
  const { accountId } = request;
  const workflowId = workflowIdOf(accountId);
  for (;;) {
    try {
      const handle = await client.workflow.start(PROVISION_WORKFLOW, {
        workflowId,
        taskQueue,
        args: [request],
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        workflowIdConflictPolicy: 'FAIL',
      });
      return { accountId, workflowId, runId: handle.firstExecutionRunId, joined: false };
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
    const runId = await joinOpenRun(client, workflowId, request);
    // It may have ended in between; then there is nothing in the way of a new one.
    if (runId !== undefined) return { accountId, workflowId, runId, joined: true };
  }
}

async function joinOpenRun(
  client: Client,
  workflowId: string,
  request: ProvisionRequest,
): Promise<string | undefined> {
  const { runId, status, type } = await client.workflow.getHandle(workflowId).describe();
  if (status.name !== 'RUNNING') return undefined;
  if (type !== PROVISION_WORKFLOW) throw new OtherRunOpenError(request.accountId, type);
  const running = readRequest(await requestOfRun(client, workflowId, runId));
  // Such a run ends with InvalidRequest as soon as a worker sees it.
  if ('problems' in running)
    throw new OtherRunOpenError(request.accountId, `${type} with a request that is not valid`);
  const differences = diffRequests(running.request, request);
  if (differences.length > 0) throw new RequestDiffersError(request.accountId, differences);
  return runId;
}

/** The request that a run was started with, from the first event of its history: whoever started it, it is there. */
async function requestOfRun(client: Client, workflowId: string, runId: string): Promise<unknown> {
  const { history } = await client.workflowService.getWorkflowExecutionHistory({
    namespace: client.options.namespace,
    execution: { workflowId, runId },
    maximumPageSize: 1,
  });
  const payloads = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads;
  const [request] = await decodeArrayFromPayloads(client.options.loadedDataConverter, payloads);
  return request;
}

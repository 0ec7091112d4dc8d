import type { Client } from '@temporalio/client';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow';

/** The argument that a run was started with, from the first event of its history: whoever started it, it is there. */
export async function argumentOf(client: Client, workflowId: string, runId?: string): Promise<unknown> {
  const { history } = await client.workflowService.getWorkflowExecutionHistory({
    namespace: client.options.namespace,
    execution: { workflowId, ...(runId !== undefined && { runId }) },
    maximumPageSize: 1,
  });
  const payloads = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads;
  const [argument] = await decodeArrayFromPayloads(client.options.loadedDataConverter, payloads);
  return argument;
}

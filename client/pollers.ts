import type { Client } from '@temporalio/client';
import { temporal } from '@temporalio/proto';

const WORKFLOWS = temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW;
/** A worker polls anew every minute at the latest; the server remembers one that is gone for five. */
const POLLS_WITHIN_MS = 90_000;

/** How many workers poll a task queue for workflows. */
export async function pollersOf(client: Client, taskQueue: string): Promise<number> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: taskQueue },
    taskQueueType: WORKFLOWS,
  });
  const since = Date.now() - POLLS_WITHIN_MS;
  return pollers.filter(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1000 > since).length;
}

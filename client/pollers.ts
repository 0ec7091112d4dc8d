import type { Client } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { countAlive } from '../contract';

const WORKFLOWS = temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW;

/** How many workers poll a task queue for workflows. */
export async function pollersOf(client: Client, taskQueue: string): Promise<number> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: taskQueue },
    taskQueueType: WORKFLOWS,
  });
  return countAlive(pollers);
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { countAlive } from '../contract';

const WORKFLOWS = temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW;

const SHOWN_WITHIN_MS = 10_000;
const LOOK_EVERY_MS = 250;

/**
 * Counts the workers that poll a task queue for workflows. Where there is none it looks again for up to 10 s: a worker that
 * has just started takes a moment to poll, and the server one more to list it.
 */
export async function countPollers(client: Client, taskQueue: string): Promise<number> {
  const giveUpAt = Date.now() + SHOWN_WITHIN_MS;
  for (;;) {
    const count = await countListed(client, taskQueue);
    if (count > 0 || Date.now() >= giveUpAt) return count;
    await sleep(LOOK_EVERY_MS);
  }
}

async function countListed(client: Client, taskQueue: string): Promise<number> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: taskQueue },
    taskQueueType: WORKFLOWS,
  });
  return countAlive(pollers);
}

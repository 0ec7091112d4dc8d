import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { countAlive } from '../contract';

const { TASK_QUEUE_TYPE_WORKFLOW: WORKFLOWS, TASK_QUEUE_TYPE_ACTIVITY: ACTIVITIES } =
  temporal.api.enums.v1.TaskQueueType;

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

/**
 * Limits the calls to Identity Center of all workers of a task queue, which share the limit from within 10 s on; it goes
 * before their own setting, and outlives them.
 *
 * @param callsPerSecond more than 0; `undefined`: each worker's own setting again
 * @throws RangeError
 */
export async function setQueueRate(
  client: Client,
  taskQueue: string,
  callsPerSecond: number | undefined,
): Promise<void> {
  if (callsPerSecond !== undefined && !(callsPerSecond > 0 && callsPerSecond < Infinity))
    throw new RangeError(
      `Task queue ${taskQueue}: ${callsPerSecond} is no rate. Give more than 0 calls per second; to stop runs, pause them.`,
    );
  await client.workflowService.updateTaskQueueConfig({
    namespace: client.options.namespace,
    identity: client.options.identity,
    taskQueue,
    taskQueueType: ACTIVITIES,
    updateQueueRateLimit: {
      rateLimit: callsPerSecond === undefined ? null : { requestsPerSecond: callsPerSecond },
      reason: 'calls to Identity Center per second',
    },
  });
}

/** Reads the limit that {@link setQueueRate} set, in calls per second; `undefined`: none. */
export async function readQueueRate(client: Client, taskQueue: string): Promise<number | undefined> {
  const { config } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: taskQueue },
    taskQueueType: ACTIVITIES,
    reportConfig: true,
  });
  return config?.queueRateLimit?.rateLimit?.requestsPerSecond ?? undefined;
}

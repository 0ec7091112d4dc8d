import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { QUEUE_RATE_HOLDS_AFTER_MS, readPollers, type Poller } from '../contract';

const { TASK_QUEUE_TYPE_WORKFLOW: WORKFLOWS, TASK_QUEUE_TYPE_ACTIVITY: ACTIVITIES } =
  temporal.api.enums.v1.TaskQueueType;

const SHOWN_WITHIN_MS = 10_000;
const LOOK_EVERY_MS = 250;

/** Lists the workers that poll a task queue for workflows, and those that did lately. */
export async function listPollers(client: Client, taskQueue: string): Promise<Poller[]> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: taskQueue },
    taskQueueType: WORKFLOWS,
  });
  return readPollers(pollers);
}

/**
 * Finds the workers that poll a task queue for workflows, and those that did lately. Where none polls it looks again for up
 * to 10 s: a worker that has just started takes a moment to poll, and the server one more to list it.
 */
export async function findPollers(client: Client, taskQueue: string): Promise<Poller[]> {
  const giveUpAt = Date.now() + SHOWN_WITHIN_MS;
  for (;;) {
    const found = await listPollers(client, taskQueue);
    if (found.some(({ isAlive }) => isAlive) || Date.now() >= giveUpAt) return found;
    await sleep(LOOK_EVERY_MS);
  }
}

/** Tells whether a worker polls a task queue for workflows; looks as long as {@link findPollers}. */
export async function isPolled(client: Client, taskQueue: string): Promise<boolean> {
  return (await findPollers(client, taskQueue)).some(({ isAlive }) => isAlive);
}

/**
 * Limits the calls to Identity Center of all workers of a task queue, which share the limit; it goes before their own
 * setting, and outlives them. A first limit is waited for, a second and a half: until then workers take activities that the
 * server does not hold back.
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
  const isFirst = callsPerSecond !== undefined && (await readQueueRate(client, taskQueue)) === undefined;
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
  if (isFirst) await sleep(QUEUE_RATE_HOLDS_AFTER_MS);
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

import { WorkflowNotFoundError } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import type { Worker } from '@temporalio/worker';
import type { AwsSettings, CallMeter } from '../activities';
import { CALLS_SIGNAL, countAlive, type CallsNews } from '../contract';
import { whileRunning } from './while-running';

const LIMIT_EVERY_MS = 1_000;
const CALLS_EVERY_MS = 250;
const ANSWER_MS = 5_000;

interface Queue {
  namespace: string;
  taskQueue: string;
  aws: AwsSettings;
}

/** What a look at the task queue has shown. */
export interface QueueLimit {
  /** How many calls per second are this worker's; `undefined`: there is no limit. */
  callsPerSecond: number | undefined;
  /** When the look began, by a clock that never jumps: what came after it may be another limit. */
  askedAt: number;
}

/**
 * Tells, every second until the worker has ended, how many calls per second are this worker's: its share, among the workers
 * that poll, of the limit that the server has for the queue, or else of `aws.maxCallsPerSecond`. Where the server does not
 * say, what was told last holds.
 */
export function followQueueLimit(worker: Worker, queue: Queue, tell: (limit: QueueLimit) => void): void {
  let isLooking = false;
  const look = async () => {
    // One that is late is not overtaken.
    if (isLooking) return;
    isLooking = true;
    try {
      const askedAt = performance.now();
      tell({ callsPerSecond: await ownShare(worker, queue), askedAt });
    } catch {
      // What was told last holds.
    } finally {
      isLooking = false;
    }
  };
  whileRunning(worker, LIMIT_EVERY_MS, () => void look());
  void look();
}

async function ownShare(
  { connection }: Worker,
  { namespace, taskQueue, aws }: Queue,
): Promise<number | undefined> {
  // With renewed keys a worker has another connection.
  if (connection === undefined) throw new Error('the worker has no connection');
  const { config, pollers } = await connection.withDeadline(Date.now() + ANSWER_MS, () =>
    connection.workflowService.describeTaskQueue({
      namespace,
      taskQueue: { name: taskQueue },
      taskQueueType: temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
      reportConfig: true,
    }),
  );
  const limit = config?.queueRateLimit?.rateLimit?.requestsPerSecond ?? aws.maxCallsPerSecond;
  if (limit === undefined) return undefined;
  return limit / Math.max(1, countAlive(pollers));
}

/** Tells fleets, until the worker has ended, of the calls that it makes for their accounts. */
export function tellCalls(worker: Worker, meter: CallMeter): void {
  const { client } = worker;
  const tell = async ({ fleetId, news }: { fleetId: string; news: CallsNews }) => {
    try {
      await client?.withDeadline(Date.now() + ANSWER_MS, () =>
        client.workflow.getHandle(fleetId).signal<[CallsNews]>(CALLS_SIGNAL, news),
      );
    } catch (error) {
      // A fleet that has ended wants to know nothing more; to any other it is told with what comes next.
      if (!(error instanceof WorkflowNotFoundError)) meter.count(news.pageIdPrefix, news);
    }
  };
  whileRunning(worker, CALLS_EVERY_MS, () => {
    for (const due of meter.take()) void tell(due);
  });
}

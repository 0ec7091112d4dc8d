import { temporal } from '@temporalio/proto';
import type { NativeConnection, Worker } from '@temporalio/worker';
import type { AwsSettings } from '../activities';
import { hasEnded } from './has-ended';

const LOOK_EVERY_MS = 10_000;
const ANSWER_MS = 5_000;
/** A worker polls at least once a minute. */
const POLLED_WITHIN_MS = 70_000;

interface Queue {
  connection: NativeConnection;
  namespace: string;
  taskQueue: string;
  aws: AwsSettings;
}

/**
 * Tells, every 10 s until the worker has ended, how many calls per second are this worker's: its share, among the workers
 * that poll, of the limit that the server has for the queue, or else of `aws.maxCallsPerSecond`. Where the server does not
 * say, what was told last holds.
 */
export function followQueueLimit(
  worker: Worker,
  queue: Queue,
  tell: (callsPerSecond: number | undefined) => void,
): void {
  const look = async () => {
    if (hasEnded(worker)) {
      clearInterval(timer);
      return;
    }
    await shareOf(queue).then(tell, () => undefined);
  };
  const timer = setInterval(() => void look(), LOOK_EVERY_MS).unref();
  void look();
}

async function shareOf({ connection, namespace, taskQueue, aws }: Queue): Promise<number | undefined> {
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
  const since = Date.now() - POLLED_WITHIN_MS;
  const alive = pollers.filter(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1_000 > since);
  return limit / Math.max(1, alive.length);
}

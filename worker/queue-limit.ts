import { temporal } from '@temporalio/proto';
import type { NativeConnection, Worker } from '@temporalio/worker';
import type { AwsSettings } from '../activities';
import { countAlive } from '../contract';
import { whileRunning } from './while-running';

const LOOK_EVERY_MS = 10_000;
const ANSWER_MS = 5_000;

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
  const look = () => void ownShare(queue).then(tell, () => undefined);
  whileRunning(worker, LOOK_EVERY_MS, look);
  look();
}

async function ownShare({ connection, namespace, taskQueue, aws }: Queue): Promise<number | undefined> {
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

import { Worker, type NativeConnection } from '@temporalio/worker';
import {
  CallMeter,
  createActivities,
  Pacer,
  realDependencies,
  type ActivityDependencies,
  type AwsSettings,
  type OpenAccount,
} from '../activities';
import { defined, temporalExtensions, type TemporalExtensions } from '../contract';
import { followQueueLimit, hasEnded, tellCalls } from './background';
import { WORKFLOW_BUNDLE } from './bundle';

export interface WorkerOptions {
  connection: NativeConnection;
  namespace: string;
  taskQueue: string;
  aws: AwsSettings;
  /** Calls to AWS that the worker has open at once; default 100. */
  maxConcurrentCalls?: number;
  /** Codecs and plugins; default: those of the package, which its client and command take as well. */
  extensions?: TemporalExtensions;
  /** Replace a clock or the random numbers; default: those of the process. */
  dependencies?: Partial<ActivityDependencies>;
}

/**
 * How long a workflow may compute at one stretch; the SDK's own is 5 s, and it has no public option for another.
 *
 * It is measured by the clock of the machine. A process that is frozen in the middle of a stretch, and wakes, is over the
 * limit, and Node.js does not survive that (sdk-typescript#939): "async hook stack has become corrupted". No workflow of
 * this package computes for longer than a fraction of a second, so the guard against an endless loop can wait.
 */
const COMPUTING_LIMIT = { isolateExecutionTimeout: '2m' } as const;

/**
 * Creates a worker for the workflows and activities of this package. `run()` starts it; `shutdown()` ends it.
 *
 * `aws.maxCallsPerSecond` also limits the activities per second that the server hands out over all workers of the queue, as
 * each makes at least one call. A rate can be set for the queue at any time, so no worker takes activities from the answer
 * to the workflow task that asked for them (eager dispatch, the default of servers from 1.32 on), which would pass the rate
 * by: each activity costs a poll more.
 */
export async function createWorker(options: WorkerOptions): Promise<Worker> {
  const { maxCallsPerSecond } = options.aws;
  const pacer = new Pacer(maxCallsPerSecond);
  const meter = new CallMeter();
  const { dataConverter, plugins } = options.extensions ?? temporalExtensions();
  const dependencies = { ...realDependencies(options.aws, pacer, meter), ...options.dependencies };
  const worker: Worker = await Worker.create({
    connection: options.connection,
    namespace: options.namespace,
    taskQueue: options.taskQueue,
    dataConverter,
    plugins: [...plugins],
    workflowBundle: { codePath: WORKFLOW_BUNDLE },
    activities: createActivities({
      ...dependencies,
      openAccount: openUntil(() => hasEnded(worker), dependencies.openAccount),
    }),
    maxConcurrentActivityTaskExecutions: options.maxConcurrentCalls ?? 100,
    ...defined({ maxTaskQueueActivitiesPerSecond: maxCallsPerSecond }),
    maxEagerActivityReservationsPerWorkflowTask: 0,
    // So long the tasks of a dead worker wait for it, queries among them; who asks waits for longer.
    stickyQueueScheduleToStartTimeout: '2s',
    // The server gives up an attempt that it hears nothing of for five seconds.
    maxHeartbeatThrottleInterval: '2s',
    ...COMPUTING_LIMIT,
    // A call to AWS in flight is given the time to answer.
    shutdownGraceTime: '8s',
    shutdownForceTime: '9s',
  });
  followQueueLimit(worker, options, (callsPerSecond) => {
    pacer.setCeiling(callsPerSecond);
  });
  tellCalls(worker, meter);
  return worker;
}

/** Refuses what an activity would send that its failed worker left behind: by then another attempt may have been made. */
function openUntil(isOver: () => boolean, open: OpenAccount): OpenAccount {
  return (accountId, region, control) =>
    open(accountId, region, {
      ...control,
      timeToAnswer() {
        if (isOver()) throw new Error('the worker has ended');
        return control.timeToAnswer();
      },
    });
}

import { Worker, type NativeConnection } from '@temporalio/worker';
import {
  CallMeter,
  createActivities,
  Pacer,
  realDependencies,
  withHeartbeats,
  type Activities,
  rolePolicy,
  scopeOf,
  typesOf,
  type ActivityDependencies,
  type AwsSettings,
  type CallListener,
  type ConsumedQueue,
  type OpenAccount,
  type Receiver,
  type WorkerActivities,
} from '../activities';
import {
  announcementQueueOf,
  defined,
  QUEUE_RATE_HOLDS_AFTER_MS,
  type TemporalExtensions,
} from '../contract';
import { createServiceHandler } from '../client/nexus';
import { temporalExtensions } from '../encryption';
import { ActivitySlots } from './activity-slots';
import { AnnouncingPlugin } from './announcing';
import { followQueueLimit, tellCalls } from './background';
import { readBundle } from './bundle';
import { deploymentOptions, type WorkerVersion } from './deployment';
import { WorkerMetrics } from './metrics';
import { checkReplay } from './replay';
import type { Tracing } from './tracing';
import { announcingTuning, readTuning, sdkTuning, type Tuning } from './tuning';
import { hasEnded } from './while-running';

export interface WorkerOptions extends Partial<Tuning>, WorkerVersion {
  connection: NativeConnection;
  namespace: string;
  taskQueue: string;
  aws: AwsSettings;
  /** What Temporal lists the worker as, so that people find it; default: process ID and host, which is the name of a pod. */
  identity?: string;
  /** Where the ends and holds of runs are announced; default: nowhere. */
  receivers?: readonly Receiver[];
  /** The queue of SQS that is consumed beside the task queue, for `doctor` to look at; default: none. */
  queue?: ConsumedQueue;
  /** Where its traces go; default: nowhere. */
  tracing?: Tracing;
  /** Hears each time the Temporal server has answered, about once a second. */
  onServerAnswer?: () => void;
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
 * Creates a worker for the workflows, activities and the Nexus service of this package. `run()` starts it; `shutdown()` ends it.
 *
 * `aws.maxCallsPerSecond` also limits the activities per second that the server hands out over all workers of the queue, as
 * each makes at least one call. Where neither that nor the queue has a rate, the worker takes activities from the answer to
 * the workflow task that asked for them ({@link ActivitySlots}).
 *
 * @throws Error naming every field of the tuning that is wrong; EncryptionKeysError
 */
export async function createWorker(options: WorkerOptions): Promise<Worker> {
  const tuning = readTuning(options);
  const { maxCallsPerSecond } = options.aws;
  const pacer = new Pacer(maxCallsPerSecond);
  const slots = new ActivitySlots(tuning.maxConcurrentCalls);
  const meter = new CallMeter();
  const { dataConverter, plugins } = options.extensions ?? (await temporalExtensions());
  const { identity, tracing } = options;
  const metrics = new WorkerMetrics(options);
  const countCall = metrics.calls();
  const onAnswer: CallListener = (call) => {
    countCall(call);
    tracing?.noteCall(call);
  };
  const { receivers = [] } = options;
  const aws = { ...options.aws, rolePolicy: rolePolicy(scopeOf(receivers)) };
  const dependencies = {
    ...realDependencies(aws, pacer, meter, onAnswer, receivers, options.queue),
    ...options.dependencies,
  };
  const { announce, ...activities } = createActivities({
    ...dependencies,
    openAccount: openUntil(() => hasEnded(worker), dependencies.openAccount),
  });
  // The build ID is made of what is read here.
  const workflowBundle = readBundle({
    isVersioned: options.deploymentName !== undefined,
    isTraced: tracing !== undefined,
    encodesFailures: dataConverter.failureConverterPath !== undefined,
    receivers: receivers.map((receiver) => ({ name: receiver.name, types: typesOf(receiver) })),
  });
  const shared = {
    namespace: options.namespace,
    dataConverter,
    plugins: tracing === undefined ? [...plugins] : [...plugins, tracing.plugin],
    workerDeploymentOptions: deploymentOptions(options),
    ...defined({ identity }),
  };
  const announcing = new AnnouncingPlugin({
    ...shared,
    taskQueue: announcementQueueOf(options.taskQueue),
    activities: { announce },
    ...announcingTuning(tuning, receivers.length),
  });
  const worker: Worker = await Worker.create({
    ...shared,
    connection: options.connection,
    taskQueue: options.taskQueue,
    plugins: receivers.length === 0 ? shared.plugins : [...shared.plugins, announcing],
    workflowBundle,
    activities: {
      ...activities,
      checkReplay: () => withHeartbeats(() => checkReplay()),
    } satisfies Omit<Activities, 'announce'> & WorkerActivities,
    nexusServices: [createServiceHandler()],
    ...sdkTuning(tuning, slots),
    ...defined({ maxTaskQueueActivitiesPerSecond: maxCallsPerSecond }),
    // The server gives up an attempt that it hears nothing of for five seconds.
    maxHeartbeatThrottleInterval: '2s',
    ...COMPUTING_LIMIT,
  });
  followQueueLimit(worker, options, ({ callsPerSecond, askedAt }) => {
    pacer.setCeiling(callsPerSecond);
    options.onServerAnswer?.();
    slots.allowEager(callsPerSecond === undefined ? askedAt + QUEUE_RATE_HOLDS_AFTER_MS : -Infinity);
  });
  tellCalls(worker, meter);
  metrics.followPace(worker, pacer);
  metrics.followHolds(worker);
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

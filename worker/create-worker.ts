import { Worker, type NativeConnection } from '@temporalio/worker';
import {
  createActivities,
  realDependencies,
  type ActivityDependencies,
  type AwsSettings,
} from '../activities';
import { WORKFLOW_BUNDLE } from './bundle';

export interface WorkerOptions {
  connection: NativeConnection;
  namespace: string;
  taskQueue: string;
  aws: AwsSettings;
  /** Calls to AWS that the worker has open at once; default 100. */
  maxConcurrentCalls?: number;
  /** Replace a clock or the random numbers; default: those of the process. */
  dependencies?: Partial<ActivityDependencies>;
}

/** A worker for the workflows and activities of this package. `run()` it; `shutdown()` ends it. */
export async function createWorker(options: WorkerOptions): Promise<Worker> {
  return Worker.create({
    connection: options.connection,
    namespace: options.namespace,
    taskQueue: options.taskQueue,
    workflowBundle: { codePath: WORKFLOW_BUNDLE },
    activities: createActivities({ ...realDependencies(options.aws), ...options.dependencies }),
    maxConcurrentActivityTaskExecutions: options.maxConcurrentCalls ?? 100,
    // A call to AWS in flight is given the time to answer.
    shutdownGraceTime: '8s',
    shutdownForceTime: '9s',
  });
}

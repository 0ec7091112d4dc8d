import type { Worker } from '@temporalio/worker';

/** Whether a worker will do nothing any more. */
export function hasEnded(worker: Worker): boolean {
  return ['STOPPED', 'FAILED'].includes(worker.getState());
}

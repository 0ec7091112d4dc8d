import type { Worker } from '@temporalio/worker';

/** Does something every so many milliseconds, until the worker has ended; it keeps no process alive. */
export function whileRunning(worker: Worker, everyMs: number, act: () => void): void {
  const timer = setInterval(() => {
    if (hasEnded(worker)) clearInterval(timer);
    else act();
  }, everyMs).unref();
}

/** Whether a worker has ended, or failed with activities under way, which nobody waits for any more. */
export function hasEnded(worker: Worker): boolean {
  return ['STOPPED', 'FAILED'].includes(worker.getState());
}

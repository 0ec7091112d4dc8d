import type { Worker } from '@temporalio/worker';

/** Does something every so many milliseconds, until the worker has ended; it keeps no process alive. */
export function whileRunning(worker: Worker, everyMs: number, act: () => void): void {
  const timer = setInterval(() => {
    if (['STOPPED', 'FAILED'].includes(worker.getState())) clearInterval(timer);
    else act();
  }, everyMs).unref();
}

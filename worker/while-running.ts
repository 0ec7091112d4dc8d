import type { Worker } from '@temporalio/worker';

const LOOK_EVERY_MS = 1_000;

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

/** Gives a worker the connection of another whenever that is replaced, as with renewed keys. */
export function followConnection(guest: Worker, host: Worker): NodeJS.Timeout {
  return setInterval(() => {
    const { connection } = host;
    if (connection === undefined || connection === guest.connection || hasEnded(guest)) return;
    guest.connection = connection;
  }, LOOK_EVERY_MS).unref();
}

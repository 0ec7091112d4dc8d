import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { isOpenStatus } from '../contract';
import { Wait, type WatchOptions } from './wait';

/**
 * Looks again and again, and yields a status each time that it has changed, until what is watched has ended.
 *
 * @param look given the status before, if there was one
 * @param stillRunning makes what is thrown at the time-out, which is not before the first status
 */
export async function* watchStatus<S extends { status: string }>(
  client: Client,
  look: (before: S | undefined) => Promise<S>,
  { intervalMs, ...limits }: WatchOptions & { intervalMs: number },
  stillRunning: (timeout: string, last: S) => Error,
): AsyncGenerator<S, void, void> {
  const wait = new Wait(client, limits);
  try {
    let status = await wait.during(() => look(undefined));
    wait.startClock((timeout) => stillRunning(timeout, status));
    for (let shown = ''; ;) {
      const seen = JSON.stringify(status);
      if (seen !== shown) yield status;
      if (!isOpenStatus(status.status)) return;
      shown = seen;
      status = await wait.during(async (over) => {
        await sleep(intervalMs, undefined, { signal: over });
        return look(status);
      });
    }
  } finally {
    wait.end();
  }
}

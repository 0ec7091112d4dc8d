import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Looks again and again, and yields a status each time that it has changed, until what is watched has ended.
 *
 * @param look given the status before, if there was one
 * @param intervalMs milliseconds between two looks
 */
export async function* watchStatus<S extends { status: string }>(
  look: (before: S | undefined) => Promise<S>,
  intervalMs: number,
): AsyncGenerator<S, void, void> {
  let before: S | undefined;
  let shown = '';
  for (;;) {
    const status = await look(before);
    const seen = JSON.stringify(status);
    if (seen !== shown) yield status;
    if (status.status !== 'RUNNING') return;
    [before, shown] = [status, seen];
    await sleep(intervalMs);
  }
}

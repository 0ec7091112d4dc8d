import { heartbeat } from '@temporalio/activity';
import { toldSoFar } from './attempts';

/** An attempt that is shorter sends no heartbeat; each costs the server a write, and Temporal Cloud bills it. */
const BEAT_EVERY_MS = 2_000;

/** Sends what the attempt has told so far. It is on its way for an unknown time, and may arrive after what is sent later. */
export function beatOrdinarily(): void {
  heartbeat(toldSoFar());
}

/**
 * Shows the server that the worker lives for as long as the body of an attempt runs, whatever it waits for. What the attempt
 * tells those after it goes along.
 */
export async function withHeartbeats<T>(body: () => Promise<T>, beat = beatOrdinarily): Promise<T> {
  const beating = setInterval(beat, BEAT_EVERY_MS);
  try {
    return await body();
  } finally {
    clearInterval(beating);
  }
}

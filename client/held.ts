import { setTimeout as sleep } from 'node:timers/promises';
import type { ResultOptions } from './wait';

/** Most runs have ended before they are looked at, and who is held waits for a person, so a look may come late. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Waits for a result or, unless the caller waits through holds, for what has it to be held, which is thrown.
 *
 * @param look answers with what to throw, or whether there is something to look for yet
 * @param over aborted once nobody waits any more
 */
export function endOrHold<T>(
  result: Promise<T>,
  { waitHeld = false }: ResultOptions,
  look: () => Promise<Error | 'look again' | 'never'>,
  over: AbortSignal,
): Promise<T> {
  return waitHeld ? result : Promise.race([result, watchForHold(look, over)]);
}

/** Looks again and again whether something is held, and throws once it is. Never returns. */
async function watchForHold(
  look: () => Promise<Error | 'look again' | 'never'>,
  over: AbortSignal,
): Promise<never> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(1.5 * pauseMs, LONGEST_PAUSE_MS)) {
    await sleep(pauseMs, undefined, { signal: over });
    // What a look cannot tell, such as a server that is away, the result tells.
    const seen = await look().catch(() => 'look again' as const);
    if (seen instanceof Error) throw seen;
    if (seen === 'never') return new Promise<never>(() => undefined);
  }
}

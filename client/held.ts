import { setTimeout as sleep } from 'node:timers/promises';

/** Most runs have ended before they are looked at, and who is held waits for a person, so a look may come late. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Looks again and again whether something is held, beside the wait for its result, and throws once it is. Never returns.
 *
 * @param look answers with what to throw, or whether there is something to look for yet
 */
export async function watchForHold(
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

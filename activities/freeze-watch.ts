const TICK_MS = 1_000;
/** A tick that is late by more than this shows that the process stood still. */
const FROZEN_MS = 5_000;
/** By the end of this time, whatever a frozen worker was handed meanwhile has begun. */
const SUSPECT_FOR_MS = 60_000;

/**
 * Watches for this process being stopped or swapped out, by a clock that never jumps, so that a clock that is off hides
 * nothing.
 *
 * @param now milliseconds on a clock that never jumps
 * @returns tells whether the process was frozen within the last minute
 */
export function watchForFreezes(now: () => number): () => boolean {
  let [ticked, thawed] = [now(), -Infinity];
  const tick = () => {
    if (now() - ticked > TICK_MS + FROZEN_MS) thawed = now();
    ticked = now();
  };
  setInterval(tick, TICK_MS).unref();
  return () => {
    // After a thaw this may be asked before the timer has its turn.
    tick();
    return now() - thawed < SUSPECT_FOR_MS;
  };
}

/** How an activity spaces its attempts, in milliseconds; the request's `timing.retry`. */
export interface BackOff {
  initialIntervalMs: number;
  backoffCoefficient: number;
  maximumIntervalMs: number;
}

/**
 * Computes the delay before the next attempt: exponential with full jitter, so that accounts throttled together do not come
 * back together.
 *
 * @param random a number from 0 up to, but not including, 1
 * @param retryAfterMs AWS's own word, which the delay is added to
 * @returns whole milliseconds, at least 1: Temporal takes 0 for "not given"
 */
export function nextDelayMs(backOff: BackOff, attempt: number, random: number, retryAfterMs = 0): number {
  const ceiling = Math.min(
    backOff.maximumIntervalMs,
    backOff.initialIntervalMs * backOff.backoffCoefficient ** (attempt - 1),
  );
  return Math.max(1, Math.round(ceiling * random) + retryAfterMs);
}

/** Computes the delay before the next look at something that takes its time: each is half as long again. */
export function nextLookMs(firstMs: number, attempt: number, longestMs = 15_000): number {
  return Math.round(Math.min(longestMs, firstMs * 1.5 ** (attempt - 1)));
}

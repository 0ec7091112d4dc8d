/** How an activity spaces its attempts, in milliseconds; the request's `timing.retry`. */
export interface BackOff {
  initialIntervalMs: number;
  backoffCoefficient: number;
  maximumIntervalMs: number;
}

/** What AWS, or whatever answers in its place, asks for is obeyed for so long, or for the longest pause of the request. */
const LONGEST_RETRY_AFTER_MS = 60_000;

/**
 * Computes the delay before the next attempt: exponential with full jitter, so that accounts throttled together do not come
 * back together.
 *
 * @param failed how many attempts have failed, from 1 on
 * @param random a number from 0 up to, but not including, 1
 * @param retryAfterMs AWS's own word, which the delay is added to
 * @param leftMs the time that is left: of a wait that AWS asks for, no more than half of it is spent
 * @returns whole milliseconds, at least 1: Temporal takes 0 for "not given"
 */
export function nextDelayMs(
  { initialIntervalMs, backoffCoefficient, maximumIntervalMs }: BackOff,
  failed: number,
  random: number,
  retryAfterMs = 0,
  leftMs = Infinity,
): number {
  const ceiling = Math.min(maximumIntervalMs, initialIntervalMs * backoffCoefficient ** (failed - 1));
  const longestWait = Math.min(Math.max(LONGEST_RETRY_AFTER_MS, maximumIntervalMs), Math.max(0, leftMs) / 2);
  return Math.max(1, Math.round(ceiling * random + Math.min(retryAfterMs, longestWait)));
}

/**
 * Computes the delay before the next look at something that takes its time: each is half as long again.
 *
 * @param look which look it comes after, from 1 on
 */
export function nextLookMs(firstMs: number, look: number, longestMs = 15_000): number {
  return Math.round(Math.min(longestMs, firstMs * 1.5 ** (look - 1)));
}

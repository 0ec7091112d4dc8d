import type { QueueMessage } from '../../activities';

/** How a consumer waits; in seconds, as SQS counts. */
export interface ConsumerTiming {
  /** How long a message is hidden at a time, while it is served. */
  hiddenSeconds: number;
  /** How long a message is hidden that could not be served; doubled with each receive. */
  firstPauseSeconds: number;
  longestPauseSeconds: number;
  /** How long a message may take to be served. */
  serveSeconds: number;
}

export const TIMING: ConsumerTiming = {
  hiddenSeconds: 60,
  firstPauseSeconds: 15,
  longestPauseSeconds: 900,
  serveSeconds: 30,
};

/** Says for how many seconds a message is hidden that could not be served: longer with each receive. */
export function pauseOf(
  { receiveCount }: QueueMessage,
  { firstPauseSeconds, longestPauseSeconds }: ConsumerTiming,
): number {
  const pause = firstPauseSeconds * 2 ** Math.min(20, receiveCount - 1);
  return Math.min(longestPauseSeconds, Math.round(pause));
}

/**
 * What a failure of the activity that creates tells its run beside the failure itself: the second of its details. The same
 * object, where there is no failure to tell it, is in the heartbeat of an attempt that died.
 */
export interface CreateNews {
  /**
   * ARNs of the instances that the account had before the first CreateInstance. Absent: the activity has not come to send
   * one, so nothing can come of it.
   */
  existedBefore?: string[];
  /** The run has to act on the failure before it goes on, this many milliseconds later. */
  goOnAfterMs?: number;
}

/** Reads the news out of what may hold them. */
export function readCreateNews(value: unknown): CreateNews | undefined {
  return typeof value === 'object' && value !== null ? value : undefined;
}

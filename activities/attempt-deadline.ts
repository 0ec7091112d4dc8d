import type { Info } from '@temporalio/activity';

// By the server's clock alone, as this machine's may be off.

/** Milliseconds from the first schedule of an activity to that of its present attempt. */
export function spentBefore({ currentAttemptScheduledTimestampMs, scheduledTimestampMs }: Info): number {
  return currentAttemptScheduledTimestampMs - scheduledTimestampMs;
}

/** Milliseconds that an attempt may take: past the end of the activity nobody waits for it either. */
export function timeOfAttempt(info: Info): number {
  return Math.min(info.startToCloseTimeoutMs, info.scheduleToCloseTimeoutMs - spentBefore(info));
}

import { activityInfo, heartbeat, type Info } from '@temporalio/activity';
import { AttemptTooLateError } from './errors/thrown';

const SHOWN_ALIVE_MS = 2_000;

/** What an attempt is timed with. */
export interface AttemptClocks {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds on a clock that never jumps. */
  monotonicNow(): number;
  /** Whether this process was stopped or swapped out within the last minute. */
  wasFrozen(): boolean;
  /** Asks the server whether it still waits for this attempt. */
  isAwaited(): Promise<boolean>;
}

/** Milliseconds from the first schedule of an activity to that of its present attempt, by the server's clock alone. */
export function spentBefore({ currentAttemptScheduledTimestampMs, scheduledTimestampMs }: Info): number {
  return currentAttemptScheduledTimestampMs - scheduledTimestampMs;
}

/**
 * Starts the clock of the present attempt.
 *
 * @returns tells the milliseconds that are left, and throws AttemptTooLateError where none are
 */
export function startDeadline({ monotonicNow }: Pick<AttemptClocks, 'monotonicNow'>): () => number {
  const info = activityInfo();
  const began = monotonicNow();
  // Past the end of the activity nobody waits for the attempt either.
  const end = began + Math.min(info.startToCloseTimeoutMs, info.scheduleToCloseTimeoutMs - spentBefore(info));
  let shownAlive = began;
  return () => {
    const now = monotonicNow();
    const left = end - now;
    if (left <= 0) throw new AttemptTooLateError(`woke ${Math.ceil(-left)} ms after its time was over`);
    // Its turn may have been seconds away. Each heartbeat costs the server a write.
    if (info.heartbeatTimeoutMs !== undefined && now - shownAlive > SHOWN_ALIVE_MS) {
      heartbeat();
      shownAlive = now;
    }
    return left;
  };
}

/**
 * Refuses an attempt that the server has given up, as a worker that was frozen may be handed. Its age tells by two clocks, of
 * which this machine's may be off, and a task queue without workers makes attempts old as well; so one that is old, or comes
 * after a freeze, is not refused, but asked about.
 *
 * @throws AttemptTooLateError
 */
export async function refuseIfGivenUp(clocks: AttemptClocks): Promise<void> {
  const { currentAttemptScheduledTimestampMs, startToCloseTimeoutMs } = activityInfo();
  const isOld = clocks.now() - currentAttemptScheduledTimestampMs > startToCloseTimeoutMs;
  if (!isOld && !clocks.wasFrozen()) return;
  if (!(await clocks.isAwaited())) throw new AttemptTooLateError('the server has given this attempt up');
}

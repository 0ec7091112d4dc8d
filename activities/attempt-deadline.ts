import { activityInfo, Context, type Info } from '@temporalio/activity';
import { ActivityCancelledError, ActivityNotFoundError } from '@temporalio/client';
import { defined } from '../contract';
import { showAlive, tell, toldSoFar } from './attempts';
import { AttemptTooLateError } from './errors/thrown';

const SHOWN_ALIVE_MS = 2_000;
const TICK_MS = 1_000;
/** A tick that is late by more than this shows that the process stood still. */
const FROZEN_MS = 5_000;
/** By the end of this time, whatever a frozen worker was handed meanwhile has begun. */
const SUSPECT_FOR_MS = 60_000;

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
  /** Has the server keep something for later attempts; answers whether it has, and still waits for this one. */
  keepForLater(details: Record<string, unknown>): Promise<boolean>;
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
  // Past the end of the activity nobody waits for the attempt either; 0 says that it has none.
  const wholeMs = info.scheduleToCloseTimeoutMs || Infinity;
  const end = began + Math.min(info.startToCloseTimeoutMs, wholeMs - spentBefore(info));
  let shownAlive = began;
  return () => {
    const now = monotonicNow();
    const left = end - now;
    if (left <= 0) throw new AttemptTooLateError(`woke ${Math.ceil(-left)} ms after its time was over`);
    // Its turn may have been seconds away. Each heartbeat costs the server a write.
    if (info.heartbeatTimeoutMs !== undefined && now - shownAlive > SHOWN_ALIVE_MS) {
      showAlive();
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

/** Asks the server, by a heartbeat that it answers, whether it still waits for this attempt. */
export async function isAwaited(): Promise<boolean> {
  try {
    await heartbeatAnswered(toldSoFar());
    return true;
  } catch (error) {
    if (error instanceof ActivityNotFoundError) return false;
    // Cancelled or not: it is awaited. A server that does not answer leaves it open, and sending is the greater risk.
    return error instanceof ActivityCancelledError;
  }
}

/** Has the server keep something for later attempts; answers whether it has, and still waits for this attempt. */
export async function keepForLater(details: Record<string, unknown>): Promise<boolean> {
  try {
    await heartbeatAnswered(tell(details));
    return true;
  } catch {
    // Whatever the reason: given up, cancelled, paused, or a server that does not answer.
    return false;
  }
}

/** Sends a heartbeat, and waits for the answer. An ordinary one is on its way for an unknown time, and lost with its worker. */
async function heartbeatAnswered(details: Record<string, unknown>): Promise<void> {
  const { client, info } = Context.current();
  const { activityId, workflowExecution, namespace } = info;
  const serializationContext = defined({
    type: 'activity' as const,
    namespace,
    activityId,
    workflowId: workflowExecution?.workflowId,
    isLocal: false,
  });
  await client.activity.heartbeat(info.taskToken, details, { serializationContext });
}

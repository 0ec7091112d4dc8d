import { activityInfo, Context, type Info } from '@temporalio/activity';
import { ActivityCancelledError, ActivityNotFoundError } from '@temporalio/client';
import { defined } from '../contract';
import { tell, toldSoFar } from './attempts';
import { AttemptTooLateError } from './errors/thrown';

const TICK_MS = 500;
/**
 * So long after its last tick a process has stood still. The server gives up an attempt that it hears nothing of for five
 * seconds, and the last heartbeat may be two seconds old when the process stops.
 */
const FROZEN_MS = 2_500;
/** By the end of this time, whatever a frozen worker was handed meanwhile has begun. */
const SUSPECT_FOR_MS = 60_000;

/** What an attempt is timed with. */
export interface AttemptClocks {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds on a clock that never jumps. */
  monotonicNow(): number;
  /** When this process, stopped or swapped out, last went on, by {@link monotonicNow}; `-Infinity`: it never was. */
  thawedAt(): number;
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
export function startDeadline({
  monotonicNow,
  thawedAt,
}: Pick<AttemptClocks, 'monotonicNow' | 'thawedAt'>): () => number {
  const info = activityInfo();
  const began = monotonicNow();
  // Past the end of the activity nobody waits for the attempt either; 0 says that it has none.
  const wholeMs = info.scheduleToCloseTimeoutMs || Infinity;
  const end = began + Math.min(info.startToCloseTimeoutMs, wholeMs - spentBefore(info));
  return () => {
    const left = end - monotonicNow();
    if (left <= 0) throw new AttemptTooLateError(`woke ${Math.ceil(-left)} ms after its time was over`);
    // The server may have heard nothing of it for too long, and have begun another.
    if (thawedAt() > began) throw new AttemptTooLateError('the process of the worker stood still meanwhile');
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
  const isSuspect = clocks.monotonicNow() - clocks.thawedAt() < SUSPECT_FOR_MS;
  if (!isOld && !isSuspect) return;
  if (!(await clocks.isAwaited())) throw new AttemptTooLateError('the server has given this attempt up');
}

/**
 * Watches for this process being stopped or swapped out, by a clock that never jumps, so that a clock that is off hides
 * nothing.
 *
 * @param now milliseconds on a clock that never jumps
 * @returns tells when the process last went on; `-Infinity`: it never stood still
 */
export function watchForFreezes(now: () => number): () => number {
  let [ticked, thawed] = [now(), -Infinity];
  const tick = () => {
    if (now() - ticked > FROZEN_MS) thawed = now();
    ticked = now();
  };
  setInterval(tick, TICK_MS).unref();
  return () => {
    // After a thaw this may be asked before the timer has its turn.
    tick();
    return thawed;
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

/** The last heartbeat of each attempt that waits for its answer. */
const underWay = new WeakMap<Context, Promise<void>>();

/**
 * Sends a heartbeat, and waits for the answer; an ordinary one is on its way for an unknown time, and lost with its worker.
 * One follows the other, so that what is sent last is what the server keeps.
 */
async function heartbeatAnswered(details: Record<string, unknown>): Promise<void> {
  const context = Context.current();
  const before = underWay.get(context);
  const sent = (async () => {
    await before?.catch(() => undefined);
    await sendHeartbeat(context, details);
  })();
  underWay.set(context, sent);
  await sent;
}

async function sendHeartbeat({ client, info }: Context, details: Record<string, unknown>): Promise<void> {
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

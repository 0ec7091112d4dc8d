import { activityInfo, cancellationSignal, cancelled, heartbeat, sleep } from '@temporalio/activity';
import type { AccountApi, OpenAccount } from './aws/sso-admin';
import { timeOfAttempt } from './attempt-deadline';
import type { BackOff } from './back-off';
import type { CallMeter } from './aws/call-meter';
import { classify } from './errors/classify';
import { AttemptTooLateError, AwsCallError } from './errors/errors';
import { toFailure } from './errors/failure';

/** What activities depend on; given once, so that tests need no patching. */
export interface ActivityDependencies {
  openAccount: OpenAccount;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds on a clock that never jumps. */
  monotonicNow(): number;
  /** From 0 up to, but not including, 1. */
  random(): number;
  /** Whether this process was stopped or swapped out within the last minute. */
  wasFrozen(): boolean;
  /** Asks the server whether it still waits for this attempt. */
  isAwaited(): Promise<boolean>;
  /** Told of each answer to a call for an account of a fleet. */
  countCalls: CallMeter['count'];
}

/** What every activity is given. */
export interface AccountInput {
  accountId: string;
  region: string;
  backOff: BackOff;
  accountReadyTimeoutMs: number;
  /** The workflow ID of the page of a fleet that the account is in. */
  fleetPage?: string;
}

const SHOWN_ALIVE_MS = 2_000;

/** Runs the body of an activity with its account's API, and turns whatever it throws into the failure of its attempt. */
export async function step<T>(
  deps: ActivityDependencies,
  input: AccountInput,
  body: (account: AccountApi) => Promise<T>,
): Promise<T> {
  const began = deps.monotonicNow();
  const end = began + timeOfAttempt(activityInfo());
  let shownAlive = began;
  const account = deps.openAccount(input.accountId, input.region, {
    cancellation: cancellationSignal(),
    timeToAnswer() {
      const now = deps.monotonicNow();
      const left = end - now;
      if (left <= 0) throw new AttemptTooLateError(`woke ${Math.ceil(-left)} ms after its time was over`);
      // Its turn may have been seconds away. Each heartbeat costs the server a write.
      if (activityInfo().heartbeatTimeoutMs !== undefined && now - shownAlive > SHOWN_ALIVE_MS) {
        heartbeat();
        shownAlive = now;
      }
      return left;
    },
    onAnswer(wasThrottled) {
      const { fleetPage } = input;
      if (fleetPage !== undefined) deps.countCalls(fleetPage, { sent: 1, throttled: wasThrottled ? 1 : 0 });
    },
  });
  try {
    await refuseIfGivenUp(deps);
    return await body(account);
  } catch (error) {
    // Reads end with the cancellation; the rejection of `cancelled()` is what Temporal takes for "was cancelled".
    if (error instanceof AwsCallError && cancellationSignal().aborted && isAbort(error.cause))
      await cancelled();
    const cause = error instanceof AwsCallError ? error.cause : error;
    if (classify(cause).situation === 'credentialsStale') account.forgetCredentials();
    throw toFailure(error, input, deps);
  }
}

/**
 * A worker that was frozen may be handed attempts that the server gave up long ago. Their age tells by two clocks, of which
 * this machine's may be off, and a task queue without workers makes attempts old as well; so one that is old, or comes
 * after a freeze, is not refused, but asked about.
 */
async function refuseIfGivenUp(deps: ActivityDependencies): Promise<void> {
  const { currentAttemptScheduledTimestampMs, startToCloseTimeoutMs } = activityInfo();
  const isOld = deps.now() - currentAttemptScheduledTimestampMs > startToCloseTimeoutMs;
  if (!isOld && !deps.wasFrozen()) return;
  if (!(await deps.isAwaited())) throw new AttemptTooLateError('the server has given this attempt up');
}

function isAbort(error: unknown): boolean {
  return error === cancellationSignal().reason || (error instanceof Error && error.name === 'AbortError');
}

/** Waits inside an activity, showing the server that the worker lives. */
export async function rest(ms: number): Promise<void> {
  heartbeat();
  await sleep(ms);
}

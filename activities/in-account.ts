import { cancellationSignal, cancelled, Context, log } from '@temporalio/activity';
import { CancelledFailure } from '@temporalio/common';
import { refuseIfGivenUp, startDeadline, type AttemptClocks } from './attempt-deadline';
import type { InFlight } from './announcements/in-flight';
import type { Receiver } from './announcements/receivers';
import type { SendWebhook } from './announcements/webhook';
import type { Account, AwsAccess, Organization } from './aws/account';
import type { AnsweredCall } from './aws/answered-call';
import type { CallKind } from './aws/call';
import type { CallMeter } from './aws/call-meter';
import { defined } from '../contract';
import type { BackOff } from './back-off';
import { failedAs } from './errors/classify';
import { plainFailure, toFailure } from './errors/failure';
import { wantsFreshCredentials } from './errors/fresh-credentials';
import { organizationFailure } from './errors/organization-failure';
import { AwsCallError, isA } from './errors/thrown';
import { withHeartbeats } from './heartbeats';

/** The queue that a worker consumes. */
export interface ConsumedQueue {
  url: string;
  /** Default: the worker's. */
  region?: string;
}

/** What activities depend on; given once, so that tests need no patching. */
export interface ActivityDependencies extends AttemptClocks, AwsAccess {
  /** From 0 up to, but not including, 1. */
  random(): number;
  /** Where runs are announced. */
  receivers: readonly Receiver[];
  /** The queue of SQS that the worker consumes beside its task queue. */
  queue?: ConsumedQueue;
  sendWebhook: SendWebhook;
  announcing: InFlight;
  /** Hears of each answer to a call for an account of a fleet. */
  countCalls: CallMeter['count'];
}

/** From this age on, a session that is denied something is fetched anew. */
const DOUBTFUL_AFTER_MS = 60_000;

/** What every activity that works in an account is given. */
export interface AccountInput {
  accountId: string;
  /** Region of the calls; default: the worker's, as one look goes over all of them. */
  region?: string;
  backOff: BackOff;
  accountReadyTimeoutMs: number;
  /** The workflow ID of the page of a fleet that the account is in. */
  fleetPage?: string;
}

/**
 * Runs the body of an activity that works in an account; what it throws becomes the failure of the attempt.
 *
 * @param polls whether the activity is tried again until something has come about
 * @param finishes whether what the attempt is at is done although its run is cancelled
 * @param beat sends a heartbeat; default: an ordinary one
 */
export async function inAccount<T>(
  deps: ActivityDependencies,
  input: AccountInput,
  body: (account: Account) => Promise<T>,
  { polls = false, finishes = false, beat }: { polls?: boolean; finishes?: boolean; beat?: () => void } = {},
): Promise<T> {
  const account = deps.openAccount(input.accountId, input.region, {
    cancellation: finishes ? lossOfAttempt() : cancellationSignal(),
    timeToAnswer: startDeadline(deps),
    onAnswer(call, kind) {
      const { fleetPage } = input;
      const throttled = call.answer === 'throttled' ? 1 : 0;
      if (fleetPage !== undefined) deps.countCalls(fleetPage, { sent: 1, throttled });
      logCall(call, kind);
    },
  });
  return failWith(
    (error) => {
      if (wantsFreshCredentials(error)) account.forgetCredentials();
      // The session may be that of a role that was made anew since.
      else if (failedAs(error, 'permissionMissing')) account.forgetCredentials(DOUBTFUL_AFTER_MS);
      return toFailure(error, { ...input, polls }, deps);
    },
    async () => {
      await refuseIfGivenUp(deps);
      return body(account);
    },
    beat,
  );
}

/**
 * Does the same for an activity that is tried again until something has come about: a look that shows no change is no
 * failure, and does not make the pauses of the back-off longer.
 */
export async function pollAccount<T>(
  deps: ActivityDependencies,
  input: AccountInput,
  body: (account: Account) => Promise<T>,
): Promise<T> {
  return inAccount(deps, input, body, { polls: true });
}

/**
 * Runs the body of an activity that works in the organization; what it throws becomes the failure of the attempt.
 *
 * @param what says that it cannot be done
 */
export async function inOrganization<T>(
  deps: ActivityDependencies,
  backOff: BackOff,
  body: (organization: Organization) => Promise<T>,
  what?: string,
): Promise<T> {
  const organization = deps.openOrganization({
    cancellation: cancellationSignal(),
    timeToAnswer: startDeadline(deps),
    onAnswer: logCall,
  });
  return failWith(
    (error) => {
      if (wantsFreshCredentials(error)) organization.forgetCredentials();
      return organizationFailure(error, backOff, deps, what);
    },
    () => body(organization),
  );
}

/** Runs the body of an activity that needs no account; what it throws becomes the failure of the attempt. */
export async function withoutAccount<T>(body: () => Promise<T>): Promise<T> {
  return failWith(plainFailure, body);
}

async function failWith<T>(
  failure: (error: unknown) => Error,
  body: () => Promise<T>,
  beat?: () => void,
): Promise<T> {
  try {
    return await withHeartbeats(body, beat);
  } catch (error) {
    // The rejection of `cancelled()` is what Temporal takes for "was cancelled".
    if (isCancellation(error)) await cancelled();
    throw failure(error);
  }
}

/** Logs a call. The ID of a write's request is what AWS support wants, and CloudTrail has. */
function logCall({ operation, answer, milliseconds, awsRequestId }: AnsweredCall, kind: CallKind): void {
  const fields = { operation, answer, tookMs: Math.round(milliseconds), ...defined({ awsRequestId }) };
  if (kind === 'write') log.info('AWS has answered', fields);
  else log.debug('AWS has answered', fields);
}

/** Whether a cancellation ended a rest, the wait for a turn, or a read. */
function isCancellation(error: unknown): boolean {
  const signal = cancellationSignal();
  if (!signal.aborted) return false;
  if (isA(error, CancelledFailure)) return true;
  if (!isA(error, AwsCallError)) return false;
  return error.cause === signal.reason || (isA(error.cause, Error) && error.cause.name === 'AbortError');
}

/** A signal for where nobody waits for the attempt any more, or the worker ends; a cancelled run does wait. */
function lossOfAttempt(): AbortSignal {
  const context = Context.current();
  const { cancellationSignal: signal } = context;
  const loss = new AbortController();
  const onAbort = () => {
    if (context.cancellationDetails?.cancelRequested !== true) loss.abort(signal.reason);
  };
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  return loss.signal;
}

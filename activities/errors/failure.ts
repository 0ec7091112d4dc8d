import { Context, ApplicationFailure } from '@temporalio/activity';
import { ApplicationFailureCategory } from '@temporalio/common';
import {
  defined,
  FAILURES,
  makeFailure,
  type FailureParts,
  type FailureRow,
  type Situation,
} from '../../contract';
import { spentBefore } from '../attempt-deadline';
import { countAttempt, countOf } from '../attempts';
import { PacerBusyError } from '../aws/pacer';
import { nextDelayMs, type BackOff } from '../back-off';
import { classify, type Classified } from './classify';
import { readError } from './read';
import { AwsCallError, isA } from './thrown';

/** What an activity needs to turn a failed call into the failure of its attempt. */
export interface FailurePolicy {
  accountId: string;
  backOff: BackOff;
  /** How long, from the first schedule of the activity, the account may be not ready. */
  accountReadyTimeoutMs: number;
  /** Whether the activity is tried again until something has come about: a look that shows no change is no failure. */
  polls?: boolean;
}

/** So often a host is looked up in vain before it counts as one that there is not. */
const MISSED_HOSTS = 3;

/**
 * Makes the failure of an attempt from anything thrown: its type, its parts, and when or whether it is tried again. What
 * later attempts have to know of this one is told with a heartbeat.
 */
export function toFailure(
  thrown: unknown,
  policy: FailurePolicy,
  deps: { random(): number },
): ApplicationFailure {
  if (isA(thrown, ApplicationFailure)) return thrown;
  const { accountId, backOff, accountReadyTimeoutMs, polls = false } = policy;
  if (isA(thrown, PacerBusyError)) {
    countAttempt('sentAway');
    return notYourTurn(thrown, accountId, deps.random());
  }
  const { info } = Context.current();
  const operation = isA(thrown, AwsCallError) ? thrown.operation : info.activityType;
  const answer = classify(thrown);
  const failed = polls ? countAttempt('failed') : Math.max(1, info.attempt - countOf('sentAway'));
  const spentMs = spentBefore(info);
  const { situation, isFinal } = judge(answer.situation, failed, spentMs < accountReadyTimeoutMs);
  const leftMs = info.scheduleToCloseTimeoutMs - spentMs;
  const nextRetryDelay = isFinal
    ? undefined
    : nextDelayMs(backOff, failed, deps.random(), answer.retryAfterMs, leftMs);
  const { remedyAfterTimeout }: FailureRow = FAILURES[situation];
  return callFailure(
    accountId,
    operation,
    defined({ ...answer, remedy: answer.remedy ?? (isFinal ? remedyAfterTimeout : undefined) }),
    defined({ situation: situation === answer.situation ? undefined : situation, nextRetryDelay }),
  );
}

/** What an answer comes to: the row of the table that counts for it here, and whether the call is never tried again. */
function judge(
  situation: Situation,
  failed: number,
  mayBeReadyLater: boolean,
): { situation: Situation; isFinal: boolean } {
  const { retry } = FAILURES[situation];
  // A Region may be newer than the SDK, and a name server have a bad moment.
  if (situation === 'noEndpoint' && failed < MISSED_HOSTS)
    return { situation: 'nothingSent', isFinal: false };
  if (retry !== 'untilAccountReady' || mayBeReadyLater) return { situation, isFinal: retry === 'stop' };
  return { situation: situation === 'explicitDeny' ? situation : 'accountNotReady', isFinal: true };
}

interface FailureOptions {
  /** Default: that of the answer, whose type the failure then has as well. */
  situation?: Situation;
  /** Milliseconds; default: it is never tried again. */
  nextRetryDelay?: number;
}

/** Makes the failure of a call, from what its answer means. */
export function callFailure(
  accountId: string,
  operation: string,
  answer: Classified,
  { situation, nextRetryDelay }: FailureOptions = {},
): ApplicationFailure {
  const { type, detail, httpStatus, awsRequestId, remedy } = answer;
  const parts: FailureParts = defined({
    situation: situation ?? answer.situation,
    accountId,
    operation,
    detail,
    awsRequestId,
    httpStatus,
    remedy,
  });
  // The error as AWS gave it, without a stack: nothing of the worker gets into a history.
  const cause = ApplicationFailure.create({ type, message: detail, nonRetryable: true });
  cause.stack = '';
  return makeFailure(
    parts,
    defined({ type: situation === undefined ? type : undefined, cause, nextRetryDelay }),
  );
}

/** Makes the failure of an attempt that called nothing in AWS, from anything thrown; the retry policy says when it is tried again. */
export function plainFailure(thrown: unknown): ApplicationFailure {
  if (isA(thrown, ApplicationFailure)) return thrown;
  const { name, message } = readError(thrown);
  const failure = ApplicationFailure.create({ type: name, message });
  failure.stack = '';
  return failure;
}

/** Says "not yet": no failure to anybody, and kept out of logs and metrics. */
export function notYet(message: string, nextRetryDelay: number): ApplicationFailure {
  return ApplicationFailure.create({
    type: 'NotYet',
    message,
    nextRetryDelay,
    category: ApplicationFailureCategory.BENIGN,
  });
}

/** Gives the slot back. The attempt comes back when it is its turn, spread so that not all come at once. */
function notYourTurn(
  { ahead, waitMs }: PacerBusyError,
  accountId: string,
  random: number,
): ApplicationFailure {
  const delay = Math.max(1, Math.round(waitMs * (0.8 + 0.4 * random)));
  const when = `${Math.ceil(delay / 1_000)} s`;
  return notYet(
    `Account ${accountId}: ${ahead} calls to AWS are ahead of this one. Nothing is to be done: it is tried again in ${when}.`,
    delay,
  );
}

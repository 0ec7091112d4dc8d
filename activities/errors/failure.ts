import { Context, ApplicationFailure } from '@temporalio/activity';
import { ApplicationFailureCategory } from '@temporalio/common';
import { makeFailure, defined, FAILURES, type FailureParts, type Situation } from '../../contract';
import { spentBefore } from '../attempt-deadline';
import { PacerBusyError } from '../aws/pacer';
import { nextDelayMs, type BackOff } from '../back-off';
import { classify, type Classified } from './classify';
import { readError } from './read';
import { AwsCallError, isA } from './thrown';

/** What an activity needs to turn a failed call into the failure of its attempt. */
interface FailurePolicy {
  accountId: string;
  backOff: BackOff;
  /** How long, from the first schedule of the activity, the account may be not ready. */
  accountReadyTimeoutMs: number;
}

/** Makes the failure of an attempt from anything thrown: its type, its parts, and when or whether it is tried again. */
export function toFailure(
  thrown: unknown,
  policy: FailurePolicy,
  deps: { random(): number },
): ApplicationFailure {
  if (isA(thrown, ApplicationFailure)) return thrown;
  const { accountId, backOff, accountReadyTimeoutMs } = policy;
  if (isA(thrown, PacerBusyError)) return notYourTurn(thrown, accountId, deps.random());
  const { info } = Context.current();
  const { operation, cause } = isA(thrown, AwsCallError)
    ? thrown
    : { operation: info.activityType, cause: thrown };
  const answer = classify(cause);
  const { retry } = FAILURES[answer.situation];
  if (retry === 'stop') return callFailure(accountId, operation, answer);
  if (retry === 'untilAccountReady' && spentBefore(info) >= accountReadyTimeoutMs)
    return callFailure(accountId, operation, answer, { situation: 'accountNotReady' });
  const nextRetryDelay = nextDelayMs(backOff, info.attempt, deps.random(), answer.retryAfterMs);
  return callFailure(accountId, operation, answer, { nextRetryDelay });
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
  const { type, detail, httpStatus, awsRequestId } = answer;
  const parts: FailureParts = defined({
    situation: situation ?? answer.situation,
    accountId,
    operation,
    detail,
    awsRequestId,
    httpStatus,
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

import { Context, ApplicationFailure } from '@temporalio/activity';
import { ApplicationFailureCategory } from '@temporalio/common';
import {
  defined,
  failureDetails,
  failureMessage,
  FAILURES,
  type FailureParts,
  type Situation,
} from '../../contract';
import { spentBefore } from '../attempt-deadline';
import { nextDelayMs, type BackOff } from '../back-off';
import { classify, type Classified } from './classify';
import { AwsCallError, isA } from './errors';
import { PacerBusyError } from '../aws/pacer';

/** What a step needs to turn a failed call into the failure of its attempt. */
export interface FailurePolicy {
  accountId: string;
  backOff: BackOff;
  /** How long, from the first schedule of the activity, the account may be not ready. */
  accountReadyTimeoutMs: number;
}

/** The failure of an attempt, from anything thrown: type, message, AWS request ID, remedy, and the delay to the next. */
export function toFailure(
  thrown: unknown,
  policy: FailurePolicy,
  deps: { random(): number },
): ApplicationFailure {
  if (isA(thrown, ApplicationFailure)) return thrown;
  if (isA(thrown, PacerBusyError)) return notYourTurn(thrown, policy.accountId, deps.random());
  const { operation, cause } = isA(thrown, AwsCallError)
    ? thrown
    : { operation: Context.current().info.activityType, cause: thrown };
  const classified = classify(cause);
  const { situation, type, detail, httpStatus, awsRequestId, retryAfterMs } = classified;
  const { info } = Context.current();
  const retry = FAILURES[situation].retry;
  const facts = {
    ...{ accountId: policy.accountId, operation, detail, awsRequestId, httpStatus },
    cause: awsCause(classified),
  };
  if (retry === 'untilAccountReady' && spentBefore(info) >= policy.accountReadyTimeoutMs) {
    return stopFailure('accountNotReady', facts);
  }
  if (retry === 'stop') return stopFailure(situation, { ...facts, type });
  const parts = partsOf(situation, facts);
  return ApplicationFailure.create({
    type,
    message: failureMessage(parts),
    details: [failureDetails(parts)],
    cause: facts.cause,
    nextRetryDelay: nextDelayMs(policy.backOff, info.attempt, deps.random(), retryAfterMs),
  });
}

interface Facts {
  accountId: string;
  operation: string;
  /** The failure type, where it is not the situation's own. */
  type?: string;
  detail?: string | undefined;
  awsRequestId?: string | undefined;
  httpStatus?: number | undefined;
  /** What AWS said. */
  cause?: ApplicationFailure;
}

/** A failure after which the activity is not tried again. */
export function stopFailure(situation: Situation, facts: Facts): ApplicationFailure {
  const parts = partsOf(situation, facts);
  return ApplicationFailure.create({
    type: facts.type ?? FAILURES[situation].types[0],
    nonRetryable: true,
    message: failureMessage(parts),
    details: [failureDetails(parts)],
    ...(facts.cause !== undefined && { cause: facts.cause }),
  });
}

/** The error as AWS gave it, with neither the SDK's objects nor a stack: nothing of the worker gets into a history. */
export function awsCause({ type, detail }: Pick<Classified, 'type' | 'detail'>): ApplicationFailure {
  const cause = ApplicationFailure.create({ type, message: detail, nonRetryable: true });
  cause.stack = '';
  return cause;
}

/** "Not yet": no failure to anybody, and kept out of logs and metrics. */
export function notYet(message: string, nextRetryDelay: number): ApplicationFailure {
  return ApplicationFailure.create({
    type: 'NotYet',
    message,
    nextRetryDelay,
    category: ApplicationFailureCategory.BENIGN,
  });
}

/** The slot is given back: the attempt comes back when it is its turn, spread so that not all come at once. */
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

function partsOf(situation: Situation, facts: Facts): FailureParts {
  const { accountId, operation, detail, awsRequestId, httpStatus } = facts;
  return defined({ situation, accountId, operation, detail, awsRequestId, httpStatus });
}

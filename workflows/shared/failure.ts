import { defaultFailureConverter } from '@temporalio/common';
import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/workflow';
import {
  defined,
  failureDetails,
  failureMessage,
  readFailureParts,
  FAILURES,
  type Situation,
} from '../../contract';
import { payloadConverter } from './payload-converter';

/**
 * A failure of our own making, after which the run ends.
 *
 * @param remedy the next step, where it can be said more exactly than the table does
 */
export function failureOf(
  situation: Situation,
  accountId: string,
  detail?: string,
  cause?: Error,
  remedy?: string,
): ApplicationFailure {
  const last = cause instanceof ApplicationFailure ? readFailureParts(cause) : undefined;
  const parts = defined({ situation, accountId, detail, remedy, awsRequestId: last?.awsRequestId });
  return ApplicationFailure.create({
    type: FAILURES[situation].types[0],
    nonRetryable: true,
    message: failureMessage(parts),
    details: [failureDetails(parts)],
    ...defined({ cause }),
  });
}

/** The failure that an activity ended with, in our words: what the activity reported, or the time-out of the step. */
export function stepFailure(error: unknown, timedOut: Situation, accountId: string): ApplicationFailure {
  if (error instanceof ApplicationFailure) return error;
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof ApplicationFailure && isFinal(error)) {
    return ApplicationFailure.create({
      type: cause.type ?? 'Unknown',
      nonRetryable: true,
      message: cause.message,
      ...(cause.details && { details: cause.details }),
      // The activity's own says what this one says; beneath it is what AWS said.
      cause: cause.cause ?? cause,
    });
  }
  // The server had no time left for another attempt: what the last one said is the reason.
  const last = lastAttempt(cause);
  return failureOf(
    timedOut,
    accountId,
    lastWords(error) ?? 'no attempt came back',
    last instanceof Error ? last : undefined,
  );
}

/** What the last attempt of an activity said. */
export function lastWords(error: unknown): string | undefined {
  const last = lastAttempt(error instanceof ActivityFailure ? error.cause : error);
  return last instanceof ApplicationFailure ? (readFailureParts(last)?.detail ?? last.message) : undefined;
}

/** Whether an activity reported that it must not be tried again. */
export function isFinal(error: unknown): boolean {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  return cause instanceof ApplicationFailure && cause.nonRetryable === true;
}

/** Whether an activity ended without a word of what AWS did with its last call. */
export function wasLost(error: unknown): boolean {
  if (!(error instanceof ActivityFailure)) return false;
  const last = lastAttempt(error.cause);
  if (last === undefined) return true;
  // An attempt that only waited for its turn sent nothing, and says nothing of the call before it.
  return last instanceof ApplicationFailure && (situationOf(last) === 'answerLost' || last.type === 'NotYet');
}

/** The failure of the last attempt, which the server hands over with a time-out and the SDK leaves undecoded. */
function lastAttempt(cause: unknown): unknown {
  if (!(cause instanceof TimeoutFailure)) return cause;
  const last = cause.failure?.cause;
  return last ? defaultFailureConverter.failureToError(last, payloadConverter) : undefined;
}

/** The row of the table of answers that a failure belongs to. */
export function situationOf(failure: ApplicationFailure): Situation | undefined {
  return readFailureParts(failure)?.situation;
}

import { defaultFailureConverter } from '@temporalio/common';
import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/workflow';
import {
  defined,
  FAILURES,
  makeFailure,
  readCreateNews,
  readFailureParts,
  type CreateNews,
  type FailureParts,
  type FailureRow,
  type Situation,
} from '../../contract';
import { payloadConverter } from './payload-converter';

/** Makes a failure after which the run stops; it hands on the request ID of its cause. */
export function runFailure(parts: FailureParts, cause?: Error): ApplicationFailure {
  const last = cause instanceof ApplicationFailure ? readFailureParts(cause) : undefined;
  return makeFailure(defined({ awsRequestId: last?.awsRequestId, ...parts }), defined({ cause }));
}

/** Reads the row of the table of failures that a failure belongs to. */
export function situationOf(failure: ApplicationFailure): Situation | undefined {
  return readFailureParts(failure)?.situation;
}

/**
 * Makes the failure of a run from that of an activity: what the activity reported for good, or else that its time is over.
 *
 * @param timedOut the situation where its time is over
 */
export function activityFailure(error: unknown, timedOut: Situation, accountId: string): ApplicationFailure {
  if (error instanceof ApplicationFailure) return error;
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof ApplicationFailure && isFinal(error)) {
    return ApplicationFailure.create({
      type: cause.type ?? 'Unknown',
      nonRetryable: true,
      message: cause.message,
      // The activity's own says what this one says; beneath it is what AWS said.
      cause: cause.cause ?? cause,
      ...defined({ details: cause.details ?? undefined }),
    });
  }
  // The server had no time left for another attempt: what the last one said is the reason.
  const last = lastAttempt(cause);
  const detail = lastWords(error) ?? 'no attempt came back';
  const failure = last instanceof ApplicationFailure ? last : undefined;
  return runFailure(
    defined({ situation: timedOut, accountId, detail, remedy: failure && remedyAfterTimeout(failure) }),
    last instanceof Error ? last : undefined,
  );
}

/** The next step where a time-out ended what a person has to mend; none where only time was short. */
function remedyAfterTimeout(failure: ApplicationFailure): string | undefined {
  const situation = situationOf(failure);
  if (situation === undefined) return undefined;
  const row: FailureRow = FAILURES[situation];
  return row.remedyAfterTimeout;
}

/** Tells what the last attempt of an activity said. */
export function lastWords(error: unknown): string | undefined {
  const last = lastAttempt(error instanceof ActivityFailure ? error.cause : error);
  return last instanceof ApplicationFailure ? (readFailureParts(last)?.detail ?? last.message) : undefined;
}

/** Tells whether an activity reported that it must not be tried again. */
export function isFinal(error: unknown): boolean {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  return cause instanceof ApplicationFailure && cause.nonRetryable === true;
}

/** Tells whether an activity ended without a word of what AWS did with its last call. */
export function isUnanswered(error: unknown): boolean {
  if (!(error instanceof ActivityFailure)) return false;
  const last = lastAttempt(error.cause);
  if (last === undefined) return true;
  // An attempt that only waited for its turn sent nothing, and says nothing of the call before it.
  return last instanceof ApplicationFailure && (situationOf(last) === 'answerLost' || last.type === 'NotYet');
}

/** Reads what an activity that creates tells beside its failure; `undefined` where it came to tell nothing. */
export function createNews(error: unknown): CreateNews | undefined {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof ApplicationFailure) return readCreateNews(cause.details?.[1]);
  if (!(cause instanceof TimeoutFailure)) return undefined;
  // The attempt whose time was over may have come further than the last one that told anything.
  const last = lastAttempt(cause);
  const told = last instanceof ApplicationFailure ? readCreateNews(last.details?.[1]) : undefined;
  const news = readCreateNews(cause.lastHeartbeatDetails) ?? told;
  return news?.existedBefore === undefined ? undefined : news;
}

/** The failure of the last attempt, which the server hands over with a time-out and the SDK leaves undecoded. */
function lastAttempt(cause: unknown): unknown {
  if (!(cause instanceof TimeoutFailure)) return cause;
  const last = cause.failure?.cause;
  return last ? defaultFailureConverter.failureToError(last, payloadConverter) : undefined;
}

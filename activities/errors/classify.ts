import { isClockSkewCorrectedError, isThrottlingError, isTransientError } from '@smithy/core/retry';
import { defined, FAILURES, type FailureRow, type Situation } from '../../contract';
import { readError, type ErrorFacts } from './read';
import { AttemptTooLateError, AwsCallError, isA, WrongAccountError } from './thrown';

/** What a thrown thing means. */
export interface Classified {
  situation: Situation;
  /** The failure type: AWS's error name where there is one, else the first of the situation's own. */
  type: string;
  /** AWS's words, or the error's own: one line, bounded, without secrets. */
  detail: string;
  httpStatus?: number;
  awsRequestId?: string;
  retryAfterMs?: number;
}

const situationByType = new Map<string, Situation>();
for (const [name, { types }] of Object.entries(FAILURES) as [Situation, FailureRow][]) {
  for (const type of types) if (!situationByType.has(type)) situationByType.set(type, name);
}

/** Turns anything that a call to AWS can throw into a row of the table of failures. Never throws. */
export function classify(thrown: unknown): Classified {
  const error = readError(thrown);
  const { awsName, httpStatus, awsRequestId, retryAfterMs } = error;
  const situation = recognize(thrown, error);
  return defined({
    situation,
    type: awsName ?? FAILURES[situation].types[0],
    detail: `${awsName ?? error.name}: ${error.message}`,
    httpStatus,
    awsRequestId,
    retryAfterMs,
  });
}

/** Whether a call to AWS failed, and in this way. */
export function failedAs(thrown: unknown, situation: Situation): thrown is AwsCallError {
  return isA(thrown, AwsCallError) && classify(thrown.cause).situation === situation;
}

function recognize(thrown: unknown, error: ErrorFacts): Situation {
  if (isA(thrown, WrongAccountError)) return 'wrongAccount';
  if (isA(thrown, AttemptTooLateError)) return 'attemptTooLate';
  const { awsName, said } = error;
  if (/management account is not allowed to perform/i.test(said)) return 'managementAccount';
  if (/does not allow its members to create/i.test(said)) return 'organizationForbids';
  if (isThrottled(error)) return 'throttled';
  // Before the rest: to the SDK AccessDeniedException is a sign of a clock that is off, too.
  if (awsName === 'AccessDenied' || awsName === 'AccessDeniedException') {
    if (/explicit deny/i.test(said)) return 'explicitDeny';
    return awsName === 'AccessDenied' ? 'roleRefused' : 'permissionMissing';
  }
  const known = situationByType.get(awsName ?? error.name);
  if (known !== undefined) return known;
  if (isClockSkewCorrectedError(asSdkError(error))) return 'credentialsStale';
  return isRefusal(error) ? 'refused' : 'answerLost';
}

/** Adds to the names of the SDK's list what that lacks: KMS, and the words. */
function isThrottled(error: ErrorFacts): boolean {
  return (
    isThrottlingError(asSdkError(error)) ||
    error.reason.startsWith('KMS_Throttling') ||
    /rate exceeded|too many requests/i.test(error.said)
  );
}

/**
 * Whether AWS has answered, and refuses. Only a named 4xx that the SDK does not take for transient says so; a proxy's page, a
 * parse error, a reset or a time-out says nothing of what AWS did.
 */
function isRefusal(error: ErrorFacts): boolean {
  const { awsName, httpStatus = 0 } = error;
  const isClientError = httpStatus >= 400 && httpStatus < 500 && httpStatus !== 408;
  return awsName !== undefined && isClientError && !isTransientError(asSdkError(error));
}

/** The error as the SDK's own predicates take it; the thrown thing itself may be anything. */
function asSdkError({ name, said, httpStatus, isThrottling, skewCorrected }: ErrorFacts) {
  return {
    name,
    message: said,
    ...defined({ $retryable: isThrottling ? { throttling: true } : undefined }),
    $metadata: defined({ httpStatusCode: httpStatus, clockSkewCorrected: skewCorrected || undefined }),
  };
}

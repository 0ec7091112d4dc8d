import { isClockSkewCorrectedError, isThrottlingError, isTransientError } from '@smithy/core/retry';
import { defined, FAILURES, NON_RETRYABLE_TYPES, type FailureRow, type Situation } from '../../contract';
import { wasNothingSent } from './network';
import { readError, type ErrorFacts } from './read';
import {
  AccountNotAllowedError,
  AttemptTooLateError,
  AwsCallError,
  isA,
  NoEndpointError,
  OwnIdentityError,
  SIGN_IN,
  WrongAccountError,
} from './thrown';

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
  /** The next step, where it can be said more exactly than the table does. */
  remedy?: string;
}

const situationByType = new Map<string, Situation>();
for (const [name, { types }] of Object.entries(FAILURES) as [Situation, FailureRow][]) {
  for (const type of types) if (!situationByType.has(type)) situationByType.set(type, name);
}

/** Turns anything that a call to AWS can throw, or the call that it failed in, into a row of the table of failures. Never throws. */
export function classify(thrown: unknown): Classified {
  const [inCall, operation] = isA(thrown, AwsCallError) ? [thrown.cause, thrown.operation] : [thrown];
  const isOwn = isA(inCall, OwnIdentityError);
  const cause = isOwn ? inCall.cause : inCall;
  const error = readError(cause);
  const { awsName, httpStatus, awsRequestId, retryAfterMs } = error;
  const isSignIn = isOwn || operation === SIGN_IN;
  const recognized = recognize(cause, error, isSignIn);
  const situation = isSignIn ? signInSituation(recognized, isOwn) : recognized;
  return defined({
    situation,
    type: awsName !== undefined && isTypeOf(awsName, situation) ? awsName : FAILURES[situation].types[0],
    detail: `${awsName ?? error.name}: ${error.message}`,
    httpStatus,
    awsRequestId,
    retryAfterMs,
    remedy: isA(cause, NoEndpointError) ? cause.remedy : undefined,
  });
}

/** What it means where the worker signs in. Only what passes by itself says nothing of its own credentials. */
function signInSituation(situation: Situation, isOwn: boolean): Situation {
  // Whatever STS has done changes nothing.
  if (situation === 'answerLost') return 'notSignedIn';
  // The request has no part in it.
  if (!isOwn) return situation === 'invalidParameter' ? 'refused' : situation;
  const passes = FAILURES[situation].retry === 'backOff' || situation === 'credentialsStale';
  return passes ? situation : 'ownIdentity';
}

/** Whether a call to AWS failed, and in one of these ways. */
export function failedAs(thrown: unknown, ...situations: Situation[]): thrown is AwsCallError {
  return isA(thrown, AwsCallError) && situations.includes(classify(thrown).situation);
}

/** Temporal stops at the types that are final: a failure that is tried again must have none of those. */
function isTypeOf(awsName: string, situation: Situation): boolean {
  return FAILURES[situation].retry === 'stop' || !NON_RETRYABLE_TYPES.includes(awsName);
}

function recognize(thrown: unknown, error: ErrorFacts, isSignIn: boolean): Situation {
  if (isA(thrown, WrongAccountError)) return 'wrongAccount';
  if (isA(thrown, AccountNotAllowedError)) return 'accountNotAllowed';
  if (isA(thrown, AttemptTooLateError)) return 'attemptTooLate';
  if (isA(thrown, NoEndpointError)) return 'noEndpoint';
  const { awsName, httpStatus = 0, said } = error;
  // The whole of the message, as AWS quotes in others what it was sent.
  if (MANAGEMENT_ACCOUNT.test(said)) return 'managementAccount';
  if (ORGANIZATION_FORBIDS.test(said)) return 'organizationForbids';
  if (isThrottled(error)) return 'throttled';
  const named = recognizeName(error, isSignIn);
  // A server that failed has refused nothing, whatever it calls that.
  if (httpStatus >= 500 || httpStatus === 408)
    return named === 'credentialsStale' || named === 'ownIdentity' ? named : 'answerLost';
  if (named !== undefined) return named;
  if (awsName !== undefined && TRANSIENT_NAME.test(awsName)) return 'answerLost';
  if (isClockSkewCorrectedError(asSdkError(error))) return 'credentialsStale';
  if (awsName === undefined && wasNothingSent(thrown)) return 'nothingSent';
  return isRefusal(error) ? 'refused' : 'answerLost';
}

const MANAGEMENT_ACCOUNT =
  /^\s*(the )?organization management account is not allowed to perform (the|this) operation\.?\s*$/i;
const ORGANIZATION_FORBIDS =
  /^\s*(the )?organization management account( \(\d{12}\))? does not allow its members to create (account )?instances\.?\s*$/i;
/** Where AWS says so in signing the worker in, the worker's own credentials are meant. */
const CREDENTIALS_NAME = /^(ExpiredToken|UnrecognizedClient|InvalidClientTokenId|MissingAuthenticationToken)/;
/** New names of what the lists of the SDK know under others. */
const THROTTLING_NAME = /throttl|toomanyrequests|slowdown|rateexceeded/i;
const TRANSIENT_NAME =
  /^(Request(Timeout|TimedOut|Aborted)|Internal(Server|Service)?(Error|Failure|Exception)|ServiceUnavailable)/;

function recognizeName(error: ErrorFacts, isSignIn: boolean): Situation | undefined {
  const { awsName, name, said } = error;
  // Before the rest: to the SDK AccessDeniedException is a sign of a clock that is off, too.
  if (awsName === 'AccessDenied' || awsName === 'AccessDeniedException') {
    if (/\bsts:AssumeRoleWith(WebIdentity|SAML)\b/.test(said)) return 'ownIdentity';
    if (/explicit deny/i.test(withoutQuotes(said))) return 'explicitDeny';
    return isSignIn || awsName === 'AccessDenied' ? 'roleRefused' : 'permissionMissing';
  }
  if (isSignIn && awsName !== undefined && CREDENTIALS_NAME.test(awsName)) return 'ownIdentity';
  return situationByType.get(awsName ?? name) ?? (name === 'EndpointError' ? 'noEndpoint' : undefined);
}

/** What AWS says in its own words. */
function withoutQuotes(said: string): string {
  return said.replace(/(?<=^|[\s:=([{,])(['"`]).*?\1(?=$|[\s,.;:)\]}])/gs, '');
}

/**
 * Adds to the names of the SDK's list what that lacks: KMS, names that say it, and the words, where the name says nothing else.
 */
function isThrottled(error: ErrorFacts): boolean {
  const { awsName = '', reason, said } = error;
  return (
    isThrottlingError(asSdkError(error)) ||
    reason.startsWith('KMS_Throttling') ||
    THROTTLING_NAME.test(awsName) ||
    (!situationByType.has(awsName) && /^\s*(rate exceeded|(there are )?too many requests)\b/i.test(said))
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
function asSdkError({ name, said, httpStatus, isThrottling, isRetryable, skewCorrected }: ErrorFacts) {
  return {
    name,
    message: said,
    ...defined({ $retryable: isRetryable ? { throttling: isThrottling } : undefined }),
    $metadata: defined({ httpStatusCode: httpStatus, clockSkewCorrected: skewCorrected || undefined }),
  };
}

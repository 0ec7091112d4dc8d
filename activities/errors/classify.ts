import { FAILURES, type FailureRow, type Situation } from '../../contract';
import { AttemptTooLateError, isA, WrongAccountError } from './errors';
import { readError, type ErrorFacts } from './read';

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

/** Turns anything that a call to AWS can throw into a row of the table of answers. Never throws. */
export function classify(thrown: unknown): Classified {
  const error = readError(thrown);
  const situation = situationOf(thrown, error);
  return {
    situation,
    type: error.awsName ?? FAILURES[situation].types[0],
    detail: `${error.awsName ?? error.name}: ${error.message}`,
    ...(error.httpStatus !== undefined && { httpStatus: error.httpStatus }),
    ...(error.awsRequestId !== undefined && { awsRequestId: error.awsRequestId }),
    ...(error.retryAfterMs !== undefined && { retryAfterMs: error.retryAfterMs }),
  };
}

function situationOf(thrown: unknown, { awsName, name, said, httpStatus, reason }: ErrorFacts): Situation {
  if (isA(thrown, WrongAccountError)) return 'wrongAccount';
  if (isA(thrown, AttemptTooLateError)) return 'attemptTooLate';
  if (/management account is not allowed to perform/i.test(said)) return 'managementAccount';
  if (/does not allow its members to create/i.test(said)) return 'organizationForbids';
  if (httpStatus === 429 || reason.startsWith('KMS_Throttling')) return 'throttled';
  if (/rate exceeded|too many requests/i.test(said)) return 'throttled';
  if (/^AccessDenied(Exception)?$/.test(awsName ?? '')) {
    if (/explicit deny/i.test(said)) return 'explicitDeny';
    return awsName === 'AccessDenied' ? 'roleRefused' : 'permissionMissing';
  }
  const known = situationByType.get(awsName ?? name);
  if (known !== undefined) return known;
  // A proxy's page, a parse error, a reset or a time-out says nothing of what AWS did; only a named 4xx is its answer.
  return awsName !== undefined && httpStatus !== undefined && httpStatus >= 400 && httpStatus < 500
    ? 'refused'
    : 'answerLost';
}

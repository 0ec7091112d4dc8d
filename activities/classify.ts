import { inspect } from 'node:util';
import { SITUATIONS, type Situation, type SituationName } from '../contract';
import { AttemptTooLateError, WrongAccountError } from './errors';

/** What a thrown thing means. */
export interface Classified {
  situation: SituationName;
  /** The failure type: AWS's error name where there is one, else the first of the situation's own. */
  type: string;
  /** AWS's words, or the error's own. */
  detail: string;
  httpStatus?: number;
  awsRequestId?: string;
  retryAfterMs?: number;
}

const situationByType = new Map<string, SituationName>();
for (const [name, { types }] of Object.entries(SITUATIONS) as [SituationName, Situation][]) {
  for (const type of types) if (!situationByType.has(type)) situationByType.set(type, name);
}

/** Turns anything that a call to AWS can throw into a row of the table of answers. Never throws. */
export function classify(thrown: unknown): Classified {
  const error = readError(thrown);
  const situation = situationOf(thrown, error);
  return {
    situation,
    type: error.awsName ?? SITUATIONS[situation].types[0],
    detail: `${error.awsName ?? error.name}: ${error.message}`,
    ...(error.httpStatus !== undefined && { httpStatus: error.httpStatus }),
    ...(error.awsRequestId !== undefined && { awsRequestId: error.awsRequestId }),
    ...(error.retryAfterMs !== undefined && { retryAfterMs: error.retryAfterMs }),
  };
}

function situationOf(
  thrown: unknown,
  { awsName, name, message, httpStatus, reason }: ErrorFacts,
): SituationName {
  if (thrown instanceof WrongAccountError) return 'wrongAccount';
  if (thrown instanceof AttemptTooLateError) return 'attemptTooLate';
  if (/management account is not allowed to perform/i.test(message)) return 'managementAccount';
  if (/does not allow its members to create/i.test(message)) return 'organizationForbids';
  if (httpStatus === 429 || reason.startsWith('KMS_Throttling')) return 'throttled';
  if (/rate exceeded|too many requests/i.test(message)) return 'throttled';
  if (/^AccessDenied(Exception)?$/.test(awsName ?? '')) {
    if (/explicit deny/i.test(message)) return 'explicitDeny';
    return awsName === 'AccessDenied' ? 'roleRefused' : 'permissionMissing';
  }
  const known = situationByType.get(awsName ?? name);
  if (known !== undefined) return known;
  // A proxy's page, a parse error, a reset or a time-out says nothing of what AWS did; only a named 4xx is its answer.
  return awsName !== undefined && httpStatus !== undefined && httpStatus >= 400 && httpStatus < 500
    ? 'refused'
    : 'answerLost';
}

interface ErrorFacts {
  name: string;
  /** The name, where the error is one that AWS sent. */
  awsName: string | undefined;
  message: string;
  reason: string;
  httpStatus: number | undefined;
  awsRequestId: string | undefined;
  retryAfterMs: number | undefined;
}

function readError(thrown: unknown): ErrorFacts {
  const error = record(thrown);
  const metadata = record(error['$metadata']);
  const name = text(error['name']) ?? 'Error';
  const sentByAws =
    error['$fault'] !== undefined && /^[A-Z]\w+$/.test(name) && !/^(Unknown|Error|SyntaxError)/.test(name);
  return {
    name,
    awsName: sentByAws ? name : undefined,
    message: text(error['message']) || text(error['Message']) || text(error['code']) || inspect(thrown),
    reason: text(error['Reason']) ?? '',
    httpStatus: number(metadata['httpStatusCode']),
    awsRequestId: text(metadata['requestId']),
    retryAfterMs: readRetryAfter(record(record(error['$response'])['headers'])['retry-after']),
  };
}

/** `Retry-After` in seconds; its other form, a date, depends on two clocks and is left to the back-off. */
function readRetryAfter(header: unknown): number | undefined {
  const seconds = /^\d{1,5}$/.test(text(header) ?? '') ? Number(header) : undefined;
  return seconds === undefined ? undefined : seconds * 1000;
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

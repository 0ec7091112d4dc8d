import { inspect } from 'node:util';
import { oneLine } from '../../contract';

/** What a thrown thing says of itself. */
export interface ErrorFacts {
  name: string;
  /** The name, where the error is one that AWS sent. */
  awsName: string | undefined;
  /** For people. */
  message: string;
  /** All of the message, to classify by. */
  said: string;
  /** AWS's `Reason`, which some errors have. */
  reason: string;
  /** Whether the model of the service says that the error means throttling. */
  isThrottling: boolean;
  /** Whether the model of the service says that the call may be tried again. */
  isRetryable: boolean;
  /** Whether the SDK found the clock of the worker to be off, and corrected it. */
  skewCorrected: boolean;
  httpStatus: number | undefined;
  awsRequestId: string | undefined;
  retryAfterMs: number | undefined;
}

const HIDDEN = '(hidden)';

/** AWS quotes the request that it could not verify, session token and all; a history is read by many. */
const SECRETS: readonly [RegExp, string][] = [
  // To the end of the line: the header has spaces, and what a proxy makes of it is unknown.
  [/((?:proxy-)?authorization\b["']?\s*[:=>]).*/gi, `$1 ${HIDDEN}`],
  [/\b(AWS4-HMAC-SHA256) .*/g, `$1 ${HIDDEN}`],
  [/\b(Bearer|Basic) [\w+/=.~-]{8,}/gi, `$1 ${HIDDEN}`],
  [/\b(Signature=)\w+/gi, `$1${HIDDEN}`],
  [
    /((?:secret[-_ ]?(?:access[-_ ]?)?key|(?:session|security)[-_ ]?token)["']?\s*(?:[:=>]|%3D)\s*["']?)[^\s"',;&<>}]+/gi,
    `$1${HIDDEN}`,
  ],
  // Session tokens begin like this, wherever they turn up.
  [/\b(?:FwoG|FQoG|IQoJ|AQoD)[\w+/=%-]{20,}/g, HIDDEN],
];

const LONGEST_READ = 8_000;
const LONGEST_NAME = 100;
const LONGEST_MESSAGE = 500;

/** Reads anything that can be thrown. Never throws; nothing of it is longer than a history bears, or a secret. */
export function readError(thrown: unknown): ErrorFacts {
  const name = text(property(thrown, 'name')) ?? 'Error';
  const metadata = property(thrown, '$metadata');
  const sentByAws =
    property(thrown, '$fault') !== undefined &&
    /^[A-Z]\w{1,99}$/.test(name) &&
    !/^(Unknown|Error|SyntaxError)/.test(name);
  const message =
    text(property(thrown, 'message')) || text(property(thrown, 'Message')) || text(property(thrown, 'code'));
  const headers = property(property(thrown, '$response'), 'headers');
  return {
    name: plain(name, LONGEST_NAME) || 'Error',
    awsName: sentByAws ? name : undefined,
    message:
      plain(message ?? '', LONGEST_MESSAGE) || plain(describe(thrown), LONGEST_MESSAGE) || 'no message',
    said: message?.slice(0, LONGEST_READ) ?? '',
    reason: text(property(thrown, 'Reason')) ?? '',
    isThrottling: property(property(thrown, '$retryable'), 'throttling') === true,
    isRetryable: property(thrown, '$retryable') !== undefined,
    skewCorrected: property(metadata, 'clockSkewCorrected') === true,
    httpStatus: readHttpStatus(property(metadata, 'httpStatusCode')),
    awsRequestId: requestIdOf(property(metadata, 'requestId')),
    retryAfterMs: readRetryAfter(property(headers, 'retry-after')),
  };
}

/** Reads the ID that AWS has given a request, of its answer as the SDK has it from the network. */
export function readRequestId(answer: unknown): string | undefined {
  const headers = property(property(answer, 'response'), 'headers');
  return requestIdOf(property(headers, 'x-amzn-requestid'));
}

function requestIdOf(value: unknown): string | undefined {
  const requestId = text(value) ?? '';
  return /^[\w+/=.:-]{1,128}$/.test(requestId) ? requestId : undefined;
}

/** Describes what is thrown without a message. An object is not looked into, as it may hold anything. */
function describe(thrown: unknown): string {
  if (typeof thrown === 'string') return thrown;
  return typeof thrown === 'object' || typeof thrown === 'function' ? '' : inspect(thrown);
}

function plain(from: string, longest: number): string {
  return oneLine(redact(from.slice(0, LONGEST_READ)), longest);
}

/** Reads `Retry-After` in seconds. Its other form, a date, depends on two clocks and is left to the back-off. */
function readRetryAfter(header: unknown): number | undefined {
  const seconds = /^\d{1,5}$/.test(text(header) ?? '') ? Number(header) : undefined;
  return seconds === undefined ? undefined : seconds * 1000;
}

function readHttpStatus(value: unknown): number | undefined {
  return Number.isInteger(value) && Number(value) >= 100 && Number(value) <= 599 ? Number(value) : undefined;
}

/** Reads a property, where that is possible: a getter may throw, and so does every look into a revoked proxy. */
export function property(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  try {
    return (value as Record<string, unknown>)[key];
  } catch {
    return undefined;
  }
}

/** Reads a text, where that is one. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** A text without the secrets that are known to turn up in errors. */
export function redact(text: string): string {
  return SECRETS.reduce((before, [pattern, replacement]) => before.replace(pattern, replacement), text);
}

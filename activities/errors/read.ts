import { inspect } from 'node:util';
import { oneLine } from '../../contract';
import { redact } from './redact';

/** What a thrown thing says of itself. */
export interface ErrorFacts {
  name: string;
  /** The name, where the error is one that AWS sent. */
  awsName: string | undefined;
  /** For people. */
  message: string;
  /** All of the message, to tell by. */
  said: string;
  reason: string;
  httpStatus: number | undefined;
  awsRequestId: string | undefined;
  retryAfterMs: number | undefined;
}

const LONGEST_READ = 8_000;
const LONGEST_NAME = 100;
const LONGEST_MESSAGE = 500;

/** Reads anything that can be thrown. Never throws; nothing of it is longer than a history bears, or a secret. */
export function readError(thrown: unknown): ErrorFacts {
  const [name, metadata] = [text(property(thrown, 'name')) ?? 'Error', property(thrown, '$metadata')];
  const sentByAws =
    property(thrown, '$fault') !== undefined &&
    /^[A-Z]\w{1,99}$/.test(name) &&
    !/^(Unknown|Error|SyntaxError)/.test(name);
  const message =
    text(property(thrown, 'message')) || text(property(thrown, 'Message')) || text(property(thrown, 'code'));
  const requestId = text(property(metadata, 'requestId')) ?? '';
  const headers = property(property(thrown, '$response'), 'headers');
  return {
    name: plain(name, LONGEST_NAME) || 'Error',
    awsName: sentByAws ? name : undefined,
    message:
      plain(message ?? '', LONGEST_MESSAGE) || plain(describe(thrown), LONGEST_MESSAGE) || 'no message',
    said: message?.slice(0, LONGEST_READ) ?? '',
    reason: text(property(thrown, 'Reason')) ?? '',
    httpStatus: httpStatusOf(property(metadata, 'httpStatusCode')),
    awsRequestId: /^[\w+/=.:-]{1,128}$/.test(requestId) ? requestId : undefined,
    retryAfterMs: readRetryAfter(property(headers, 'retry-after')),
  };
}

/** What is thrown without a message: an object is not looked into, as it may hold anything. */
function describe(thrown: unknown): string {
  if (typeof thrown === 'string') return thrown;
  return typeof thrown === 'object' || typeof thrown === 'function' ? '' : inspect(thrown);
}

function plain(from: string, longest: number): string {
  return oneLine(redact(from.slice(0, LONGEST_READ)), longest);
}

/** `Retry-After` in seconds; its other form, a date, depends on two clocks and is left to the back-off. */
function readRetryAfter(header: unknown): number | undefined {
  const seconds = /^\d{1,5}$/.test(text(header) ?? '') ? Number(header) : undefined;
  return seconds === undefined ? undefined : seconds * 1000;
}

function httpStatusOf(value: unknown): number | undefined {
  return Number.isInteger(value) && Number(value) >= 100 && Number(value) <= 599 ? Number(value) : undefined;
}

/** A property, where it can be read: a getter may throw, and so does every look into a revoked proxy. */
function property(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  try {
    return (value as Record<string, unknown>)[key];
  } catch {
    return undefined;
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

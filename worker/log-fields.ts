import { isNativeError } from 'node:util/types';
import { readError, redact } from '../activities';
import { accountIdOf, defined } from '../contract';

const DEEPEST = 6;
const LONGEST_TEXT = 2_000;
const MOST_ITEMS = 50;
const STACK_LINES = 10;
const SECRET_KEYS = /secret|password|authorization|api[-_]?key|(?:session|security|identity)[-_]?token/i;

/** What says nothing to a person: the SDK has the token of the task beside everything that it says of an activity. */
const LEFT_OUT = ['taskToken'];

/**
 * Writes what is logged beside a message as JSON can hold it: an error, at any depth and under any key, in words, and no
 * text with a secret in it. An error of AWS carries the request, session token and all, so of errors only what is known to
 * be harmless is taken. Where a workflow ID is of an account, the account is told too.
 */
export function logFields(meta: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { workflowId } = meta;
  const accountId = typeof workflowId === 'string' ? accountIdOf(workflowId) : undefined;
  const fields = Object.keys(meta)
    .filter((key) => !LEFT_OUT.includes(key))
    .map((key): [string, unknown] => [key, named(key, meta, (part) => inLog(part, 0, new Set()))]);
  return { ...defined({ accountId }), ...Object.fromEntries(fields) };
}

/** What is under a key, unless the key says that it is a secret. */
function named(key: string, of: object, write: (part: unknown) => unknown): unknown {
  return SECRET_KEYS.test(key) ? '(hidden)' : write(look(of, key));
}

function inLog(value: unknown, depth: number, above: ReadonlySet<unknown>): unknown {
  if (typeof value === 'string') return logText(value);
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return typeof value === 'function' ? undefined : value;
  if (above.has(value)) return '(circular)';
  if (depth >= DEEPEST) return '(more)';
  const inner = (part: unknown) => inLog(part, depth + 1, new Set([...above, value]));
  if (isError(value)) return errorWords(value, inner);
  if (value instanceof Date) return value.toJSON();
  if (ArrayBuffer.isView(value)) return `(${value.byteLength} bytes)`;
  if (Array.isArray(value)) return value.slice(0, MOST_ITEMS).map(inner);
  return Object.fromEntries(
    Object.keys(value)
      .slice(0, MOST_ITEMS)
      .map((key) => [key, named(key, value, inner)]),
  );
}

/** Cuts a text to what a line of a log bears, without its secrets. */
export function logText(text: string): string {
  const safe = redact(text.slice(0, 4 * LONGEST_TEXT));
  return safe.length <= LONGEST_TEXT ? safe : `${safe.slice(0, LONGEST_TEXT)}…`;
}

function errorWords(error: object, inner: (part: unknown) => unknown): Record<string, unknown> {
  const { name, message, awsRequestId, httpStatus } = readError(error);
  const [type, code, cause, errors] = ['type', 'code', 'cause', 'errors'].map((key) => look(error, key));
  const isCode = typeof code === 'number' || (typeof code === 'string' && /^\w{1,60}$/.test(code));
  return defined({
    // A failure of Temporal says in `type` what it is; its name is that of all of its kind.
    type: typeof type === 'string' && type !== '' ? logText(type) : name === 'Error' ? classOf(error) : name,
    message,
    code: isCode ? code : undefined,
    awsRequestId,
    httpStatus,
    cause: cause === undefined || cause === null ? undefined : inner(cause),
    errors: Array.isArray(errors) ? inner(errors) : undefined,
    stack: stackOf(error),
  });
}

/** The frames of a mistake in code. What AWS or a run said has none of interest. */
function stackOf(error: object): string[] | undefined {
  if (look(error, '$metadata') !== undefined || look(error, 'failure') !== undefined) return undefined;
  if (['type', 'category', 'nonRetryable'].some((key) => look(error, key) !== undefined)) return undefined;
  if (classOf(error).endsWith('Failure')) return undefined;
  const stack = look(error, 'stack');
  const frames = typeof stack === 'string' ? stack.split('\n').filter((line) => /^\s+at /.test(line)) : [];
  return frames.length === 0 ? undefined : frames.slice(0, STACK_LINES).map((line) => logText(line.trim()));
}

/** An error that came from another thread has lost its name; its stack begins with it. */
function classOf(error: object): string {
  const stack = look(error, 'stack');
  return (typeof stack === 'string' ? /^([A-Z]\w{1,99}):/.exec(stack)?.[1] : undefined) ?? 'Error';
}

/** Errors of the workflow sandbox and of other threads are no instances of this thread's `Error`. */
function isError(value: object): boolean {
  return (
    isNativeError(value) ||
    value instanceof Error ||
    (typeof look(value, 'message') === 'string' && typeof look(value, 'stack') === 'string')
  );
}

/** Reads a property, where that is possible: a getter may throw. */
function look(value: object, key: string): unknown {
  try {
    return (value as Record<string, unknown>)[key];
  } catch {
    return undefined;
  }
}

import { z } from 'zod';
import { nearestName } from './nearest-name';
import { oneLine } from './text';

/** One thing that is wrong with a request. */
export interface Problem {
  /** Dotted path of the field (`timing.retry.maximumInterval`); `request` for the whole. */
  field: string;
  message: string;
}

/** A request from outside, read: with its defaults, or every problem that it has. */
export type ReadRequest<R> = { request: R } | { problems: Problem[] };

/** Messages name this many problems; one with every field of a wrong file in it would be too long for a history. */
export const MOST_NAMED = 20;
const LONGEST_KEY = 128;
const UNKNOWN_FIELD = 'unknown field';

/** Whether a field was given that this release does not know. */
export function isUnknownField({ message }: Problem): boolean {
  return message.startsWith(UNKNOWN_FIELD);
}

/** Reads what came from outside by a schema; never throws. */
export function readBy<R>(schema: z.ZodType<R>, input: unknown): ReadRequest<R> {
  try {
    const read = schema.safeParse(input, { reportInput: true });
    const problems = [
      ...(read.error?.issues.flatMap((issue) => problemsOf(issue, schema)) ?? []),
      ...lostTag(input),
    ];
    return read.success && problems.length === 0 ? { request: read.data } : { problems };
  } catch {
    // Only an object of a program can be like that: a getter that throws, a revoked proxy.
    return { problems: [{ field: 'request', message: 'cannot be read' }] };
  }
}

/** zod leaves this key out of a record without a word; a tag that was asked for must not go missing. */
function lostTag(input: unknown): Problem[] {
  const tags = (input as { tags?: unknown } | null | undefined)?.tags;
  const lost = typeof tags === 'object' && tags !== null && Object.hasOwn(tags, '__proto__');
  return lost ? [{ field: 'tags.__proto__', message: 'cannot be a tag key' }] : [];
}

function problemsOf(issue: z.core.$ZodIssue, schema: z.ZodType): Problem[] {
  const at = (...more: string[]) => fieldName([...issue.path.map(String), ...more]);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({ field: at(key), message: unknownField(key, issue.path, schema) }));
    case 'invalid_key':
      return issue.issues.map((inner) => ({ field: at(), message: messageOf(inner) }));
    default:
      return [{ field: at(), message: messageOf(issue) }];
  }
}

/** Says that an object has a field that nobody knows, and which one is meant. */
function unknownField(key: string, path: readonly PropertyKey[], schema: z.ZodType): string {
  const meant = nearestName(key, fieldsOf(schemaAt(path, schema)));
  return meant === undefined
    ? UNKNOWN_FIELD
    : `${UNKNOWN_FIELD} (did you mean "${[...path.map(String), meant].join('.')}"?)`;
}

/** Finds the schema of what is at a path. */
function schemaAt(path: readonly PropertyKey[], schema: unknown): unknown {
  return path.reduce((outer: unknown, key) => {
    const holder = unwrap(outer);
    if (holder instanceof z.ZodObject) return (holder.shape as Record<PropertyKey, unknown>)[key];
    return holder instanceof z.ZodArray ? holder.element : undefined;
  }, schema);
}

/** Lists the fields of an object, and of the objects in it by their dotted paths. */
function fieldsOf(schema: unknown): string[] {
  const holder = unwrap(schema);
  if (!(holder instanceof z.ZodObject)) return [];
  return Object.entries(holder.shape as Record<string, unknown>).flatMap(([key, field]) => [
    key,
    ...fieldsOf(field).map((inner) => `${key}.${inner}`),
  ]);
}

function unwrap(schema: unknown): unknown {
  const isWrapped =
    schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault;
  return isWrapped ? unwrap(schema.unwrap()) : schema;
}

function messageOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type': {
      if (issue.input === undefined) return 'is required';
      const [expected, given] = [NOUNS[issue.expected] ?? issue.expected, nounOf(issue.input)];
      return `must be ${expected}${expected === given ? ' of keys and values' : `, not ${given}`}`;
    }
    case 'invalid_value':
      return `must be ${issue.values.map((value) => `"${String(value)}"`).join(' or ')}`;
    default:
      return issue.message;
  }
}

const NOUNS: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  boolean: 'true or false',
  object: 'an object',
  record: 'an object',
};

function nounOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  return NOUNS[typeof value] ?? `a ${typeof value}`;
}

function fieldName(path: readonly string[]): string {
  return path.length === 0 ? 'request' : path.map(keyName).join('.');
}

/** Names a key in a message: as it is, where it can be read as it is. */
export function keyName(key: string): string {
  const short = oneLine(key, LONGEST_KEY);
  return key !== '' && key === short ? key : JSON.stringify(short);
}

/** One line for people: the problems, each with its field. */
export function describeProblems(problems: readonly Problem[], whole = 'request'): string {
  const named = problems
    .slice(0, MOST_NAMED)
    .map(({ field, message }) => `${field === 'request' ? whole : field}: ${message}`);
  const more = problems.length - named.length;
  return [...named, ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
}

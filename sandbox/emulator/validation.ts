import { z } from 'zod';
import { AwsError, type Protocol } from './protocols';

/** Reads the input of an operation. @throws AwsError that names every problem, as AWS does */
export function readInput<Input>(
  schema: z.ZodType<Input>,
  input: unknown,
  errors: Pick<Protocol['errors'], 'validation' | 'serialization'>,
): Input {
  const read = schema.safeParse(input);
  if (read.success) return read.data;
  const { issues } = read.error;
  const wrongType = issues.find(
    (issue): issue is z.core.$ZodIssueInvalidType =>
      issue.code === 'invalid_type' && !isMissing(valueAt(input, issue.path)),
  );
  if (wrongType !== undefined) {
    const member = wrongType.path.map(String).join('.') || 'input';
    throw new AwsError(errors.serialization, `${member}: must be of type ${wrongType.expected}`);
  }
  const problems = issues.map((issue) => describe(issue, input));
  const count = problems.length === 1 ? '1 validation error' : `${problems.length} validation errors`;
  throw new AwsError(errors.validation, `${count} detected: ${problems.join('; ')}`);
}

/** A text within the limits of a service model. */
export function text(least: number, most: number, pattern: RegExp) {
  return z
    .string()
    .min(least, `Member must have length greater than or equal to ${least}`)
    .max(most, `Member must have length less than or equal to ${most}`)
    .regex(
      pattern,
      `Member must satisfy regular expression pattern: ${pattern.source.replace(/^\^|\$$/g, '')}`,
    );
}

/** A member that may be left out; the JSON protocol knows `null` for that as well. */
export function optional<T extends z.ZodType>(schema: T) {
  return schema.nullish().transform((value) => value ?? undefined);
}

function describe(issue: z.core.$ZodIssue, input: unknown): string {
  if (issue.code === 'unrecognized_keys') return `Unknown member '${issue.keys.join("', '")}'`;
  const value = valueAt(input, issue.path);
  const at = `at '${issue.path.map(camelCase).join('.')}' failed to satisfy constraint`;
  return isMissing(value)
    ? `Value null ${at}: Member must not be null`
    : `Value '${quote(value)}' ${at}: ${issue.message}`;
}

function quote(value: unknown): string {
  try {
    return JSON.stringify(value).slice(0, 300);
  } catch {
    // Lists within lists by the thousand overflow its stack.
    return '…';
  }
}

function isMissing(value: unknown): boolean {
  return value === undefined || value === null;
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key],
    input,
  );
}

function camelCase(key: PropertyKey): string {
  const member = String(key);
  return member.slice(0, 1).toLowerCase() + member.slice(1);
}

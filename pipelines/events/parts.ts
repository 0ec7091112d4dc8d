import type { z } from 'zod';
import { oneLine, readBy, type Problem } from '../../contract';
import { isHolder, ownOf, readJson, type Holder } from './json';

/** Thrown where a part of an event is not what it has to be. */
export class Unreadable extends Error {
  constructor(readonly problem: Problem) {
    super(problem.message);
  }
}

/** Reads an object, or the JSON text of one. */
export function holderOf(value: unknown, field: string): Holder {
  if (value === undefined || value === null) throw unreadable(field, 'is required');
  const read = typeof value === 'string' ? readJson(value) : { value };
  if ('problem' in read)
    throw unreadable(field, `must be an object, or the JSON text of one: it ${read.problem}`);
  if (!isHolder(read.value)) throw unreadable(field, 'must be an object, or the JSON text of one');
  return ownOf(read.value);
}

/** @param whole what the field is called, where it is not the one of the part */
export function readPart<T>(schema: z.ZodType<T>, value: Holder, field: string, whole?: string): T {
  const outcome = readBy(schema, value);
  if ('request' in outcome) return outcome.request;
  const [problem = { field: '', message: 'cannot be read' }] = outcome.problems;
  throw unreadable(whole ?? [field, problem.field].filter(Boolean).join('.'), problem.message);
}

export function unreadable(field: string, message: string): Unreadable {
  return new Unreadable({ field, message });
}

/** A text that an event has, as part of a message; `undefined` where there is none. */
export function wordOf(value: unknown): string | undefined {
  return typeof value === 'string' ? oneLine(value, 200) || undefined : undefined;
}

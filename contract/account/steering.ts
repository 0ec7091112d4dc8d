import { z } from 'zod';
import { describeProblems, readBy } from '../validation';
import type { Progress } from './progress';
import { provisionRequestSchema } from './request';

/** The signals, and the Updates of the same names, that steer the run of an account; with what the UI says about each. */
export const STEERING = {
  pause: 'No new write to AWS until "resume"; a call that is under way finishes. No argument.',
  resume: 'Lets a paused run go on. No argument.',
  retry:
    'Tries again now: cuts a back-off short, or leaves a hold. No argument; or, in a hold, what to correct: {"name": "…", "tags": {"key": "value"}}.',
  abort: 'Ends a held or paused run as failed. Argument: the reason, as a JSON text: "…".',
} as const;

/** The name of a signal, and of the Update like it. */
export type Steer = keyof typeof STEERING;

/** What the Updates answer: where the run stands now. */
export interface SteeredProgress extends Progress {
  /** Says that it was so already, where nothing had to be changed. */
  note?: string;
}

const correction = provisionRequestSchema().pick({ name: true, tags: true }).strict();

/** What `retry` may correct. */
export const correctionSchema = () => correction;

/** What `retry` may correct in a held run: it takes the place of the request's. */
export type Correction = z.output<typeof correction>;

const reasonSchema = z
  .string('must be a text in JSON: "…"')
  .trim()
  .min(1, 'must not be empty')
  .max(500, 'must have 500 characters at the most');

/** Reads the argument of `retry`: nothing, or what to correct; a text says what is wrong with it. */
export function readCorrection(argument: unknown): { correction: Correction | undefined } | string {
  if (argument === undefined || argument === null) return { correction: undefined };
  if (typeof argument === 'symbol') return 'argument: cannot be read as JSON';
  const read = readBy(correction, argument);
  if ('problems' in read) return describeProblems(read.problems, 'argument');
  const { request } = read;
  return { correction: request.name === undefined && request.tags === undefined ? undefined : request };
}

/** Reads the argument of `abort`; a text says what is wrong with it. */
export function readReason(argument: unknown): { reason: string } | string {
  // Only a text is looked into: a program may pass what throws at every look.
  const read = reasonSchema.safeParse(typeof argument === 'string' ? argument : null);
  return read.success
    ? { reason: read.data }
    : `reason: ${read.error.issues.map(({ message }) => message).join('; ')}`;
}

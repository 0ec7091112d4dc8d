import { z } from 'zod';
import type { FieldDifference } from './run-argument';

/**
 * Update of a run that provisions, meant for update-with-start; its argument is the request. An open run that was asked for
 * the same answers with its progress; any other refuses, and says what differs.
 */
export const ENSURE_UPDATE = 'ensure';

/** What the UI says about it. */
export const ENSURE_DESCRIPTION =
  'Joins the run where it was asked for the same, and refuses with the fields that differ where not. Argument: the request.';

const shared = { accountId: z.string(), remedy: z.string() };

const refusalSchema = z.discriminatedUnion('situation', [
  z.object({
    situation: z.literal('requestDiffers'),
    ...shared,
    differences: z
      .array(z.object({ field: z.string(), running: z.unknown().optional(), asked: z.unknown().optional() }))
      .describe('the fields, with dotted paths; `running` or `asked` is absent where it is not set'),
  }),
  z.object({
    situation: z.literal('otherRunOpen'),
    ...shared,
    workflowType: z.string().describe('that of the open run'),
    why: z.string().optional().describe('what is the matter with it, where its type is not'),
  }),
  z.object({
    situation: z.literal('invalidRequest'),
    ...shared,
    problems: z.array(z.object({ field: z.string(), message: z.string() })),
  }),
]);

export const ensureRefusalSchema = () => refusalSchema;

/** Why `ensure` was refused: the first of the details of its failure. */
export type EnsureRefusal = z.output<typeof refusalSchema>;

/** The failure type of each refusal. */
export const REFUSAL_TYPES = {
  requestDiffers: 'RequestDiffers',
  otherRunOpen: 'OtherRunOpen',
  invalidRequest: 'InvalidRequest',
} as const satisfies Record<EnsureRefusal['situation'], string>;

/** Reads why `ensure` was refused; `undefined` where the failure says something else. */
export function readRefusal(failure: unknown): EnsureRefusal | undefined {
  const { details } = (failure ?? {}) as { details?: unknown };
  return Array.isArray(details) ? refusalSchema.safeParse(details[0]).data : undefined;
}

/** Names the fields in which two requests differ, for people. */
export function describeRequestDifferences(differences: readonly FieldDifference[]): string {
  return differences
    .map(({ field, running, asked }) => `${field} is ${show(running)}, asked ${show(asked)}`)
    .join('; ');
}

function show(value: unknown): string {
  return value === undefined ? 'not set' : JSON.stringify(value);
}

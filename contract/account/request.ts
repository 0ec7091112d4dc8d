import ms, { type StringValue } from 'ms';
import { z } from 'zod';
import { WORKFLOW_ID_TAG } from '../names';
import { readBy, type ReadRequest } from '../validation';
import { regionProblem } from './regions';

// Limits: API_CreateInstance and API_Tag of the IAM Identity Center API reference. AWS allows 75 tags; one is ours.
const NAME = /^[\w+=,.@-]+$/;
const TAG_TEXT = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
const MAX_TAGS = 74;

const accountId = z.string().regex(/^\d{12}$/, 'must be an AWS account ID: 12 digits');

const regionSchema = z.string().superRefine((text, context) => {
  const message = regionProblem(text);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});

const tagsSchema = z
  .record(
    z
      .string()
      .min(1, 'tag key must have 1 to 128 characters')
      .max(128, 'tag key must have 1 to 128 characters')
      .regex(TAG_TEXT, 'tag key may hold letters, digits, spaces and _ . : / = + - @')
      .refine((key) => key !== WORKFLOW_ID_TAG, { error: 'this tag key belongs to the orchestrator' })
      .refine((key) => !/^aws:/i.test(key), { error: 'tag keys that begin with "aws:" belong to AWS' }),
    z
      .string()
      .max(256, 'tag value must have 256 characters at the most')
      .regex(TAG_TEXT, 'tag value may hold letters, digits, spaces and _ . : / = + - @'),
  )
  .refine((tags) => Object.keys(tags).length <= MAX_TAGS, { error: `no more than ${MAX_TAGS} tags` });

const DURATION = /^\d{1,9}(\.\d{1,3})?(ms|s|m|h|d)$/;

/** Makes the schema of a duration as people write it: a number and a unit, `ms`, `s`, `m`, `h` or `d` (`"30s"`, `"1.5h"`). */
export const durationUpTo = (longest: string) =>
  z
    .string()
    .regex(DURATION, 'must be a duration: a number and a unit (ms, s, m, h, d), such as "30s"')
    .refine(
      (text) =>
        !DURATION.test(text) || (milliseconds(text) > 0 && milliseconds(text) <= milliseconds(longest)),
      { error: `must be longer than 0 and no longer than ${longest}` },
    );

const duration = durationUpTo('365d');

/** Of whoever waits for a run, as a process: no timer of Node.js is longer. */
const timeoutSchema = z.strictObject({ timeout: durationUpTo('24d').optional() });

/** Reads how long somebody waits for a run that goes on by itself. */
export function readTimeout(timeout: unknown): ReadRequest<{ timeout?: string | undefined }> {
  return readBy(timeoutSchema, { timeout });
}

/** The milliseconds in a duration that the schema has accepted. */
export function milliseconds(duration: string): number {
  return ms(duration as StringValue);
}

const FACTOR = 'must be from 1 to 10';

/** How long a held run waits, unless the request says otherwise. */
export const DEFAULT_HOLD_TIMEOUT = '7d';

// The description of a field is told to people as it stands here: in the help of the command and in the documentation.
const timingSchema = z.strictObject({
  createTimeout: duration.default('1h').describe('how long CreateInstance is tried'),
  activeTimeout: duration
    .default('30m')
    .describe('how long the instance may take to become ACTIVE, and to be deleted'),
  accountReadyTimeout: duration
    .default('30m')
    .describe('how long a new account may refuse the role or the service'),
  holdTimeout: duration.default(DEFAULT_HOLD_TIMEOUT).describe('how long a held run waits'),
  retry: z
    .strictObject({
      initialInterval: duration
        .default('1s')
        .describe(
          'the longest first pause; each is random, under initialInterval × backoffCoefficient ^ (attempt - 1)',
        ),
      backoffCoefficient: z
        .number()
        .min(1, FACTOR)
        .max(10, FACTOR)
        .default(2)
        .describe('by how much the longest pause grows each time, from 1 to 10'),
      maximumInterval: duration.default('60s').describe('the longest pause of all'),
    })
    .prefault({}),
  pollInterval: duration
    .default('5s')
    .describe('the first pause between two looks at the instance; it grows by half each time, up to 15 s'),
});

const provisionSchema = z.strictObject({
  accountId: accountId.describe('the AWS account: 12 digits, the same as in the workflow ID'),
  region: regionSchema.describe('Region of the instance, as AWS codes it'),
  name: z
    .string()
    .min(1, { error: 'must not be empty', abort: true })
    .max(255, 'must have 255 characters at the most')
    .regex(NAME, 'may hold letters, digits and _ + = , . @ -')
    .optional()
    .describe('name of the instance, as AWS limits it'),
  tags: tagsSchema
    .optional()
    .describe(`tags of the instance, as AWS limits them; ${MAX_TAGS} at the most, as one is ours`),
  existing: z
    .enum(['fail', 'adopt', 'adoptAnywhere'])
    .default('fail')
    .describe(
      'what to do with an instance of the account that no run of ours made: end, or take it over, where it is in the asked Region or in whatever Region',
    ),
  onCancel: z
    .enum(['delete', 'keep'])
    .default('delete')
    .describe('what a cancelled run does with the instance that it made'),
  onFailure: z
    .enum(['fail', 'hold'])
    .default('fail')
    .describe('what a run that has to stop does: end, or stay open and wait for "retry" or "abort"'),
  onCreateFailed: z
    .enum(['fail', 'recreate'])
    .default('fail')
    .describe(
      'what to do where AWS says CREATE_FAILED: end, or delete the failed instance and make the next',
    ),
  timing: timingSchema.prefault({}),
});

export const accountIdSchema = () => accountId;

/**
 * The request: the one argument of the workflow. A function, as are all schemas that leave their module: the workflow
 * bundle preloads this folder, the SDK freezes whatever objects a preloaded module exports, and zod's schemas build parts
 * of themselves when they are first used.
 */
export const provisionRequestSchema = () => provisionSchema;

/** A request with every default filled in. */
export type ProvisionRequest = z.output<typeof provisionSchema>;

/** A request as a caller writes it. */
export type ProvisionRequestInput = z.input<typeof provisionSchema>;

const INSTANCE_ARN = /^arn:aws(-[a-z]+)*:sso:::instance\/(sso)?ins-[a-zA-Z0-9-.]{16}$/;

const deprovisionSchema = z.strictObject({
  accountId: accountId.describe('the AWS account: 12 digits, the same as in the workflow ID'),
  region: regionSchema
    .optional()
    .describe(
      'a Region to look from, though the look goes over all; default: the worker’s, which is of its partition',
    ),
  instanceArn: z
    .string()
    .regex(INSTANCE_ARN, 'must be the ARN of an instance: arn:aws:sso:::instance/ssoins-…')
    .optional()
    .describe('delete this instance though it does not carry our tag: its ARN, as a confirmation'),
  timing: timingSchema.prefault({}),
});

/** The request of a run that deletes: the one argument of its workflow. */
export const deprovisionRequestSchema = () => deprovisionSchema;

/** A request to delete, with every default filled in. */
export type DeprovisionRequest = z.output<typeof deprovisionSchema>;

/** A request to delete as a caller writes it. */
export type DeprovisionRequestInput = z.input<typeof deprovisionSchema>;

/** Tells whether a request takes over an instance that no run of the account made in the asked Region. */
export function mayAdopt(existing: ProvisionRequest['existing'], isElsewhere: boolean): boolean {
  return existing === 'adoptAnywhere' || (existing === 'adopt' && !isElsewhere);
}

/** Reads a request to provision. */
export function readRequest(input: unknown): ReadRequest<ProvisionRequest> {
  return readBy(provisionSchema, input);
}

/** One line for lists and headings. */
export function summaryOf({ accountId, region, name }: ProvisionRequest): string {
  return `provision ${accountId} in ${region}${name === undefined ? '' : ` as ${name}`}`.slice(0, 200);
}

/** One line for lists and headings, of a run that deletes. */
export function summaryOfDeprovisioning({ accountId, instanceArn }: DeprovisionRequest): string {
  return `deprovision ${accountId}${instanceArn === undefined ? '' : `: ${instanceArn}`}`;
}

/** Reads a request to delete. */
export function readDeprovisionRequest(input: unknown): ReadRequest<DeprovisionRequest> {
  return readBy(deprovisionSchema, input);
}

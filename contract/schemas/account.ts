import { z } from 'zod';
import type { InstanceDifference } from '../account/differences';
import type { DeprovisionResult, Progress, ProvisionResult } from '../account/progress';
import { STAGES } from '../account/progress';
import { provisionRequestSchema } from '../account/request';
import type { SteeredProgress } from '../account/steering';
import type { FailureDetails, FailureParts } from '../failures/message';
import { announcements } from './announcement';
import { awsRequestId, progressFailure, situation } from './progress-failure';
import { oneOf, text, time, whole, type Shape } from './shape';

export const accountId = text('the AWS account');
const clientToken = text('the ClientToken of the last CreateInstance call');
const generation = whole(
  'how many ClientTokens the account has used; one more each time an instance was deleted',
).min(1);

/** How an instance is not what was asked for. */
export const differences = z
  .array(
    z.object({
      field: text('`region`, `name`, or a tag: `tags.team`'),
      asked: text('what was asked for'),
      actual: text('what the instance has; absent: nothing').exactOptional(),
    } satisfies Shape<InstanceDifference>),
  )
  .describe('in what the instance is not what was asked for');

export const provisionResultSchema = () =>
  z.object({
    accountId,
    region: text('the Region that the instance lives in'),
    instanceArn: text('ARN of the instance'),
    identityStoreId: text('its identity store'),
    status: z.literal('ACTIVE').describe('no run ends well with any other'),
    outcome: z
      .enum(['created', 'alreadyProvisioned', 'adopted'])
      .describe('who made the instance: this run, an earlier run of the account, or somebody else'),
    clientToken,
    generation,
    differences: differences.exactOptional(),
  } satisfies Shape<ProvisionResult>) satisfies z.ZodType<ProvisionResult>;

export const deprovisionResultSchema = () =>
  z.object({
    accountId,
    outcome: z.enum(['deleted', 'nothingThere']).describe('what became of the instance'),
    instanceArn: text('what was deleted').exactOptional(),
    region: text('where it was').exactOptional(),
  } satisfies Shape<DeprovisionResult>) satisfies z.ZodType<DeprovisionResult>;

export const progressFields = () =>
  ({
    stage: oneOf(STAGES).describe('where the run stands'),
    instanceArn: text('the instance that the run goes on with, once there is one').exactOptional(),
    clientToken: clientToken.exactOptional(),
    generation: generation.exactOptional(),
    request: provisionRequestSchema()
      .describe('what is asked for, with all defaults, as `retry` has corrected it')
      .exactOptional(),
    askedBy: text('`fleet accounts`, another workflow, or the client that started the run').exactOptional(),
    paused: z.boolean().describe('no write is sent to AWS until `resume`'),
    failure: progressFailure
      .describe('what the run deals with, is held for, or has ended with')
      .exactOptional(),
    since: time('when the present stage began'),
    heldUntil: time('when a held run stops waiting, and fails').exactOptional(),
    steps: z
      .array(
        z.object({ stage: oneOf(STAGES), at: time('when it began') } satisfies Shape<
          Progress['steps'][number]
        >),
      )
      .describe('the stages of the run: the first, and the latest'),
    notes: z
      .array(z.object({ at: time('when'), text: text('one line') }))
      .describe('what came of signals, and what the run leaves behind; the latest')
      .exactOptional(),
    announcements: announcements.exactOptional(),
  }) satisfies Shape<Progress>;

export const progressSchema = () => z.object(progressFields()) satisfies z.ZodType<Progress>;

export const steeredProgressSchema = () =>
  z.object({
    ...progressFields(),
    note: text('says that it was so already, where nothing had to be changed').exactOptional(),
  } satisfies Shape<SteeredProgress>) satisfies z.ZodType<SteeredProgress>;

export const failurePartsFields = () =>
  ({
    situation,
    accountId,
    operation: text('the AWS operation; absent where the failure is the run’s own').exactOptional(),
    detail: text('AWS’s own words, or what else makes the cause plain').exactOptional(),
    awsRequestId: awsRequestId.exactOptional(),
    httpStatus: whole('of AWS’s answer').exactOptional(),
    remedy: text('the next step').exactOptional(),
  }) satisfies Shape<FailureParts>;

export const failureDetailsSchema = () =>
  z.object({
    ...failurePartsFields(),
    remedy: text('the next step'),
  } satisfies Shape<FailureDetails>) satisfies z.ZodType<FailureDetails>;

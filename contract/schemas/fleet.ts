import { z } from 'zod';
import type { FleetCause, FleetHold } from '../fleet/causes';
import type { AccountFailure, AccountOutcome, FleetCounts } from '../fleet/outcome';
import type { UnfinishedAccount } from '../fleet/page';
import {
  FLEET_STAGES,
  type FleetCalls,
  type FleetProgress,
  type FleetResult,
  type FleetStop,
  type SteeredFleet,
} from '../fleet/progress';
import { differences } from './account';
import { oneOf, text, time, whole, type Shape } from './shape';

const accountId = text('the AWS account');

const counts = {
  succeeded: whole('accounts that have their instance'),
  failed: whole('accounts whose run failed'),
  cancelled: whole('accounts whose run was cancelled'),
  skipped: whole('accounts that were never begun'),
} satisfies Shape<FleetCounts>;

const cause = {
  type: text('failure type'),
  count: whole('how many accounts have it'),
  example: text('what happened to one of them'),
  remedy: text('the next step').exactOptional(),
  accounts: z.array(z.string()).describe('the first of them'),
} satisfies Shape<FleetCause>;

const causes = z.array(z.object(cause)).describe('the failures, by cause');

const situation = text('the row of the table of failures').exactOptional();
const heldUntil = time('when it stops waiting, and fails');

const holds = z
  .array(z.object({ ...cause, situation, heldUntil } satisfies Shape<FleetHold>))
  .describe('why accounts are held, the most frequent cause first');

const calls = z
  .object({
    sent: whole('calls that were sent'),
    throttled: whole('calls that AWS throttled'),
    spanMs: whole('length of a span in milliseconds'),
    course: z
      .array(
        z.object({
          span: whole('counted from the start of the fleet, from 0'),
          sent: whole('calls that were sent'),
          throttled: whole('calls that AWS throttled'),
        }),
      )
      .describe('the calls by span of time; spans without any are left out'),
  } satisfies Shape<FleetCalls>)
  .describe('calls to Identity Center, as far as the workers have told them');

const differing = whole('of those that succeeded, the ones whose instance is not as asked');
const name = text('the name of the fleet');
const pageIdPrefix = text('workflow IDs of its pages are this, and a number from 0 on');

export const fleetResultSchema = () =>
  z.object({
    ...counts,
    name,
    startedAt: time('when it began'),
    accounts: whole('accounts of all pages'),
    causes,
    differing,
    pages: whole('how many pages there are; the result of each is the outcomes of its accounts'),
    pageIdPrefix,
  } satisfies Shape<FleetResult>) satisfies z.ZodType<FleetResult>;

const progressFields = () =>
  ({
    ...counts,
    name,
    stage: oneOf(FLEET_STAGES).describe('where the fleet stands'),
    accounts: whole('accounts of the pages that have arrived'),
    pages: z
      .object({ arrived: whole('without a gap, from page 0 on'), expected: whole('in all') })
      .describe('how many pages there are'),
    waiting: whole('accounts that are not begun'),
    open: whole('accounts whose run is open'),
    held: whole('of the open ones, those that wait for a person'),
    notReady: whole('of the open ones, those that wait until the account lets the worker in'),
    maxConcurrent: whole('runs that may be open at once, held ones aside'),
    startedAt: time('when it began'),
    causes,
    holds,
    differing,
    calls,
    pageIdPrefix,
    stopped: z
      .object({
        failed: whole('the accounts that had failed when it stopped'),
        stopAfterFailures: z.union([z.number(), z.string()]).describe('a count, or a share of all: "5%"'),
      } satisfies Shape<FleetStop>)
      .describe('that so many accounts failed that no further one is begun')
      .exactOptional(),
    notes: z.array(z.string()).describe('what came of signals that made no sense').exactOptional(),
  }) satisfies Shape<FleetProgress>;

export const fleetProgressSchema = () => z.object(progressFields()) satisfies z.ZodType<FleetProgress>;

export const steeredFleetSchema = () =>
  z.object({
    ...progressFields(),
    note: text('says that it was so already, where nothing had to be changed').exactOptional(),
    retried: z
      .object({
        failed: whole('accounts that had failed'),
        held: whole('accounts that were held'),
        notReady: whole('accounts that were not ready'),
      } satisfies Shape<NonNullable<SteeredFleet['retried']>>)
      .describe('the accounts that `retry` tries again, by where they stood')
      .exactOptional(),
  } satisfies Shape<SteeredFleet>) satisfies z.ZodType<SteeredFleet>;

const accountFailure = z.object({
  type: text('failure type'),
  situation,
  whatHappened: text('what happened'),
  awsRequestId: text('what AWS Support asks for').exactOptional(),
  remedy: text('the next step').exactOptional(),
} satisfies Shape<AccountFailure>) satisfies z.ZodType<AccountFailure>;

/** What was asked for. */
const asked = {
  region: text('the Region that was asked for').exactOptional(),
  name: text('the name that was asked for').exactOptional(),
};

/** The result of a page, and of its query `outcomes`, is a list of these. */
export const accountOutcomeSchema = () =>
  z.object({
    accountId,
    ...asked,
    end: z.enum(['succeeded', 'failed', 'cancelled', 'skipped']).describe('how the account ended'),
    outcome: text('how a run that succeeded came to its instance').exactOptional(),
    instanceArn: text('ARN of the instance').exactOptional(),
    replaced: text('ARN of the instance that the account had had, and that is gone').exactOptional(),
    differences: differences.exactOptional(),
    failure: accountFailure.describe('why it failed').exactOptional(),
    startedAt: time('when the fleet began with it').exactOptional(),
    endedAt: time('when it ended'),
    reason: text('why the manifest has the account skipped').exactOptional(),
  } satisfies Shape<AccountOutcome>) satisfies z.ZodType<AccountOutcome>;

/** The query `unfinished` of a page answers with a list of these. */
export const unfinishedAccountSchema = () =>
  z.object({
    accountId,
    ...asked,
    end: z.enum(['held', 'notReady', 'open', 'waiting']).describe('what it waits for'),
    startedAt: time('when the fleet began with it').exactOptional(),
    failure: accountFailure.describe('why it is held').exactOptional(),
    heldUntil: heldUntil.exactOptional(),
  } satisfies Shape<UnfinishedAccount>) satisfies z.ZodType<UnfinishedAccount>;

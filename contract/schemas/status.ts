import { z } from 'zod';
import {
  RUN_STATUSES,
  type AccountStatus,
  type AnnouncementStatus,
  type PendingActivity,
  type ReceiverStatus,
} from '../account/status';
import {
  accountId,
  deprovisionResultSchema,
  failurePartsFields,
  progressFields,
  provisionResultSchema,
} from './account';
import { announcementNewsFields } from './announcement';
import { progressFailure } from './progress-failure';
import { text, time, whole, type Shape } from './shape';

const attempt = whole('the attempt that is under way or comes next, from 1');
const nextAttemptAt = time('when the next attempt is; absent while one is under way').exactOptional();

const pending = () =>
  z.object({
    activity: text('its type'),
    attempt,
    failure: progressFailure.describe('what the last attempt said').exactOptional(),
    parts: z.object(failurePartsFields()).describe('what that failure is made of').exactOptional(),
    nextAttemptAt,
  } satisfies Shape<PendingActivity>);

const receivers = () =>
  z.array(
    z.object({
      receiver: text('its name'),
      state: z.enum(['underWay', 'received', 'superseded', 'failed']).describe('whether it has it'),
      at: time('when it came to that; absent while it is under way').exactOptional(),
      failure: progressFailure.describe('what the last attempt said').exactOptional(),
      attempt: attempt.exactOptional(),
      nextAttemptAt,
    } satisfies Shape<ReceiverStatus>),
  );

export const accountStatusSchema = () =>
  z.object({
    ...progressFields(),
    accountId,
    workflowId: text('workflow ID of the run'),
    runId: text('its run ID'),
    workflowType: text('`provisionIdentityCenter` or `deprovisionIdentityCenter`'),
    status: z.enum(RUN_STATUSES).describe('Temporal’s status of the run'),
    startedAt: time('when the run began'),
    closedAt: time('when it ended').exactOptional(),
    pending: pending().describe('the call that is under way or is tried again').exactOptional(),
    announcements: z
      .array(
        z.object({
          ...announcementNewsFields(),
          receivers: receivers().describe('who has the latest').exactOptional(),
        } satisfies Shape<AnnouncementStatus>),
      )
      .describe('what the run has announced, where its workers have receivers; the latest')
      .exactOptional(),
    result: z
      .union([provisionResultSchema(), deprovisionResultSchema()])
      .describe('of a run that has ended well')
      .exactOptional(),
    notice: text('why something is missing here, and what to do about it').exactOptional(),
  } satisfies Shape<AccountStatus>) satisfies z.ZodType<AccountStatus>;

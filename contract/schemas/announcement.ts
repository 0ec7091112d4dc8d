import { z } from 'zod';
import {
  ANNOUNCEMENT_TYPES,
  type AnnouncedRun,
  type Announcement,
  type AnnouncementNews,
} from '../announcements/announcement';
import { progressFailure } from './progress-failure';
import { oneOf, text, time, type Shape } from './shape';

const type = oneOf(ANNOUNCEMENT_TYPES).describe('what is announced');

export const announcementSchema = () =>
  z.object({
    id: text('the same at each try: whoever has it already drops it'),
    version: z.literal(1).describe('of this document; a later release adds fields, and keeps these'),
    type,
    timestamp: time('when the run came to it'),
    data: z
      .object({
        accountId: text('the AWS account'),
        workflowType: text('`provisionIdentityCenter` or `deprovisionIdentityCenter`'),
        workflowId: text('workflow ID of the run'),
        runId: text('its run ID'),
        fleet: text('the fleet that the run is part of').exactOptional(),
        region: text('the Region that the instance is in, or was asked for').exactOptional(),
        instanceArn: text(
          'ARN of the instance: the one that is ACTIVE, was deleted, or is left',
        ).exactOptional(),
        identityStoreId: text('its identity store; only after success').exactOptional(),
        outcome: z
          .enum(['created', 'alreadyProvisioned', 'adopted', 'deleted', 'nothingThere'])
          .describe('what became of the instance; only after success')
          .exactOptional(),
        failure: progressFailure.describe('what the run has failed with, or is held for').exactOptional(),
        heldUntil: time('when a held run stops waiting, and fails').exactOptional(),
      } satisfies Shape<AnnouncedRun>)
      .describe('the run'),
  } satisfies Shape<Announcement>) satisfies z.ZodType<Announcement>;

export const announcementNewsFields = () =>
  ({
    type,
    at: time('when'),
    workflowId: text('the workflow that takes it to the receivers: its query `progress` says who has it'),
  }) satisfies Shape<AnnouncementNews>;

export const announcements = z
  .array(z.object(announcementNewsFields()))
  .describe('what the run has announced, where its workers have receivers; the latest');

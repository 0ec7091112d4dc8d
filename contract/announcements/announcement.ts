import { z } from 'zod';
import type { DeprovisionResult, Outcome, ProgressFailure } from '../account/progress';
import { readBy, type ReadRequest } from '../validation';

/** Workflow type that takes the announcement of a run to its receivers. A run starts it, and does not wait for it. */
export const ANNOUNCE_WORKFLOW = 'announceRun';

/**
 * Names the task queue of the attempts to tell receivers, which workers with receivers poll. It is none of the runs': what
 * limits the calls to AWS holds up no announcement, and no receiver, however often it is tried, takes anything of that.
 */
export function announcementQueueOf(taskQueue: string): string {
  return `${taskQueue}-announcements`;
}

/** What a run announces, each with what it means. */
export const ANNOUNCEMENT_TYPES = {
  'run.succeeded': 'the run has ended with what was asked for',
  'run.failed': 'the run has failed; also where what a cancelled run made could not be removed',
  'run.cancelled': 'the run was cancelled, and has done what onCancel says',
  'run.held': 'the run has stopped, and waits for a person; said once, when the hold begins',
} as const;

/** What is announced. */
export type AnnouncementType = keyof typeof ANNOUNCEMENT_TYPES;

/** What receivers are given: the end of a run, or the beginning of a hold. Its envelope is that of Standard Webhooks. */
export interface Announcement {
  /** Of the run and of what it announces: the same at each try, so that whoever has it already drops it. */
  id: string;
  version: 1;
  type: AnnouncementType;
  /** When the run came to it. ISO 8601. */
  timestamp: string;
  data: AnnouncedRun;
}

/** What is said of the run. */
export interface AnnouncedRun {
  accountId: string;
  workflowType: string;
  workflowId: string;
  runId: string;
  /** The name of the fleet that the run is part of. */
  fleet?: string;
  /** Where the instance is, or was asked for. */
  region?: string;
  instanceArn?: string;
  identityStoreId?: string;
  outcome?: Outcome | DeprovisionResult['outcome'];
  /** What the run has failed with, or is held for. */
  failure?: ProgressFailure;
  /** When a held run stops waiting, and fails. ISO 8601. */
  heldUntil?: string;
}

/** A receiver, as workflows know it: nothing of where it is. */
export interface KnownReceiver {
  name: string;
  /** What it is told. */
  types: readonly AnnouncementType[];
}

/** That a run has announced something. */
export interface AnnouncementNews {
  type: AnnouncementType;
  /** ISO 8601. */
  at: string;
  /** The workflow that takes it to the receivers. */
  workflowId: string;
}

/** A run remembers this many of its announcements. */
export const MAX_ANNOUNCEMENTS = 5;

/** Whether a receiver has an announcement. */
export interface Reception {
  receiver: string;
  /** `superseded`: a later run of the account has said more, so that a parameter stays as that has set it. */
  state: 'underWay' | 'received' | 'superseded' | 'failed';
  /** When it came to that. ISO 8601; absent while it is under way. */
  at?: string;
  failure?: ProgressFailure;
}

/** What the query `progress` of an announcement answers. */
export interface AnnouncementProgress {
  announcement: Announcement;
  receptions: Reception[];
}

/** The argument of {@link ANNOUNCE_WORKFLOW}. */
export interface AnnounceRequest {
  announcement: Announcement;
  /** The names of the receivers. */
  receivers: string[];
  /** How long a receiver is tried. */
  giveUpAfter: string;
}

/** The one ID of what a run announces. @param what its end, or which of its holds */
export function announcementIdOf(workflowId: string, runId: string, what: string): string {
  return `${workflowId}/${runId}/${what}`;
}

/** The workflow ID of an announcement. */
export function announcementWorkflowIdOf(accountId: string, runId: string, what: string): string {
  return `identity-center-announcement/${accountId}/${runId}/${what}`;
}

const text = z.string().min(1).max(2_000);

// Only runs write it, so it is read for what is done with it here.
const requestSchema: z.ZodType<AnnounceRequest> = z.object({
  announcement: z.looseObject({
    id: text,
    version: z.literal(1),
    type: z.enum(Object.keys(ANNOUNCEMENT_TYPES) as AnnouncementType[]),
    timestamp: text,
    data: z.looseObject({
      accountId: z.string().regex(/^\d{12}$/),
      workflowType: text,
      workflowId: text,
      runId: text,
    }),
  }),
  receivers: z.array(text).max(100),
  giveUpAfter: z.string().regex(/^\d{1,4}[smhd]$/),
});

/** Reads the argument of {@link ANNOUNCE_WORKFLOW}. */
export function readAnnounceRequest(input: unknown): ReadRequest<AnnounceRequest> {
  return readBy(requestSchema, input);
}

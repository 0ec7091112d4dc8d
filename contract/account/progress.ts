import type { AnnouncementNews } from '../announcements/announcement';
import type { Situation } from '../failures/table';
import type { InstanceDifference } from './differences';
import type { ProvisionRequest } from './request';

/** Every stage of a run, with what it means. */
export const STAGES = {
  creating: 'asks AWS to create the instance, and looks for a few seconds whether it is ACTIVE',
  waitingForActive: 'AWS is making the instance; waits until it is ACTIVE',
  reconciling: 'looks over all Regions for what the account has',
  held: 'has stopped, and waits for a person',
  rollingBack: 'removes what the run made',
  deleting: 'deletes the instance, and waits until it is gone',
  active: 'the instance is ACTIVE',
  deleted: 'the account has no instance any more',
  failed: 'ended without what was asked for',
  cancelled: 'was cancelled',
} as const;

/** Where a run stands. */
export type Stage = keyof typeof STAGES;

/** The stages in which a run has ended. */
export const END_STAGES: readonly Stage[] = ['active', 'deleted', 'failed', 'cancelled'];

/** How an instance came to be ACTIVE: made by this run, by an earlier run of the account, or by somebody else. */
export type Outcome = 'created' | 'alreadyProvisioned' | 'adopted';

/** What a successful run returns. */
export interface ProvisionResult {
  accountId: string;
  /** The Region the instance lives in. */
  region: string;
  instanceArn: string;
  identityStoreId: string;
  status: 'ACTIVE';
  outcome: Outcome;
  /** The ClientToken of the last CreateInstance call. */
  clientToken: string;
  generation: number;
  /** Where the instance is not what was asked for, and stays as it is; absent: nowhere. */
  differences?: InstanceDifference[];
}

/** What a run that deletes returns. */
export interface DeprovisionResult {
  accountId: string;
  outcome: 'deleted' | 'nothingThere';
  /** What was deleted, and where it was. */
  instanceArn?: string;
  region?: string;
}

/** A failure as people and pipelines read it. */
export interface ProgressFailure {
  /** The AWS error name, or one of our own failure types. */
  type: string;
  /** The row of the table of failures, which tells apart what goes by the same type; absent where the failure is not ours. */
  situation?: Situation;
  /** The account, what happened, and the next step: reads well on its own. */
  message: string;
  /** What happened, without the account and the next step. */
  whatHappened: string;
  awsRequestId?: string;
  /** The next step. */
  remedy?: string;
}

/** What the `progress` query answers. Times are ISO 8601. */
export interface Progress {
  stage: Stage;
  instanceArn?: string;
  /** The token and its generation; absent in a run that deletes. */
  clientToken?: string;
  generation?: number;
  /** What is asked for, as corrected by `retry`; absent in a run that deletes. */
  request?: ProvisionRequest;
  /** No write is sent to AWS until `resume`. */
  paused: boolean;
  /** Who asked: `fleet accounts`, another workflow, or the client that started the run, as it names itself. */
  askedBy?: string;
  failure?: ProgressFailure;
  /** When the present stage began. */
  since: string;
  /** When a held run stops waiting and fails. */
  heldUntil?: string;
  /** The stages of the run, with the beginning of each: the first {@link FIRST_STEPS}, and the latest; {@link MAX_STEPS} in all. */
  steps: { stage: Stage; at: string }[];
  /** What came of signals, and what the run leaves behind; the latest {@link MAX_NOTES}. */
  notes?: { at: string; text: string }[];
  /** What the run has announced, where its workers have receivers; the latest five. */
  announcements?: AnnouncementNews[];
}

/** A run remembers this many of its first stages, however many follow. */
export const FIRST_STEPS = 10;

/** A run remembers this many stages in all. */
export const MAX_STEPS = 50;

/** A run remembers this many notes. */
export const MAX_NOTES = 10;

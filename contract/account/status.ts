import { z } from 'zod';
import type { AnnouncementNews, Reception } from '../announcements/announcement';
import type { FailureParts } from '../failures/message';
import { readBy, type ReadRequest } from '../validation';
import type { DeprovisionResult, Progress, ProgressFailure, ProvisionResult } from './progress';
import { accountIdSchema } from './request';

/** Temporal's names of what a run can be in. */
export const RUN_STATUSES = [
  'UNSPECIFIED',
  'RUNNING',
  'COMPLETED',
  'FAILED',
  'CANCELLED',
  'TERMINATED',
  'CONTINUED_AS_NEW',
  'TIMED_OUT',
  'PAUSED',
  'UNKNOWN',
] as const;

/**
 * Tells whether an execution goes on. One that somebody has paused in the server does, once it is unpaused: the workflow ID is
 * taken until then.
 */
export function isOpenStatus(status: string): boolean {
  return status === 'RUNNING' || status === 'PAUSED';
}

/** The condition of a list that chooses open executions, running or paused. */
export const IS_OPEN = 'CloseTime IS NULL';

/** An activity that the server retries, as `DescribeWorkflowExecution` shows it. */
export interface PendingActivity {
  activity: string;
  attempt: number;
  /** What the last attempt said. */
  failure?: ProgressFailure;
  /** What that failure is made of, where it is one of ours. */
  parts?: FailureParts;
  /** ISO 8601; absent while an attempt is under way. */
  nextAttemptAt?: string;
}

/** A receiver of an announcement, and how it goes on. */
export interface ReceiverStatus extends Reception {
  /** Of a receiver that has not got it: the attempt that is under way or comes next. */
  attempt?: number;
  /** ISO 8601; absent while an attempt is under way. */
  nextAttemptAt?: string;
  /** What the last attempt said, or what it has failed with. */
  failure?: ProgressFailure;
}

/** What a run has announced, and who has it. */
export interface AnnouncementStatus extends AnnouncementNews {
  /** Of the latest only; absent where no worker answers, or Temporal has forgotten it. */
  receivers?: ReceiverStatus[];
}

/** Where the latest run of an account stands. Times are ISO 8601. */
export interface AccountStatus extends Progress {
  accountId: string;
  workflowId: string;
  runId: string;
  /** What the run does: `provisionIdentityCenter` or `deprovisionIdentityCenter`. */
  workflowType: string;
  /** Temporal's status of the run. */
  status: (typeof RUN_STATUSES)[number];
  startedAt: string;
  closedAt?: string;
  pending?: PendingActivity;
  announcements?: AnnouncementStatus[];
  result?: ProvisionResult | DeprovisionResult;
  /** Why something is missing here, and what to do about it. */
  notice?: string;
}

const statusRequest = z.strictObject({
  accountId: accountIdSchema().describe('the AWS account: 12 digits'),
});

export const statusRequestSchema = () => statusRequest;

/** Whose status is asked for. */
export type StatusRequest = z.output<typeof statusRequest>;

/** Reads whose status is asked for. */
export function readStatusRequest(input: unknown): ReadRequest<StatusRequest> {
  return readBy(statusRequest, input);
}

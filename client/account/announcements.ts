import type { Client } from '@temporalio/client';
import {
  defined,
  PROGRESS_QUERY,
  type AnnouncementNews,
  type AnnouncementProgress,
  type ProgressFailure,
  type Reception,
} from '../../contract';
import { isNoWorkflow, isUnansweredQuery } from '../server-errors';
import { readAllPending } from './pending';

const QUERY_TIMEOUT_MS = 5_000;

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

/** Reads which receivers have what a run has announced last. */
export async function readAnnouncements(
  client: Client,
  announced: readonly AnnouncementNews[],
): Promise<AnnouncementStatus[]> {
  const latest = announced.at(-1);
  if (latest === undefined) return [];
  const receivers = await readReceivers(client, latest.workflowId);
  return [...announced.slice(0, -1), { ...latest, ...defined({ receivers }) }];
}

async function readReceivers(client: Client, workflowId: string): Promise<ReceiverStatus[] | undefined> {
  try {
    const handle = client.workflow.getHandle(workflowId);
    const [description, { receptions }] = await Promise.all([
      handle.describe(),
      client.connection.withDeadline(Date.now() + QUERY_TIMEOUT_MS, () =>
        handle.query<AnnouncementProgress>(PROGRESS_QUERY),
      ),
    ]);
    const pending = await readAllPending(client, description);
    return receptions.map((reception) => {
      const its = pending.find(({ activityId }) => activityId === reception.receiver);
      if (its === undefined || reception.state !== 'underWay') return reception;
      const { attempt, failure, nextAttemptAt } = its;
      return { ...reception, attempt, ...defined({ failure, nextAttemptAt }) };
    });
  } catch (error) {
    if (isUnansweredQuery(error) || isNoWorkflow(error)) return undefined;
    throw error;
  }
}

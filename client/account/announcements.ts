import type { Client } from '@temporalio/client';
import {
  defined,
  PROGRESS_QUERY,
  type AnnouncementNews,
  type AnnouncementProgress,
  type AnnouncementStatus,
  type ReceiverStatus,
} from '../../contract';
import { isQueryWithoutAnswer } from '../server-errors';
import { readAllPending } from './pending';

const QUERY_TIMEOUT_MS = 5_000;

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
    if (isQueryWithoutAnswer(error)) return undefined;
    throw error;
  }
}

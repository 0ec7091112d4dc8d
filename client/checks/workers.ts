import type { Client } from '@temporalio/client';
import type { Check, Poller } from '../../contract';
import { findPollers } from '../task-queue';
import { askWorker, START_A_WORKER } from './worker-answer';

const MOST_NAMED = 3;

/** Checks that workers poll the task queue and that one answers, and has that one look at AWS. */
export async function checkWorkers(client: Client, taskQueue: string, accountId?: string): Promise<Check[]> {
  const pollers = await findPollers(client, taskQueue);
  const alive = pollers.filter(({ isAlive }) => isAlive);
  const found = `${alive.length} on task queue ${taskQueue}: ${describePollers(alive.length > 0 ? alive : pollers)}`;
  if (alive.length === 0) return [{ check: 'workers', ok: false, found, remedy: START_A_WORKER }];
  return [{ check: 'workers', ok: true, found }, ...(await askWorker(client, taskQueue, accountId))];
}

/** Says who polls, when each was last seen, and which versions there are, where workers have any. */
export function describePollers(pollers: readonly Poller[], now = Date.now()): string {
  if (pollers.length === 0) return 'none was seen in the last minutes';
  const named = pollers.slice(0, MOST_NAMED).map(({ identity, lastPolledAt }) => {
    return `${identity} last seen ${Math.max(0, Math.round((now - lastPolledAt) / 1_000))} s ago`;
  });
  const more = pollers.length - named.length;
  const said = [...named, ...(more > 0 ? [`and ${more} more`] : [])].join(', ');
  return `${said}${describeVersions(pollers)}`;
}

function describeVersions(pollers: readonly Poller[]): string {
  const counts = new Map<string, number>();
  for (const { version = 'no version' } of pollers) counts.set(version, (counts.get(version) ?? 0) + 1);
  if (counts.size === 1 && counts.has('no version')) return '';
  return `; of ${[...counts].map(([version, count]) => `${version}: ${count}`).join(', ')}`;
}

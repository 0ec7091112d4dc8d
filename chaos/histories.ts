import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import type { Client } from '@temporalio/client';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { workflowIdOf } from '../client';
import { fleetIdOf } from '../contract';
import { isUnreadable, readOrReason } from './actions';

/**
 * Saves the histories of accounts, and of fleets with their pages, as a violation is understood from them; they are gone with
 * the server. A file is named after its workflow ID and the first letters of its run ID.
 *
 * @returns the folder
 */
export async function saveHistories(
  { workflow }: Client,
  { accounts, fleets }: { accounts: ReadonlySet<string>; fleets: readonly string[] },
): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'identity-center-chaos-histories-'));
  const queries = [
    ...[...accounts].map((account) => `WorkflowId = '${workflowIdOf(account)}'`),
    // The workflow ID of a page begins with that of its fleet.
    ...fleets.map((name) => `WorkflowId STARTS_WITH '${fleetIdOf(name)}'`),
  ];
  for (const query of queries)
    for await (const { workflowId, runId } of workflow.list({ query })) {
      const read = await readOrReason(() => workflow.getHandle(workflowId, runId).fetchHistory());
      const [extension, text] = isUnreadable(read) ? ['txt', read.unreadable] : ['json', historyToJSON(read)];
      const name = `${workflowId.replaceAll('/', '_')}-${runId.slice(-8)}.${extension}`;
      await writeFile(path.join(folder, name), text);
    }
  return folder;
}

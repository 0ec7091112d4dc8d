import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import type { Client } from '@temporalio/client';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { workflowIdOf } from '../client';
import type { AccountEvidence } from './account/evidence';

/**
 * Saves the histories of accounts, as a violation is understood from them; they are gone with the server.
 *
 * @returns the folder
 */
export async function saveHistories(
  client: Client,
  accounts: readonly Pick<AccountEvidence, 'plan' | 'runs'>[],
): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'identity-center-chaos-histories-'));
  for (const { plan, runs } of accounts)
    for (const [index, { runId }] of runs.entries()) {
      const handle = client.workflow.getHandle(workflowIdOf(plan.accountId), runId);
      const history = historyToJSON(await handle.fetchHistory());
      await writeFile(path.join(folder, `${plan.accountId}-${index}.json`), history);
    }
  return folder;
}

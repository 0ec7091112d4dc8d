import type { AccountStatus, IdentityCenterClient, StartedRun } from '../../client';
import { lastStatus, showLive } from './live';
import { printStatus } from './output';
import { print, printJson } from '../output';
import type { CommonOptions } from '../with-client';

/** Says that a run was started; to those who do not wait for it, as the one JSON document. */
export function sayStarted(
  { notice, ...run }: StartedRun,
  { json, wait }: CommonOptions & { wait: boolean },
): void {
  if (notice !== undefined) process.stderr.write(`${notice}\n`);
  const { accountId, workflowId, runId, joined } = run;
  if (json) {
    if (!wait) printJson(run);
    return;
  }
  const how = wait ? '' : `. Follow it with: identity-center watch ${accountId}`;
  print(
    `Account ${accountId}: ${joined ? 'joined the open run' : 'started a run'} ${workflowId} ${runId}${how}`,
  );
}

type Statuses = AsyncIterable<AccountStatus>;

/**
 * Follows a run to its end and shows it: live for people, its last status as JSON.
 *
 * @param until where to leave it earlier
 */
export async function follow(
  client: IdentityCenterClient,
  run: StartedRun,
  options: CommonOptions,
  until: (statuses: Statuses) => Statuses = (statuses) => statuses,
): Promise<AccountStatus> {
  const statuses = until(client.watch(run.accountId, run.runId));
  const last = await (options.json ? lastStatus(statuses) : showLive(statuses));
  if (options.json) printJson(last);
  else printStatus(last);
  return last;
}

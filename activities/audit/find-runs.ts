import { activityInfo, Context } from '@temporalio/activity';
import type { WorkflowExecutionInfo } from '@temporalio/client';
import {
  accountIdOf,
  defined,
  DEPROVISION_WORKFLOW,
  IS_OPEN,
  isOpenStatus,
  PROVISION_WORKFLOW,
  SEARCH_ATTRIBUTES,
  workflowIdOf,
  type KnownRuns,
  type Stage,
} from '../../contract';
import { withoutAccount } from '../in-account';

/** So many accounts a question: a condition may be only so long. */
const CHUNK = 100;

const ALL_RUNS = `WorkflowType IN ('${PROVISION_WORKFLOW}', '${DEPROVISION_WORKFLOW}')`;
/** Only these tell whether an instance is to be there. */
const TELLING = `ExecutionStatus = 'Completed' OR ${IS_OPEN} OR WorkflowType = '${DEPROVISION_WORKFLOW}'`;

/** Finds what runs tell of accounts, as far as Temporal keeps them; accounts without any are left out. */
export async function findRuns({ accountIds }: { accountIds: readonly string[] }): Promise<KnownRuns[]> {
  return withoutAccount(async () => {
    const found: KnownRuns[] = [];
    for (let start = 0; start < accountIds.length; start += CHUNK) {
      const ids = accountIds.slice(start, start + CHUNK).map((accountId) => `'${workflowIdOf(accountId)}'`);
      found.push(...(await readRuns(`${ALL_RUNS} AND WorkflowId IN (${ids.join(', ')})`)));
    }
    return found;
  });
}

/**
 * Finds the accounts in which a run of this task queue has made an instance, and which are not among those that are known:
 * workers of another queue may be of another organization.
 */
export async function findUnlisted({ known }: { known: readonly string[] }): Promise<string[]> {
  return withoutAccount(async () => {
    const listed = new Set(known);
    const queue = activityInfo().taskQueue.replaceAll("'", "''");
    const runs = await readRuns(`${ALL_RUNS} AND TaskQueue = '${queue}' AND (${TELLING})`);
    return runs.flatMap(({ accountId, provisioned }) =>
      provisioned === undefined || listed.has(accountId) ? [] : [accountId],
    );
  });
}

/** The server lists open runs first, then those that ended, the last first. */
async function readRuns(query: string): Promise<KnownRuns[]> {
  const byAccount = new Map<string, KnownRuns>();
  /** Accounts of which earlier runs tell nothing more. */
  const told = new Set<string>();
  for await (const run of Context.current().client.workflow.list({ query })) {
    const accountId = accountIdOf(run.workflowId);
    if (accountId === undefined) continue;
    const runs = byAccount.get(accountId) ?? latestOf(accountId, run);
    byAccount.set(accountId, runs);
    if (told.has(accountId)) continue;
    const { status, type, runId } = run;
    if (type === DEPROVISION_WORKFLOW && !isOpenStatus(status.name)) told.add(accountId);
    if (type !== PROVISION_WORKFLOW || status.name !== 'COMPLETED') continue;
    told.add(accountId);
    // The empty text is none.
    const instanceArn = run.typedSearchAttributes.get(SEARCH_ATTRIBUTES.instanceArn) || undefined;
    runs.provisioned = defined({ runId, instanceArn });
  }
  return [...byAccount.values()];
}

function latestOf(accountId: string, run: WorkflowExecutionInfo): KnownRuns {
  return { accountId, latest: standingOf(run), latestRunId: run.runId, workflowType: run.type };
}

function standingOf({ status, type, typedSearchAttributes }: WorkflowExecutionInfo): KnownRuns['latest'] {
  // However it has ended: what it asked for is that there is no instance.
  if (type === DEPROVISION_WORKFLOW && !isOpenStatus(status.name)) return 'deprovisioned';
  if (isOpenStatus(status.name)) {
    const stage = typedSearchAttributes.get(SEARCH_ATTRIBUTES.stage) as Stage | undefined;
    return stage === 'held' ? 'held' : 'open';
  }
  switch (status.name) {
    case 'COMPLETED':
      return 'provisioned';
    case 'CANCELLED':
      return 'cancelled';
    default:
      return 'failed';
  }
}

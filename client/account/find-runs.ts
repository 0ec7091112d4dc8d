import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import {
  accountIdOf,
  DEPROVISION_WORKFLOW,
  END_STAGES,
  IS_OPEN,
  PROVISION_WORKFLOW,
  SEARCH_ATTRIBUTES,
  type Stage,
} from '../../contract';
import { InvalidRequestError } from '../errors';
import { isUnknownSearchAttribute } from '../server-errors';
import { NotSearchableError } from './errors';

/** Which accounts to list. */
export interface ListFilter {
  /** Where their latest run stands; with `active` also those whose instance is of an earlier run. */
  stage?: Stage;
  /** Those whose latest run failed. */
  failed?: boolean;
  /** Those that the fleet of this name began. */
  fleet?: string;
  /** Those whose latest run, or whose instance, is in this Region. */
  region?: string;
  /** Those whose latest run is open, or was started or ended since. */
  since?: Date;
  /** So many at the most. */
  limit?: number;
}

/** A run of an account. */
export interface FoundRun extends WorkflowExecutionInfo {
  accountId: string;
}

const ALL_RUNS = `WorkflowType IN ('${PROVISION_WORKFLOW}', '${DEPROVISION_WORKFLOW}')`;

/**
 * Finds the accounts that a filter may want, each with its latest run: of an account the server lists the open run first,
 * then the last that ended. Only an open run is sure to be its account's latest, so ends are told apart by whoever asks.
 *
 * @throws NotSearchableError, InvalidRequestError
 */
export async function* findLatestRuns(
  client: Client,
  filter: ListFilter,
): AsyncGenerator<FoundRun, void, void> {
  const seen = new Set<string>();
  for await (const run of findRuns(client, filter)) {
    const accountId = accountIdOf(run.workflowId);
    if (accountId === undefined || seen.has(accountId)) continue;
    seen.add(accountId);
    yield Object.assign(run, { accountId });
  }
}

/** Tells whether a filter chooses by what a run was started with, so that the account may have had a later one. */
export function choosesByRun({ fleet, region }: ListFilter): boolean {
  return fleet !== undefined || region !== undefined;
}

async function* findRuns(client: Client, filter: ListFilter): AsyncGenerator<WorkflowExecutionInfo> {
  const { stage, fleet, region, since } = filter;
  const isOpen = stage !== undefined && !END_STAGES.includes(stage);
  const time = since?.toISOString();
  const conditions = [
    ALL_RUNS,
    fleet !== undefined && equals('fleet', fleet),
    region !== undefined && equals('region', region),
    isOpen && IS_OPEN,
    !isOpen && time !== undefined && `(StartTime >= '${time}' OR CloseTime >= '${time}' OR ${IS_OPEN})`,
  ];
  const query = conditions.filter(Boolean).join(' AND ');
  const { name } = SEARCH_ATTRIBUTES.stage;
  try {
    yield* client.workflow.list({
      query: isOpen ? `${query} AND (${name} = '${stage}' OR ${name} IS NULL)` : query,
    });
  } catch (error) {
    if (!isUnknownSearchAttribute(error)) throw error;
    if (choosesByRun(filter)) throw new NotSearchableError(fleet === undefined ? 'region' : 'fleet');
    yield* client.workflow.list({ query });
  }
}

function equals(what: 'fleet' | 'region', value: string): string {
  if (!/^[\w.-]{1,64}$/.test(value))
    throw new InvalidRequestError([{ field: what, message: `no ${what} can have this name` }]);
  return `${SEARCH_ATTRIBUTES[what].name} = '${value}'`;
}

/** Finds the latest run of each of some accounts, in their order. */
export async function findLatestOf(client: Client, runs: readonly FoundRun[]): Promise<FoundRun[]> {
  const latest = new Map<string, WorkflowExecutionInfo>();
  for await (const run of client.workflow.list({ query: `${ALL_RUNS} AND ${isOneOf(runs)}` }))
    if (!latest.has(run.workflowId)) latest.set(run.workflowId, run);
  return runs.map((run) => Object.assign(latest.get(run.workflowId) ?? run, { accountId: run.accountId }));
}

/**
 * Finds, of accounts whose latest run ended without an instance, the earlier runs that ended with one that is not known to
 * have been deleted since.
 */
export async function findEarlierActive(
  client: Client,
  runs: readonly FoundRun[],
): Promise<ReadonlyMap<string, WorkflowExecutionInfo>> {
  const active = new Map<string, WorkflowExecutionInfo>();
  if (runs.length === 0) return active;
  const telling = `(ExecutionStatus = 'Completed' OR WorkflowType = '${DEPROVISION_WORKFLOW}')`;
  const seen = new Set<string>();
  for await (const run of client.workflow.list({
    query: `${ALL_RUNS} AND ${telling} AND ${isOneOf(runs)}`,
  })) {
    const accountId = accountIdOf(run.workflowId);
    if (accountId === undefined || seen.has(accountId)) continue;
    seen.add(accountId);
    if (run.type === PROVISION_WORKFLOW) active.set(accountId, run);
  }
  return active;
}

function isOneOf(runs: readonly FoundRun[]): string {
  return `WorkflowId IN (${runs.map(({ workflowId }) => `'${workflowId}'`).join(', ')})`;
}

import { setTimeout as sleep } from 'node:timers/promises';
import { defaultPayloadConverter } from '@temporalio/common';
import { tsToMs } from '@temporalio/common/lib/time';
import type { WorkflowExecutionInfo, WorkflowExecutionStatusName } from '@temporalio/client';
import {
  clientToken,
  workflowIdOf,
  type AccountStatus,
  type IdentityCenterClient,
  type ProgressFailure,
} from '../../client';
import {
  defined,
  DEPROVISION_WORKFLOW,
  MAX_GENERATIONS,
  PROVISION_WORKFLOW,
  SEARCH_ATTRIBUTES,
  type Announcement,
  type Stage,
} from '../../contract';
import type { EmulatedInstance, RecordedCall } from '../../sandbox/emulator';
import { isUnreadable, readOrReason, type ActionRecord } from '../actions';
import { OWNER } from './owner';
import type { AccountAction, AccountPlan } from './plan';

/** A run of an account. Times are ISO 8601. */
export interface RunRecord {
  runId: string;
  workflowType: string;
  status: WorkflowExecutionStatusName;
  /** The workflow that started it: a page of a fleet. */
  parent?: string;
  startedAt: string;
  closedAt?: string;
  notes?: AccountStatus['notes'];
  /** The stages that it went through. */
  steps?: AccountStatus['steps'];
  result?: AccountStatus['result'];
  failure?: ProgressFailure;
  /** Why what it came to cannot be read. */
  unreadable?: string;
}

/** A time in which a worker or the server was out of order; ISO 8601. */
export interface Outage {
  from: string;
  to: string;
}

/** All that is known of an account: what was done to it, what came of it, and what AWS saw. */
export interface AccountEvidence {
  plan: AccountPlan;
  actions: ActionRecord<AccountAction>[];
  /** What was done to the fleets that it is in. */
  fleetActions: (ActionRecord & { fleet: string })[];
  /** Oldest first. */
  runs: RunRecord[];
  /** Oldest first, as AWS's are all. */
  calls: RecordedCall[];
  /** Those that are gone as well. */
  instances: EmulatedInstance[];
  /** What the receiver of announcements was told of its runs. */
  announced: Announcement[];
  /** When a worker or the server was killed or frozen, until it was back; ISO 8601. */
  outages: Outage[];
  /** Why nothing of its runs can be read. */
  unreadable?: string;
}

/** A promise: answers with a sentence for each time that it was broken. */
export type AccountRule = (evidence: AccountEvidence) => string[];

/** Until its next heartbeat an attempt does not know that its run is terminated, and then its call may take as long as one may. */
const TERMINATE_GRACE_MS = 15_000;
const READ_TRIES = 5;
const READ_PAUSE_MS = 1_000;
/** AWS's record and Temporal's are written one after the other. */
const SLACK_MS = 250;

/** Lists the runs of all accounts by workflow ID, as a cluster answers few lists a second. */
export async function listRuns(client: IdentityCenterClient): Promise<Map<string, WorkflowExecutionInfo[]>> {
  const query = `WorkflowType IN ('${PROVISION_WORKFLOW}', '${DEPROVISION_WORKFLOW}')`;
  const byAccount = new Map<string, WorkflowExecutionInfo[]>();
  for await (const listed of client.temporal.workflow.list({ query, pageSize: 1_000 }))
    byAccount.set(listed.workflowId, [...(byAccount.get(listed.workflowId) ?? []), listed]);
  return byAccount;
}

/** Reads the listed runs of an account, oldest first. */
export async function readRuns(
  client: IdentityCenterClient,
  accountId: string,
  listed: readonly WorkflowExecutionInfo[],
): Promise<RunRecord[]> {
  const runs: RunRecord[] = [];
  for (const { runId, type, status, startTime, closeTime, parentExecution } of listed) {
    const parent = parentExecution?.workflowId || undefined;
    const read = await readOrReason(() => readAnswered(client, accountId, runId));
    const known = isUnreadable(read)
      ? {
          ...read,
          workflowType: type,
          status: status.name,
          startedAt: startTime.toISOString(),
          closedAt: closeTime?.toISOString(),
        }
      : pick(read);
    runs.push(defined({ runId, parent, ...known }));
  }
  return runs.sort((a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt));
}

/**
 * Reads where a run stands. One that ended by its own code has been somewhere: where no worker has the time to say so, its
 * history does.
 */
async function readAnswered(
  client: IdentityCenterClient,
  accountId: string,
  runId: string,
): Promise<AccountStatus> {
  for (let tries = 1; ; tries += 1) {
    const status = await client.status(accountId, runId);
    if (status.steps.length > 0 || status.status === 'TERMINATED') return status;
    if (tries === READ_TRIES) return { ...status, steps: await stepsInHistory(client, accountId, runId) };
    await sleep(READ_PAUSE_MS);
  }
}

/** The stages that a run has kept in its search attributes. */
async function stepsInHistory(
  { temporal }: IdentityCenterClient,
  accountId: string,
  runId: string,
): Promise<AccountStatus['steps']> {
  const { events } = await temporal.workflow.getHandle(workflowIdOf(accountId), runId).fetchHistory();
  return (events ?? []).flatMap(({ eventTime, upsertWorkflowSearchAttributesEventAttributes: upsert }) => {
    const stage = upsert?.searchAttributes?.indexedFields?.[SEARCH_ATTRIBUTES.stage.name];
    if (stage === undefined) return [];
    const at = new Date(tsToMs(eventTime)).toISOString();
    return [{ stage: defaultPayloadConverter.fromPayload<Stage>(stage), at }];
  });
}

function pick({ workflowType, status, startedAt, closedAt, result, failure, steps, notes }: AccountStatus) {
  return { workflowType, status, startedAt, closedAt, result, failure, steps, notes };
}

export function isProvision({ workflowType }: RunRecord): boolean {
  return workflowType === PROVISION_WORKFLOW;
}

/** Whether a call may be a run's by the time at which it came. */
export function isDuring({ startedAt, closedAt, status }: RunRecord, time: string): boolean {
  const end = closedAt === undefined ? Infinity : Date.parse(closedAt);
  const grace = status === 'TERMINATED' ? TERMINATE_GRACE_MS : SLACK_MS;
  return Date.parse(time) >= Date.parse(startedAt) - SLACK_MS && Date.parse(time) <= end + grace;
}

/** Whether a call is ours: all that are not the owner's. */
export function isOurCall({ caller }: RecordedCall): boolean {
  return !caller.includes(`:assumed-role/${OWNER}/`);
}

/** The calls that our runs have made. */
export function ourCalls(calls: RecordedCall[]): RecordedCall[] {
  return calls.filter(isOurCall);
}

/** The CreateInstance calls that our runs have made. */
export function ourCreates(calls: RecordedCall[]): RecordedCall[] {
  return ourCalls(calls).filter(({ operation }) => operation === 'CreateInstance');
}

/** The tokens that runs of an account may send. */
export function accountTokens(accountId: string): string[] {
  const generations = Array.from({ length: MAX_GENERATIONS }, (_, index) => index + 1);
  return generations.map((generation) => clientToken(workflowIdOf(accountId), generation));
}

/** Whether a run of ours has made an instance, by its token. */
export function isOurInstance({ clientToken: token }: EmulatedInstance, accountId: string): boolean {
  return accountTokens(accountId).includes(token);
}

/** Whether an instance was made after a start: by the clock of this machine, whatever AWS's says. */
export function isMadeSince({ createdDate }: EmulatedInstance, startedAt: string): boolean {
  return createdDate >= startedAt;
}

/** Whether a call may be what a terminated run had under way: then it is none of the next run's. */
export function isOfTerminatedRun(runs: readonly RunRecord[], time: string): boolean {
  return runs.some(
    (run) => run.status === 'TERMINATED' && (run.closedAt ?? '') < time && isDuring(run, time),
  );
}

/** Whether an instance was gone by then. */
export function isGone({ deletedDate }: EmulatedInstance, time: string): boolean {
  return deletedDate !== undefined && Date.parse(deletedDate) <= Date.parse(time) + SLACK_MS;
}

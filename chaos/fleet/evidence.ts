import { QueryNotRegisteredError, type Client, type WorkflowExecutionInfo } from '@temporalio/client';
import type { AccountOutcome, FleetProgress } from '../../client';
import { defined, fleetIdOf, PROGRESS_QUERY } from '../../contract';
import type { AccountEvidence, RunRecord } from '../account/evidence';
import { isUnreadable, readOrReason, type ActionRecord } from '../actions';
import type { FleetAction, FleetPlan } from './plan';

/** A page of a fleet. */
export interface PageRecord {
  /** Temporal's, or `UNREADABLE`. */
  status: string;
  closedAt?: string;
  events: number;
  /** Empty, where it has not ended. */
  outcomes: AccountOutcome[];
  /** Why it, or what it came to, cannot be read: it was never started, or is forgotten. */
  unreadable?: string;
}

/** A fleet from its start to its end, in however many executions. Times are ISO 8601. */
export interface FleetRecord {
  runId: string;
  status: string;
  closedAt?: string;
  /** None, of one that was terminated before a worker had seen it. */
  progress?: FleetProgress;
  /** Why there is no progress. */
  unreadable?: string;
  pages: PageRecord[];
}

/** All that is known of the fleets of one name: what was done to them, and what came of it. */
export interface FleetEvidence {
  plan: FleetPlan;
  actions: ActionRecord<FleetAction | { type: 'helpRuns' }>[];
  /** Oldest first. */
  records: FleetRecord[];
  /** The longest history of an execution. */
  events: number;
  /** Each of its accounts, by ID. */
  accounts: ReadonlyMap<string, AccountEvidence>;
  /** Why nothing of its executions can be read. */
  unreadable?: string;
}

/** A fleet that was not terminated, and says what came of it. */
export type JudgedFleet = FleetEvidence & { record: FleetRecord & { progress: FleetProgress } };

/** A promise of a fleet: answers with a sentence for each time that it was broken. */
export type FleetRule = (evidence: JudgedFleet) => string[];

/** Reads what Temporal knows of the fleets of one name. */
export async function readRecords(
  { workflow }: Client,
  name: string,
): Promise<Pick<FleetEvidence, 'records' | 'events' | 'unreadable'>> {
  const read = await readOrReason(() => listExecutions(workflow, name));
  if (isUnreadable(read)) return { records: [], events: 0, ...read };
  const ends = read
    .filter(({ status }) => status.name !== 'CONTINUED_AS_NEW')
    .sort((a, b) => a.startTime.getTime() - b.startTime.getTime());
  const events = Math.max(0, ...read.map(({ historyLength }) => historyLength));
  return { records: await Promise.all(ends.map((end) => readRecord(workflow, end))), events };
}

async function listExecutions(workflow: Client['workflow'], name: string): Promise<WorkflowExecutionInfo[]> {
  const executions: WorkflowExecutionInfo[] = [];
  for await (const it of workflow.list({ query: `WorkflowId = '${fleetIdOf(name)}'` })) executions.push(it);
  return executions;
}

async function readRecord(workflow: Client['workflow'], end: WorkflowExecutionInfo): Promise<FleetRecord> {
  const { workflowId, runId, status, closeTime } = end;
  const handle = workflow.getHandle(workflowId, runId);
  const known = { runId, status: status.name, closedAt: closeTime?.toISOString() };
  const ask = () => handle.query<FleetProgress>(PROGRESS_QUERY);
  // As the client does: where a worker drops its copy of the workflow, it fails the query that it had come with.
  const progress = await readOrReason(() =>
    ask().catch((error: unknown) => {
      if (error instanceof QueryNotRegisteredError) return ask();
      throw error;
    }),
  );
  if (isUnreadable(progress)) return defined({ ...known, ...progress, pages: [] });
  const pages = Array.from({ length: progress.pages.arrived }, (_, page) =>
    readPage(workflow, `${progress.pageIdPrefix}${page}`),
  );
  return defined({ ...known, progress, pages: await Promise.all(pages) });
}

async function readPage(workflow: Client['workflow'], workflowId: string): Promise<PageRecord> {
  const handle = workflow.getHandle(workflowId);
  const described = await readOrReason(() => handle.describe());
  if (isUnreadable(described)) return { status: 'UNREADABLE', events: 0, outcomes: [], ...described };
  const { status, closeTime, historyLength: events } = described;
  const known = { status: status.name, closedAt: closeTime?.toISOString(), events };
  if (status.name !== 'COMPLETED') return defined({ ...known, outcomes: [] });
  const outcomes = await readOrReason(async () => (await handle.result()) as AccountOutcome[]);
  return defined(isUnreadable(outcomes) ? { ...known, outcomes: [], ...outcomes } : { ...known, outcomes });
}

/** Whether a page of a fleet began a run. */
export function isBegunBy({ progress }: FleetRecord, { parent }: RunRecord): boolean {
  return progress !== undefined && parent?.startsWith(progress.pageIdPrefix) === true;
}

/** The runs that the pages of a fleet began. */
export function begunBy(
  record: FleetRecord,
  accounts: FleetEvidence['accounts'],
): { id: string; run: RunRecord; page: number }[] {
  const prefix = record.progress?.pageIdPrefix ?? '';
  return [...accounts].flatMap(([id, { runs }]) =>
    runs
      .filter((run) => isBegunBy(record, run))
      .map((run) => ({ id, run, page: Number(run.parent?.slice(prefix.length)) })),
  );
}

/** Whether a page was ended by somebody from outside. */
export function isLost(
  actions: FleetEvidence['actions'],
  { status }: Pick<PageRecord, 'status'>,
  page: number,
): boolean {
  return (
    status === 'TERMINATED' &&
    actions.some(({ action }) => action.type === 'terminatePage' && action.page === page)
  );
}

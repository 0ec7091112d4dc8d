import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import type { AccountOutcome, FleetProgress } from '../../client';
import { defined, fleetIdOf, PROGRESS_QUERY } from '../../contract';
import type { AccountEvidence } from '../account/evidence';
import type { ActionRecord } from '../actions';
import type { FleetAction, FleetPlan } from './plan';

/** A page of a fleet. */
interface PageRecord {
  status: string;
  closedAt?: string;
  events: number;
  /** Empty, where it has not ended. */
  outcomes: AccountOutcome[];
}

/** A fleet from its start to its end, in however many executions. Times are ISO 8601. */
export interface FleetRecord {
  runId: string;
  status: string;
  closedAt?: string;
  /** None, of one that was terminated before a worker had seen it. */
  progress?: FleetProgress;
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
}

/** Reads what Temporal knows of the fleets of one name. */
export async function readRecords(
  { workflow }: Client,
  name: string,
): Promise<Pick<FleetEvidence, 'records' | 'events'>> {
  const executions: WorkflowExecutionInfo[] = [];
  for await (const it of workflow.list({ query: `WorkflowId = '${fleetIdOf(name)}'` })) executions.push(it);
  const ends = executions
    .filter(({ status }) => status.name !== 'CONTINUED_AS_NEW')
    .sort((a, b) => a.startTime.getTime() - b.startTime.getTime());
  const events = Math.max(0, ...executions.map(({ historyLength }) => historyLength));
  return { records: await Promise.all(ends.map((end) => readRecord(workflow, end))), events };
}

async function readRecord(workflow: Client['workflow'], end: WorkflowExecutionInfo): Promise<FleetRecord> {
  const { workflowId, runId, status, closeTime } = end;
  const progress = await workflow
    .getHandle(workflowId, runId)
    .query<FleetProgress>(PROGRESS_QUERY)
    .catch((error: unknown) => {
      if (status.name === 'TERMINATED') return undefined;
      throw error;
    });
  const pages = Array.from({ length: progress?.pages.arrived ?? 0 }, (_, page) =>
    readPage(workflow, `${progress?.pageIdPrefix ?? ''}${page}`),
  );
  return defined({
    runId,
    status: status.name,
    closedAt: closeTime?.toISOString(),
    progress,
    pages: await Promise.all(pages),
  });
}

async function readPage(workflow: Client['workflow'], workflowId: string): Promise<PageRecord> {
  const handle = workflow.getHandle(workflowId);
  const { status, closeTime, historyLength: events } = await handle.describe();
  return defined({
    status: status.name,
    closedAt: closeTime?.toISOString(),
    events,
    outcomes: status.name === 'COMPLETED' ? ((await handle.result()) as AccountOutcome[]) : [],
  });
}

import { WorkflowFailedError, type Client, type WorkflowExecutionInfo } from '@temporalio/client';
import {
  AUDIT_WORKFLOW,
  auditNameOf,
  isOpenStatus,
  PROGRESS_QUERY,
  type AccountAudit,
  type AuditProgress,
  type AuditResult,
} from '../../contract';
import { untilAnswered } from '../send-update';
import { isNoWorkflow, isUnansweredQuery } from '../server-errors';
import { AuditFailedError, AuditStillRunningError, AuditUnansweredError, NoAuditError } from './errors';
import { readSchedule, type AuditSchedule } from './schedule';

/** What an audit found. Times are ISO 8601. */
export interface AuditReport extends AuditResult {
  workflowId: string;
  endedAt: string;
  /** When the next begins, where it is scheduled. */
  schedule?: AuditSchedule;
  /** What was found of each account. */
  found: AccountAudit[];
  /** The pages that did not come back, or that Temporal has forgotten, as the retention of the namespace says. */
  lostPages: number[];
}

/**
 * Reports what the latest audit of a name that has ended found.
 *
 * @throws NoAuditError, AuditFailedError; AuditStillRunningError where the first is open
 */
export async function readReport(client: Client, name: string): Promise<AuditReport> {
  const { ended, isOpen } = await findLatest(client, name);
  if (ended === undefined)
    throw isOpen ? new AuditStillRunningError(name) : new NoAuditError(name, 'no audit');
  const { workflowId, runId, closeTime = new Date() } = ended;
  const result = await readResult(client, name, { workflowId, runId });
  const { found, lostPages } = await readPages(client, result);
  const schedule = await readSchedule(client, name);
  const endedAt = closeTime.toISOString();
  return {
    ...result,
    workflowId,
    endedAt,
    ...(schedule === undefined ? {} : { schedule }),
    found,
    lostPages,
  };
}

/** Reads the result of an audit that has ended, or waits for it. @throws AuditFailedError */
export async function readResult(
  client: Client,
  name: string,
  { workflowId, runId }: { workflowId: string; runId: string },
): Promise<AuditResult> {
  try {
    return (await client.workflow.getHandle(workflowId, runId).result()) as AuditResult;
  } catch (error) {
    throw auditFailure(name, error);
  }
}

/** Says why an audit has failed; anything else is passed on. */
export function auditFailure(name: string, error: unknown): unknown {
  if (!(error instanceof WorkflowFailedError)) return error;
  return new AuditFailedError(name, (error.cause ?? error).message);
}

/** Asks an open audit where it stands. @throws AuditUnansweredError */
export async function askAudit(client: Client, name: string, workflowId: string): Promise<AuditProgress> {
  const handle = client.workflow.getHandle(workflowId);
  const ask = (end: number) =>
    client.connection.withDeadline(end, () => handle.query<AuditProgress>(PROGRESS_QUERY));
  return untilAnswered(client, workflowId, ask, isUnansweredQuery, () => new AuditUnansweredError(name));
}

/** An execution that goes on in another one is not the audit's last. */
const QUERY = `WorkflowType = '${AUDIT_WORKFLOW}' AND ExecutionStatus != 'ContinuedAsNew'`;

/** Open ones are listed first, then those that ended, the last first. */
async function findLatest(
  client: Client,
  name: string,
): Promise<{ ended?: WorkflowExecutionInfo; isOpen: boolean }> {
  let isOpen = false;
  for await (const run of client.workflow.list({ query: QUERY })) {
    if (auditNameOf(run.workflowId) !== name) continue;
    if (!isOpenStatus(run.status.name)) return { ended: run, isOpen };
    isOpen = true;
  }
  return { isOpen };
}

/** Reads what the pages of an audit found. */
export async function readPages(
  client: Client,
  { pageIdPrefix, pages }: AuditResult,
): Promise<Pick<AuditReport, 'found' | 'lostPages'>> {
  const found: AccountAudit[] = [];
  const lostPages: number[] = [];
  for (let page = 0; page < pages; page += 1) {
    try {
      found.push(...((await client.workflow.getHandle(`${pageIdPrefix}${page}`).result()) as AccountAudit[]));
    } catch (error) {
      if (!isNoWorkflow(error) && !(error instanceof WorkflowFailedError)) throw error;
      lostPages.push(page);
    }
  }
  return { found, lostPages };
}

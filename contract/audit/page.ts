import { z } from 'zod';
import type { DecidedBy } from '../rules/decide';
import { readBy, type ReadRequest } from '../validation';
import type { AccountAudit } from './finding';
import { readAuditRequest, type AuditRequest } from './request';

/** Workflow type of a page of an audit; started by the workflow of its audit only. */
export const AUDIT_PAGE_WORKFLOW = 'auditIdentityCenterPage';

/** So many accounts a page: its history stays below 1,500 events, its result far below what a payload may hold. */
export const AUDIT_PAGE_ACCOUNTS = 250;

/** Stands where an account has no state in the organization: runs know it, and the organization does not have it (any more). */
export const NOT_IN_ORGANIZATION = 'NOT_IN_ORGANIZATION';

const pageSchema = z.strictObject({
  accounts: z.array(z.strictObject({ accountId: z.string(), state: z.string() })).max(AUDIT_PAGE_ACCOUNTS),
  managementAccountId: z.string().optional(),
  /** The request of the audit. */
  request: z.unknown(),
});

/** What a page of an audit is started with. */
export interface AuditPage extends Omit<z.output<typeof pageSchema>, 'request'> {
  request: AuditRequest;
}

/** Reads the argument of {@link AUDIT_PAGE_WORKFLOW}. */
export function readAuditPage(input: unknown): ReadRequest<AuditPage> {
  const page = readBy(pageSchema, input);
  if ('problems' in page) return page;
  const read = readAuditRequest(page.request.request);
  return 'problems' in read ? read : { request: { ...page.request, request: read.request } };
}

/** What the rules say of an account that no run is known of; or why Organizations does not say what they ask for. */
export type DecidedAccount = { accountId: string } & (
  { by: DecidedBy } | Pick<AccountAudit, 'findings' | 'why' | 'remedy'>
);

/** What the runs of an account tell, as far as Temporal keeps them. */
export interface KnownRuns {
  accountId: string;
  /** How the latest run stands. */
  latest: 'open' | 'held' | 'provisioned' | 'deprovisioned' | 'failed' | 'cancelled';
  latestRunId: string;
  /** Its type. */
  workflowType: string;
  /** The run whose instance is to be there: the last that made one, and that none deleted since. */
  provisioned?: {
    runId: string;
    /** As the search attribute has it; absent where the run was started without. */
    instanceArn?: string;
  };
}

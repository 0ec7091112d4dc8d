import type { Finding } from './finding';

/** Where an audit stands. */
export const AUDIT_STAGES = {
  listing: 'lists the accounts of the organization',
  looking: 'looks after the accounts, page by page',
  starting: 'starts what is missing, by a fleet',
  done: 'every account was looked after',
} as const;

export type AuditStage = keyof typeof AUDIT_STAGES;

/** How many accounts have each finding; an account that has several counts in each. */
export type FindingCounts = Partial<Record<Finding, number>>;

/** What an audit has come to so far; its size does not depend on the number of accounts. */
interface AuditCounts {
  name: string;
  /** ISO 8601. */
  startedAt: string;
  /** Accounts of the organization, and those that runs know besides. */
  accounts: number;
  counts: FindingCounts;
  /** Accounts that are not as they were asked for. */
  drifted: number;
  /** Accounts that AWS, the account itself, or Temporal kept from being looked at. */
  unseen: number;
  /** The workflows `${pageIdPrefix}0` and so on return what was found of each account. */
  pageIdPrefix: string;
  pages: number;
}

/** What the query `progress` of an audit answers. */
export interface AuditProgress extends AuditCounts {
  stage: AuditStage;
  /** Accounts that were looked after. */
  seen: number;
}

/** What an audit returns. */
export interface AuditResult extends AuditCounts {
  organizationId?: string;
  /** Accounts that a run would make an instance for. */
  startable: number;
  /** The fleet that makes what is missing, where the audit was told to start it. */
  started?: { fleet: string; accounts: number };
}

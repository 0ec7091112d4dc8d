import { workflowInfo } from '@temporalio/workflow';
import {
  AUDIT_PAGE_ACCOUNTS,
  defined,
  isFine,
  kindOf,
  requestBy,
  type AccountAudit,
  type AskedOfAll,
  type AuditPage,
  type AuditProgress,
  type AuditRequest,
  type AuditResult,
  type AuditStage,
  type DecidedBy,
  type FindingCounts,
} from '../../contract';
import type { AccountsToSee } from './list-accounts';

/** What an audit hands to its next execution. */
export interface CarriedAudit {
  startedAt: string;
  pageIdPrefix: string;
  accounts: number;
  /** Those that no page has yet. */
  waiting: AccountsToSee;
  pages: number;
  seen: number;
  counts: FindingCounts;
  drifted: number;
  unseen: number;
  /** What is to be started: as the rules say, or as an earlier run asked. */
  missing: {
    byRules: Partial<Record<DecidedBy, string[]>>;
    asBefore: (AskedOfAll & { accountId: string })[];
  };
}

/** An audit at work: which accounts wait, and what was found of the others. */
export class AuditState {
  stage: AuditStage = 'listing';
  started: AuditResult['started'];

  private constructor(
    private readonly request: AuditRequest,
    readonly carried: CarriedAudit,
  ) {}

  static begin(request: AuditRequest): AuditState {
    const { workflowId, firstExecutionRunId } = workflowInfo();
    return new AuditState(request, {
      startedAt: new Date().toISOString(),
      // An audit of this workflow ID that comes later has pages of its own.
      pageIdPrefix: `${workflowId}/${firstExecutionRunId.slice(0, 8)}/`,
      accounts: 0,
      waiting: { active: [], others: [] },
      pages: 0,
      seen: 0,
      counts: {},
      drifted: 0,
      unseen: 0,
      missing: { byRules: {}, asBefore: [] },
    });
  }

  static goOn(request: AuditRequest, carried: CarriedAudit): AuditState {
    return new AuditState(request, carried);
  }

  listed(accounts: AccountsToSee): void {
    this.carried.waiting = accounts;
    this.carried.accounts = accounts.active.length + accounts.others.length;
  }

  /** Takes the accounts of the next page; `undefined` where none wait. */
  nextPage(): { pageId: string; page: AuditPage } | undefined {
    const { waiting, pageIdPrefix, pages } = this.carried;
    const active = waiting.active.splice(0, AUDIT_PAGE_ACCOUNTS);
    const others = waiting.others.splice(0, AUDIT_PAGE_ACCOUNTS - active.length);
    const accounts = [...active.map((accountId) => ({ accountId, state: 'ACTIVE' })), ...others];
    if (accounts.length === 0) return undefined;
    this.carried.pages += 1;
    const { managementAccountId } = waiting;
    return {
      pageId: `${pageIdPrefix}${pages}`,
      page: { accounts, request: this.request, ...defined({ managementAccountId }) },
    };
  }

  /** Counts what a page has found. */
  seen(found: readonly AccountAudit[]): void {
    const { carried } = this;
    for (const account of found) {
      const { accountId, findings, startAs } = account;
      for (const finding of findings) carried.counts[finding] = (carried.counts[finding] ?? 0) + 1;
      if (findings.some((finding) => kindOf(finding) === 'drift')) carried.drifted += 1;
      else if (!isFine(account)) carried.unseen += 1;
      if (typeof startAs === 'string') (carried.missing.byRules[startAs] ??= []).push(accountId);
      else if (startAs !== undefined) carried.missing.asBefore.push({ ...startAs, accountId });
    }
    carried.seen += found.length;
  }

  /** Counts the accounts of a page that did not come back. */
  lost(accounts: number): void {
    const { carried } = this;
    carried.counts.unknown = (carried.counts.unknown ?? 0) + accounts;
    carried.unseen += accounts;
    carried.seen += accounts;
  }

  /** How many accounts a run would make an instance for. */
  get startable(): number {
    const { byRules, asBefore } = this.carried.missing;
    return Object.values(byRules).flat().length + asBefore.length;
  }

  /** The requests that make what is missing. */
  requests(): (AskedOfAll & { accountId: string })[] {
    const { byRules, asBefore } = this.carried.missing;
    const { rules } = this.request;
    const asked = (Object.keys(byRules) as DecidedBy[]).flatMap((by) =>
      (byRules[by] ?? []).map((accountId) => ({ ...(rules && requestBy(by, rules)), accountId })),
    );
    return [...asked, ...asBefore];
  }

  progress(): AuditProgress {
    const { seen } = this.carried;
    return { ...this.counted(), stage: this.stage, seen };
  }

  result(): AuditResult {
    const { organizationId } = this.carried.waiting;
    return {
      ...this.counted(),
      startable: this.startable,
      ...defined({ organizationId, started: this.started }),
    };
  }

  private counted() {
    const { startedAt, accounts, counts, drifted, unseen, pageIdPrefix, pages } = this.carried;
    const { name } = this.request;
    return { name, startedAt, accounts, counts: { ...counts }, drifted, unseen, pageIdPrefix, pages };
  }
}

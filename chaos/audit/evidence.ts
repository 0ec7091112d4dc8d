import type { AuditReport } from '../../client';
import type { EmulatedInstance } from '../../sandbox/emulator';

/** What an audit found, and what there was when it began. */
export interface Audited {
  report: AuditReport;
  /** Those that were not gone, of all accounts. */
  instances: EmulatedInstance[];
}

/** What is known of the audits that come after everything else. */
export interface AuditEvidence {
  /** The accounts of the organization, beside the management account. */
  accounts: string[];
  /** Told to start what is missing, while workers are killed. */
  first?: Audited;
  /** After what the first has started. */
  second?: Audited;
  /** Accounts of which what was started failed, as no token is left. */
  spent: string[];
  /** Why there is no more. */
  unreadable?: string;
}

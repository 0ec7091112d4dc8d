import type { AuditProgress } from '../../contract';
import { IdentityCenterError } from '../errors';

/** Thrown of an audit, which it names. */
export abstract class AuditError extends IdentityCenterError {
  constructor(
    readonly audit: string,
    words: string,
  ) {
    super(`Audit ${audit}: ${words}`);
  }
}

/** Thrown where no audit of a name was ever run that Temporal still keeps, or no Schedule is there that was asked for. */
export class NoAuditError extends AuditError {
  override readonly name = 'NoAuditError';
  readonly category = 'usage';

  constructor(audit: string, what: 'no audit' | 'no schedule') {
    super(
      audit,
      what === 'no audit'
        ? `there is none of that name that Temporal knows. Run one with: identity-center audit run --audit-name ${audit}`
        : `it has no Schedule, so nothing was disabled. Enable it with: identity-center audit enable --audit-name ${audit}`,
    );
  }
}

/** Thrown where an audit of the name is open that was asked for something else; it goes on as it is. */
export class AuditDiffersError extends AuditError {
  override readonly name = 'AuditDiffersError';
  readonly category = 'usage';

  constructor(
    audit: string,
    readonly fields: readonly string[],
  ) {
    super(
      audit,
      `it is open with other ${fields.join(', ')}. Wait until it has ended, or give this one another name with --audit-name.`,
    );
  }
}

/** Thrown where an audit has failed, as where the accounts of the organization cannot be listed. */
export class AuditFailedError extends AuditError {
  override readonly name = 'AuditFailedError';
  readonly category = 'unreachable';
}

/** Thrown to whoever asks an open audit where it stands, and no worker answers. */
export class AuditUnansweredError extends AuditError {
  override readonly name = 'AuditUnansweredError';
  readonly category = 'unreachable';

  constructor(audit: string) {
    super(audit, `no worker has answered. Start one with "identity-center worker".`);
  }
}

/** Thrown to whoever has waited for an audit for as long as they meant to, or asks for the report of an open one; it goes on. */
export class AuditStillRunningError extends AuditError {
  override readonly name = 'AuditStillRunningError';
  readonly category = 'running';
  /** The command that shows what it found. */
  readonly next: string;

  constructor(
    audit: string,
    /** How long was waited. */
    readonly timeout?: string,
    /** Where it stood last, where that was looked at. */
    readonly progress?: AuditProgress,
  ) {
    const next = `identity-center audit report --audit-name ${audit}`;
    const how = timeout === undefined ? '' : ` after ${timeout}`;
    super(audit, `still running${how}, and goes on; once it has ended see: ${next}`);
    this.next = next;
  }
}

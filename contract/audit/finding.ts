import type { InstanceDifference } from '../account/differences';
import type { ProvisionRequestInput } from '../account/request';
import type { Situation } from '../failures/table';
import type { DecidedBy } from '../rules/decide';

/** What a finding is to whoever reads a report: nothing to do, something that is not as it was asked for, or not looked at. */
export type FindingKind = 'fine' | 'drift' | 'unseen';

interface FindingRow {
  readonly kind: FindingKind;
  /** What it means, for people. */
  readonly meaning: string;
  /** The next step, for people; absent where there is none. */
  readonly remedy?: string;
}

const MAKE = 'Start a run: identity-center provision <accountId>; or have the audit start it: --start.';
const CHANGE_BACK = 'Change it back in AWS; or, to have it as it is, start a run that asks for that.';
const OUT_OF_REACH =
  'What is in the account is out of reach. Where it is meant to be so, leave the account out: --exclude.';

/** Every finding of an audit, with what it means. An account may have several. */
export const FINDINGS = {
  inOrder: { kind: 'fine', meaning: 'the instance is as it was asked for' },
  open: { kind: 'fine', meaning: 'a run of the account is open' },
  deprovisioned: { kind: 'fine', meaning: 'no instance, as the latest run was to delete it: none is wanted' },
  inactive: {
    kind: 'fine',
    meaning: 'AWS does not have the account ACTIVE, and no run made an instance there',
  },
  management: { kind: 'fine', meaning: 'the management account, which can have no account instance' },
  excluded: { kind: 'fine', meaning: 'the audit was told to leave the account out' },
  ignored: { kind: 'fine', meaning: 'the rules ask for no instance, and no run is known' },
  missing: { kind: 'drift', meaning: 'no instance, and no run has made one', remedy: MAKE },
  failed: {
    kind: 'drift',
    meaning: 'no instance, as the latest run failed',
    remedy: 'See why: identity-center status <accountId>; then start it again.',
  },
  cancelled: {
    kind: 'drift',
    meaning: 'no instance, as the latest run was cancelled; an audit does not start it',
    remedy:
      'Start a run if it is wanted after all: identity-center provision <accountId>; else --exclude it.',
  },
  deleted: { kind: 'drift', meaning: 'a run made an instance that AWS does not show any more', remedy: MAKE },
  held: {
    kind: 'drift',
    meaning: 'the run of the account is held, and waits for a person',
    remedy: 'See why: identity-center status <accountId>; then retry or abort it.',
  },
  renamed: { kind: 'drift', meaning: 'the instance has another name', remedy: CHANGE_BACK },
  tagsChanged: { kind: 'drift', meaning: 'the instance has other tags', remedy: CHANGE_BACK },
  otherRegion: {
    kind: 'drift',
    meaning: 'the instance is in another Region',
    remedy: 'AWS moves no instance: deprovision it and provision the account anew; or ask for that Region.',
  },
  notActive: {
    kind: 'drift',
    meaning: 'the instance is not ACTIVE',
    remedy: 'Start a run, which waits for it, or says why not: identity-center provision <accountId>.',
  },
  otherOwner: {
    kind: 'drift',
    meaning: 'an instance that no run of the account made',
    remedy:
      'To use that instance start a run with existing "adopt"; else delete it first (identity-center deprovision, with --any and its ARN).',
  },
  secondInstance: {
    kind: 'drift',
    meaning: 'AWS shows more than one instance of the account',
    remedy: 'Delete the one that is not wanted (identity-center deprovision, with --any and its ARN).',
  },
  stillThere: {
    kind: 'drift',
    meaning: 'the latest run was to delete the instance, and one is there',
    remedy: 'Delete it: identity-center deprovision <accountId>; or, to have it, provision the account.',
  },
  suspended: {
    kind: 'drift',
    meaning: 'a run made an instance, and AWS has suspended or closes the account since',
    remedy: OUT_OF_REACH,
  },
  vanished: {
    kind: 'drift',
    meaning: 'a run made an instance, and the organization does not have the account any more',
    remedy: OUT_OF_REACH,
  },
  refused: { kind: 'unseen', meaning: 'AWS, or the account, does not let the audit look' },
  unknown: { kind: 'unseen', meaning: 'AWS or Temporal did not say' },
} as const satisfies Record<string, FindingRow>;

export type Finding = keyof typeof FINDINGS;

/** Tells what a finding is to whoever reads a report. */
export function kindOf(finding: Finding): FindingKind {
  return FINDINGS[finding].kind;
}

/** The next step that the table has for a finding. */
export function remedyOf(finding: Finding): string | undefined {
  const row: FindingRow = FINDINGS[finding];
  return row.remedy;
}

/** Tells whether nothing is wrong with an account, and it was looked at. */
export function isFine({ findings }: Pick<AccountAudit, 'findings'>): boolean {
  return findings.every((finding) => kindOf(finding) === 'fine');
}

/** What a run is asked for, without the account. */
export type AskedOfAll = Partial<Omit<ProvisionRequestInput, 'accountId'>>;

/** What an audit found of one account. */
export interface AccountAudit {
  accountId: string;
  findings: Finding[];
  /** What was seen, for people. */
  why: string;
  /** The next step. */
  remedy?: string;
  /** Why the account could not be looked at: the row of the table of failures. */
  reason?: Situation;
  instanceArn?: string;
  /** How the instance is not what was asked for: the first of them. */
  differences?: InstanceDifference[];
  /** Where a run would make what is missing: what of the rules says what it would ask for; or what an earlier run asked for. */
  startAs?: DecidedBy | AskedOfAll;
}

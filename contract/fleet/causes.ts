import { defined } from '../defined';
import { FAILURES, type FailureRow } from '../failures/table';
import type { AccountFailure } from './outcome';

/** Failures of one cause. */
export interface FleetCause {
  type: string;
  count: number;
  /** What happened to one of them. */
  example: string;
  remedy?: string;
  /** The first {@link MAX_NAMED_ACCOUNTS}. */
  accounts: string[];
}
export const MAX_NAMED_ACCOUNTS = 10;

/** Runs that are held for one cause. */
export interface FleetHold extends FleetCause {
  situation?: string;
  /** When the first of them stops waiting and fails, ISO 8601. */
  heldUntil: string;
}

/** Causes of holds that are told apart; all further ones are counted together. */
export const MAX_HOLDS = 20;

/** What further causes are counted under where no more of them are told apart. */
const OTHER = 'Other';

/**
 * Tells causes apart: failures of one type with the same next step have the same cause. A next step that names something of
 * one account, such as the ARN of what is left there, would make each a cause of its own: the table's takes its place.
 */
export function causeKey(failure: Pick<AccountFailure, 'type' | 'situation' | 'remedy'>): string {
  return `${failure.type} ${remedyOfAll(failure) ?? ''}`;
}

/** The next step for all accounts of a cause. */
function remedyOfAll({
  situation = '',
  remedy,
}: Pick<AccountFailure, 'situation' | 'remedy'>): string | undefined {
  const rows: Readonly<Record<string, FailureRow>> = FAILURES;
  return Object.hasOwn(rows, situation) ? rows[situation]?.remedy : remedy;
}

/** Counts failures by cause. */
export class Causes {
  private readonly byKey: Map<string, FleetCause>;

  /**
   * @param list what has been counted before; goes on being counted in
   * @param most causes that are told apart; failures of all further ones are counted together
   */
  constructor(
    readonly list: FleetCause[] = [],
    private readonly most = Infinity,
  ) {
    this.byKey = new Map(list.map((cause) => [causeKey(cause), cause]));
  }

  /** Counts a failure, or as many as `count` says, and names the account where few are named. */
  add(accountId: string, failure: AccountFailure, count = 1): void {
    const cause = this.byKey.get(causeKey(failure)) ?? this.newCause(failure);
    cause.count += count;
    if (cause.accounts.length < MAX_NAMED_ACCOUNTS) cause.accounts.push(accountId);
  }

  clear(): void {
    this.list.length = 0;
    this.byKey.clear();
  }

  private newCause(failure: AccountFailure): FleetCause {
    const { type, whatHappened: example } = failure;
    const kind =
      this.list.length < this.most ? defined({ type, remedy: remedyOfAll(failure) }) : { type: OTHER };
    const known = this.byKey.get(causeKey(kind));
    if (known !== undefined) return known;
    const cause: FleetCause = { ...kind, count: 0, example, accounts: [] };
    this.list.push(cause);
    this.byKey.set(causeKey(cause), cause);
    return cause;
  }
}

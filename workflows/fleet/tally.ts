import {
  causeKey,
  countUnder,
  type FleetCalls,
  type FleetCause,
  type FleetCounts,
  type FleetRequest,
  type AccountFailure,
} from '../../contract';
import type { NewFailure, PageReport } from './messages';

/** A page that has not ended. */
export interface LivePage extends Omit<PageReport, 'pageId' | 'newFailures'> {
  /** The window that it was given. */
  window: number;
  /** Can be spoken to; before that it is told nothing, and when it starts everything. */
  started: boolean;
}

/** What an execution of a fleet hands on to the next. */
export interface CarriedFleet {
  pages: LivePage[];
  arrived: number;
  accounts: number;
  ended: FleetCounts;
  causes: FleetCause[];
  calls?: FleetCalls;
  maxConcurrent: number;
  paused: boolean;
  stopping: boolean;
  startedAt: string;
  pageIdPrefix: string;
  notes: string[];
}

/** What comes after so many causes is counted together. */
const MAX_CAUSES = 20;
const OTHER = 'Other';

/** Accounts of the pages that have not ended, in one respect. */
export function sumOf(
  { pages }: CarriedFleet,
  what: 'waiting' | 'open' | 'held' | keyof FleetCounts,
): number {
  return pages.reduce((sum, page) => sum + page[what], 0);
}

/** Accounts of a page that take a place in the window. */
function busyOf({ open, held }: LivePage): number {
  return open - held;
}

/**
 * The windows of the pages: in their order each gets what it has use for, of what later ones have under way leaves free.
 *
 * @param mayWait asked where a page has to wait for a later one, as it does after a retry: fleets once knew no such thing
 */
export function windowsOf(
  { pages, maxConcurrent }: CarriedFleet,
  mayWait: () => boolean,
): { page: LivePage; window: number }[] {
  let free = maxConcurrent;
  let later = pages.reduce((sum, page) => sum + busyOf(page), 0);
  return pages.map((page) => {
    later -= busyOf(page);
    let window = windowOf(page, free);
    const left = windowOf(page, free - later);
    if (left !== window && mayWait()) window = left;
    free -= window;
    return { page, window };
  });
}

function windowOf(page: LivePage, free: number): number {
  const busy = busyOf(page);
  return page.waiting === 0 ? busy : Math.max(0, Math.min(free, busy + page.waiting));
}

/** Failed accounts of a page wait anew; until its report comes the fleet must not seem done. */
export function reopenFailed(page: LivePage): void {
  page.waiting += page.failed;
  page.failed = 0;
  // No more than is under way: the window is shared out anew.
  page.window = busyOf(page);
}

/** How the accounts of a fleet have ended so far. */
export function countsOf(state: CarriedFleet): FleetCounts {
  const { ended } = state;
  return {
    succeeded: ended.succeeded + sumOf(state, 'succeeded'),
    failed: ended.failed + sumOf(state, 'failed'),
    cancelled: ended.cancelled + sumOf(state, 'cancelled'),
    skipped: ended.skipped + sumOf(state, 'skipped'),
  };
}

/** Keeps the counts of a page that leaves the live ones. */
export function fold({ ended }: CarriedFleet, page: FleetCounts): void {
  for (const end of ['succeeded', 'failed', 'cancelled', 'skipped'] as const) ended[end] += page[end];
}

/** @param expected pages that the fleet is to have */
export function hasFailedTooOften(
  state: CarriedFleet,
  { stopAfterFailures }: FleetRequest,
  expected: number,
): boolean {
  const { failed } = countsOf(state);
  if (stopAfterFailures === undefined || failed === 0) return false;
  if (typeof stopAfterFailures === 'number') return failed >= stopAfterFailures;
  // A share can be told once all accounts are known.
  if (state.arrived < expected) return false;
  return failed >= (parseInt(stopAfterFailures) / 100) * state.accounts;
}

/** Failures with the message of the first of each cause; for the others the count is enough. */
export function withoutRepeats(failures: readonly NewFailure[]): NewFailure[] {
  const seen = new Set<string>();
  return failures.map(({ accountId, failure }) => {
    const cause = causeKey(failure);
    const known = seen.has(cause);
    seen.add(cause);
    return { accountId, failure: known ? { ...failure, whatHappened: '' } : failure };
  });
}

/** Counts failures under their cause. */
export function countFailure(
  { causes }: CarriedFleet,
  accountId: string,
  failure: AccountFailure,
  count = 1,
): void {
  const key = causeKey(failure);
  const isFull = causes.length >= MAX_CAUSES;
  const known =
    causes.find((cause) => causeKey(cause) === key) ??
    (isFull ? causes.find(({ type }) => type === OTHER) : undefined);
  const { type, whatHappened, remedy } = failure;
  const kind = isFull ? { type: OTHER } : { type, ...(remedy && { remedy }) };
  const cause: FleetCause = known ?? { ...kind, count: 0, example: whatHappened, accounts: [] };
  if (known === undefined) causes.push(cause);
  countUnder(cause, accountId, count);
}

import type { AccountEvidence, RunRecord } from '../account/evidence';
import { begunBy, type FleetRule, type JudgedFleet, type PageRecord } from './evidence';

/** A new window reaches the pages by two workflows, whose worker may be frozen: meanwhile the one before holds. */
const REACH_MS = 60_000;
/** An account that refuses its role is not ready, and gives its place to another. */
const NOT_READY =
  /^(AccessDenied|NotAuthorized|OptInRequired|SubscriptionRequired|RegionDisabled|InvalidClientTokenId)/;

/**
 * A fleet begins a run only where its window has a place: counted are those that it began and that are open, but for those
 * that have given their place away, as held ones do, and may have come back since, and those of a page that somebody has
 * terminated: the fleet has counted them out.
 */
export const keepsItsWindow: FleetRule = ({ plan, actions, accounts, record }) => {
  const firstRetry = actions.find(({ action }) => action.type === 'retry')?.began ?? '9';
  const begun = begunBy(record, accounts);
  return begun.flatMap(({ id, run }) => {
    // With several pages a retry moves places from page to page, and those that are taken meanwhile show late.
    if (plan.pages.length > 1 && run.startedAt >= firstRetry) return [];
    const since = actions.filter(({ began }) => began >= record.progress.startedAt);
    const window = largestWindow({ plan, actions: since }, run.startedAt);
    const busy = begun.filter(
      (other) =>
        other.run !== run &&
        isOpenAt(other.run, run.startedAt) &&
        !isCountedOut(record.pages[other.page], run.startedAt) &&
        !hasGivenWay(other.run, accounts.get(other.id), run.startedAt),
    );
    return busy.length >= window
      ? [`it began run ${run.runId} of ${id} beside ${listed(busy)}, in a window of ${window}`]
      : [];
  });
};

/** The largest window that may be in force. */
function largestWindow({ plan, actions }: Pick<JudgedFleet, 'plan' | 'actions'>, at: string): number {
  const adjustments = actions.flatMap(({ action, began, ended, outcome }) =>
    action.type === 'adjust' && began <= at
      ? [{ maxConcurrent: action.maxConcurrent, takenAt: outcome === 'done' ? ended : '9' }]
      : [],
  );
  const all = [{ maxConcurrent: plan.maxConcurrent, takenAt: '' }, ...adjustments];
  const inForce = all.filter((_, index) =>
    all.slice(index + 1).every(({ takenAt }) => takenAt === '9' || isWithin(REACH_MS, takenAt, at)),
  );
  return Math.max(...inForce.map(({ maxConcurrent }) => maxConcurrent));
}

function isWithin(ms: number, from: string, to: string): boolean {
  return Date.parse(to) - Date.parse(from) < ms;
}

function listed(busy: readonly { id: string; run: RunRecord }[]): string {
  return busy.map(({ id, run }) => `${run.runId} of ${id}`).join(', ');
}

function isCountedOut(page: PageRecord | undefined, at: string): boolean {
  return page?.status === 'TERMINATED' && (page.closedAt ?? '9') <= at;
}

function isOpenAt({ startedAt, closedAt = '9' }: RunRecord, at: string): boolean {
  return startedAt <= at && closedAt > at;
}

function hasGivenWay(
  { startedAt, steps = [] }: RunRecord,
  account: AccountEvidence | undefined,
  at: string,
): boolean {
  return (
    steps.some((step) => step.stage === 'held' && step.at <= at) ||
    account?.calls.some(({ outcome, time }) => NOT_READY.test(outcome) && time >= startedAt && time <= at) ===
      true
  );
}

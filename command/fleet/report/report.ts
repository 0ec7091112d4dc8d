import type {
  AccountOutcome,
  CallCounts,
  FleetCalls,
  FleetCause,
  FleetHold,
  FleetStage,
  FleetStatus,
  IdentityCenterClient,
  UnfinishedAccount,
} from '../../../client';
import { Causes, defined, isOpenStatus } from '../../../contract';
import { makeTimeline, type TimelinePoint } from './timeline';

/** What became of a fleet, or has so far. Times are ISO 8601. */
export interface FleetReport {
  name: string;
  stage: FleetStage;
  /** Temporal's status of the fleet's workflow: `RUNNING`, `COMPLETED`, `CANCELLED`, … */
  status: string;
  /** When the fleet was asked. */
  takenAt: string;
  startedAt: string;
  /** Absent while the fleet is open. */
  endedAt?: string;
  counts: Record<'accounts' | AccountOutcome['end'], number> & {
    /** Have no end: wait or are open; of a fleet that has ended, were in a page that was ended from outside. */
    unfinished: number;
    /** The unfinished ones that wait for a person. */
    held: number;
    /** The unfinished ones that wait until the account lets the worker in. */
    notReady: number;
    /** Are in no list below, as Temporal has forgotten their page; the other counts are the fleet's own then. */
    unlisted: number;
  };
  /** The pages that Temporal has forgotten, as the retention of the namespace says. */
  forgottenPages: number[];
  /** The causes of the failures, the most frequent first. */
  causes: FleetCause[];
  /** Why accounts are held, the most frequent cause first. */
  holds: FleetHold[];
  timeline: TimelinePoint[];
  /** The calls to Identity Center for the accounts that the fleet began: by spans of `spanMs`, those without calls left out. */
  calls: Omit<FleetCalls, 'course'> & { course: (CallCounts & { at: string })[] };
  /** Those that have ended. */
  accounts: AccountOutcome[];
  /** Those that have not. */
  unfinished: UnfinishedAccount[];
}

/** Asks a fleet and its pages what became of the accounts. @throws NoFleetError */
export async function fleetReport(client: IdentityCenterClient, name: string): Promise<FleetReport> {
  const status = await client.fleets.status(name);
  const accounts: AccountOutcome[] = [];
  const forgotten: number[] = [];
  const onForgotten = (page: number) => forgotten.push(page);
  for await (const outcome of client.fleets.outcomes(name, onForgotten)) accounts.push(outcome);
  const unfinished: UnfinishedAccount[] = [];
  if (isOpenStatus(status.status))
    for await (const account of client.fleets.unfinished(name)) unfinished.push(account);
  const skipped = await client.fleets.skipped(name);
  for (const it of skipped) accounts.push({ ...it, end: 'skipped', endedAt: status.startedAt });
  // The fleet does not count what its manifest made it leave out.
  const whole = { ...status, accounts: status.accounts + skipped.length };
  return makeReport(whole, accounts, new Date(), unfinished, forgotten);
}

/**
 * Makes the report of a fleet from what its pages said. The counts are those of the outcomes, which are newer than what the
 * fleet, which hears of them every few seconds, says of itself.
 */
export function makeReport(
  status: FleetStatus,
  accounts: AccountOutcome[],
  takenAt: Date,
  unfinished: UnfinishedAccount[] = [],
  forgottenPages: number[] = [],
): FleetReport {
  const { name, stage, startedAt, endedAt } = status;
  const isWhole = forgottenPages.length === 0;
  const counts = isWhole ? countEnds(status, accounts) : ownCounts(status, accounts.length);
  return defined({
    name,
    stage,
    status: status.status,
    takenAt: takenAt.toISOString(),
    startedAt,
    endedAt,
    counts,
    causes: isWhole ? countCauses(accounts) : status.causes,
    holds: isOpenStatus(status.status) ? status.holds : [],
    forgottenPages,
    timeline: makeTimeline(accounts, {
      startedAt,
      until: endedAt ?? takenAt.toISOString(),
      // When an account began that has no end yet is not known.
      withOpen: isWhole && counts.unfinished === 0,
    }),
    calls: reportCalls(status.calls, startedAt),
    accounts,
    unfinished,
  });
}

/** Counts failures by what they are and what to do about them, the most frequent first. */
function countCauses(outcomes: readonly AccountOutcome[]): FleetCause[] {
  const causes = new Causes();
  for (const { accountId, failure } of outcomes) if (failure !== undefined) causes.add(accountId, failure);
  return causes.list.sort((one, other) => other.count - one.count);
}

function reportCalls({ course, ...calls }: FleetCalls, startedAt: string): FleetReport['calls'] {
  const began = Date.parse(startedAt);
  return {
    ...calls,
    course: course.map(({ span, ...counts }) => ({
      at: new Date(began + span * calls.spanMs).toISOString(),
      ...counts,
    })),
  };
}

function countEnds(
  { accounts, held, notReady }: FleetStatus,
  outcomes: readonly AccountOutcome[],
): FleetReport['counts'] {
  const ended = { succeeded: 0, failed: 0, cancelled: 0, skipped: 0 };
  for (const { end } of outcomes) ended[end] += 1;
  const unfinished = Math.max(0, accounts - outcomes.length);
  return {
    accounts: Math.max(accounts, outcomes.length),
    ...ended,
    unfinished,
    held: Math.min(held, unfinished),
    notReady: Math.min(notReady, unfinished),
    unlisted: 0,
  };
}

/** What the fleet itself counts: where pages are forgotten, it is the only one that knows. */
function ownCounts(status: FleetStatus, listed: number): FleetReport['counts'] {
  const { accounts, succeeded, failed, cancelled, skipped, held, notReady } = status;
  const ended = succeeded + failed + cancelled + skipped;
  return {
    ...{ accounts, succeeded, failed, cancelled, skipped, held, notReady },
    unfinished: accounts - ended,
    unlisted: Math.max(0, ended - listed),
  };
}

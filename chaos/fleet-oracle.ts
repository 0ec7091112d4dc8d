import { DEPROVISION_WORKFLOW, type AccountEnd, type AccountOutcome, type FleetProgress } from '../contract';
import type { FleetPlayed } from './fleet-play';
import type { FleetRecord } from './fleet-record';
import { isCallOfOurs, isGone, isProvision, type Evidence } from './oracle';
import type { RunRecord } from './play';

/** All that is known of a fleet. */
export interface FleetEvidence extends FleetPlayed {
  /** Of each of its accounts, by ID. */
  accounts: ReadonlyMap<string, Evidence>;
}

/** What docs/fleets.md promises of every history. */
const MAX_EVENTS = 10_000;
const ENDS: readonly AccountEnd[] = ['succeeded', 'failed', 'cancelled', 'skipped'];

/** What is wrong with a fleet; nothing, where every promise was kept. */
export function fleetViolationsOf(evidence: FleetEvidence): string[] {
  const { records, plan } = evidence;
  const whole = records.flatMap((record) => {
    const { progress } = record;
    // A fleet that was terminated has nothing more to say of its accounts.
    if (progress === undefined || record.status === 'TERMINATED') return [];
    return RULES.flatMap((rule) => rule({ ...evidence, record: { ...record, progress } }));
  });
  const violations = [...endedAsOrdered(evidence), ...shortHistories(evidence), ...whole];
  // Where a fleet was started anew, one run may show twice.
  return [...new Set(violations)].map((violation) => `${plan.name}: ${violation}`);
}

type Rule = (evidence: FleetEvidence & { record: FleetRecord & { progress: FleetProgress } }) => string[];

function endedAsOrdered({ records, deeds }: FleetEvidence): string[] {
  const ordered = (does: string) => deeds.some(({ deed }) => deed.includes(`"${does}"`));
  return [
    ...(records.length === 0 ? ['was never started'] : []),
    ...records.flatMap(({ status, runId, pages }) => {
      const known =
        status === 'COMPLETED' ||
        (status === 'CANCELLED' && ordered('cancel')) ||
        (status === 'TERMINATED' && ordered('terminate'));
      if (!known) return [`execution ${runId} is ${status}`];
      if (status === 'TERMINATED') return [];
      return pages.flatMap((page, index) =>
        page.status === 'COMPLETED' ? [] : [`page ${index} of ${runId} is ${page.status}`],
      );
    }),
  ];
}

function shortHistories({ events, records }: FleetEvidence): string[] {
  const longest = Math.max(events, ...records.flatMap(({ pages }) => pages.map((page) => page.events)));
  return longest > MAX_EVENTS ? [`a history has ${longest} events`] : [];
}

const countsAddUp: Rule = ({ plan, record: { status, progress, pages } }) => {
  const all = plan.pages.slice(0, pages.length).flat().length;
  const counted = ENDS.reduce((sum, end) => sum + progress[end], 0);
  const complete = status !== 'COMPLETED' || pages.length === plan.pages.length;
  return [
    ...(complete ? [] : [`it ended after ${pages.length} of ${plan.pages.length} pages`]),
    ...(progress.accounts === all ? [] : [`it knows ${progress.accounts} of ${all} accounts`]),
    ...(counted === all ? [] : [`${counted} of ${all} accounts have ended as it counts`]),
    ...ENDS.flatMap((end) => {
      const told = pages.flatMap(({ outcomes }) => outcomes).filter((it) => it.end === end).length;
      return told === progress[end] ? [] : [`it counts ${progress[end]} as ${end}, its pages ${told}`];
    }),
  ];
};

const noAccountLostOrDoubled: Rule = ({ plan, record: { pages } }) =>
  pages.flatMap(({ outcomes }, page) => {
    const told = outcomes.map(({ accountId }) => accountId).sort();
    const planned = [...(plan.pages[page] ?? [])].sort();
    return JSON.stringify(told) === JSON.stringify(planned)
      ? []
      : [`page ${page} has outcomes of ${told.join(' ') || 'no account'}, not of ${planned.join(' ')}`];
  });

const causesAddUp: Rule = ({ record: { progress } }) => {
  const counted = progress.causes.reduce((sum, { count }) => sum + count, 0);
  return counted === progress.failed ? [] : [`its causes count ${counted} failures of ${progress.failed}`];
};

/** What a fleet says of an account is what a run of the account came to. */
const outcomesAreTrue: Rule = ({ accounts, record }) =>
  record.pages
    .flatMap(({ outcomes }) => outcomes)
    .flatMap((outcome) => {
      const { accountId, end } = outcome;
      const evidence = accounts.get(accountId);
      const why =
        evidence === undefined ? 'it is no account of this fleet' : doubtOf(outcome, evidence, record);
      return why === undefined ? [] : [`account ${accountId} is told as ${end}: ${why}`];
    });

function doubtOf(outcome: AccountOutcome, evidence: Evidence, { status }: FleetRecord): string | undefined {
  const { runs } = evidence;
  const provisions = runs.filter((run) => isProvision(run));
  switch (outcome.end) {
    case 'succeeded':
      return doubtOfSuccess(outcome, evidence);
    case 'failed': {
      const { type, remedy } = outcome.failure ?? { type: 'nothing' };
      if (remedy === undefined) return `${type} has no next step`;
      if (type === 'OtherRunOpen' && runs.some(({ workflowType }) => workflowType === DEPROVISION_WORKFLOW))
        return undefined;
      return provisions.some(({ failure }) => failure?.type === type)
        ? undefined
        : `no run failed with ${type}`;
    }
    case 'cancelled':
      return status === 'CANCELLED' || provisions.some((run) => run.status === 'CANCELLED')
        ? undefined
        : 'no run of it was cancelled';
    case 'skipped':
      return undefined;
  }
}

function doubtOfSuccess(
  { instanceArn, startedAt = '' }: AccountOutcome,
  { runs, calls, instances }: Evidence,
): string | undefined {
  const proved = runs.some(
    ({ status, result }) => status === 'COMPLETED' && result?.instanceArn === instanceArn,
  );
  if (!proved) return `no run ended with ${instanceArn ?? 'an instance'}`;
  const instance = instances.find((it) => it.instanceArn === instanceArn);
  const deleted = calls.find(
    (call) =>
      call.operation === 'DeleteInstance' &&
      call.instanceArn === instanceArn &&
      (!isCallOfOurs(call) || wasDeprovisioned(runs, call.time)),
  );
  return instance !== undefined && isGone(instance, startedAt) && deleted === undefined
    ? `${instance.instanceArn} was gone before it began`
    : undefined;
}

function wasDeprovisioned(runs: RunRecord[], time: string): boolean {
  return runs.some((run) => !isProvision(run) && run.startedAt <= time && (run.closedAt ?? '9') >= time);
}

/** A fleet ends after every run that it began. */
const waitsForItsRuns: Rule = ({ accounts, record }) =>
  begunBy(record, accounts)
    .filter(({ run }) => record.closedAt !== undefined && (run.closedAt ?? '9') > record.closedAt)
    .map(({ id, run }) => `it ended before run ${run.runId} of ${id}, which it began`);

/** A run that a fleet only joined is not ended with it. */
const cancelsOnlyItsOwn: Rule = ({ accounts, record }) =>
  [...accounts].flatMap(([id, { runs, deeds }]) =>
    runs
      .filter((run) => run.status === 'CANCELLED' && (run.parent === undefined || isBegunBy(record, run)))
      .filter((run) => record.status !== 'CANCELLED' || run.parent === undefined)
      .filter(
        ({ startedAt, closedAt = '9' }) =>
          !deeds.some(
            ({ deed, began, at }) => deed.includes('"cancel"') && at >= startedAt && began <= closedAt,
          ),
      )
      .map((run) => `run ${run.runId} of ${id} was cancelled, which nobody asked for`),
  );

/** Whoever is left out was not begun, and nobody is left out without a reason. */
const skipsForAReason: Rule = ({ plan, deeds, accounts, record }) => {
  const skipped = record.pages
    .flatMap(({ outcomes }) => outcomes)
    .filter(({ end }) => end === 'skipped')
    .map(({ accountId }) => accountId);
  const begun = new Set(begunBy(record, accounts).map(({ id }) => id));
  // What has failed and waits for its second try is left out as well.
  const retried = deeds.some(({ deed }) => deed.includes('"retry"'));
  const failures = plan.stopAfterFailures ?? Infinity;
  const { progress } = record;
  const limit = typeof failures === 'number' ? failures : (parseInt(failures) / 100) * progress.accounts;
  const reason = record.status === 'CANCELLED' || progress.failed >= limit;
  return [
    ...(skipped.length > 0 && !reason ? [`it left out ${skipped.length} accounts for no reason`] : []),
    ...skipped.filter((id) => begun.has(id) && !retried).map((id) => `it left out ${id}, which it had begun`),
  ];
};

/** An account that was done when the fleet began gets no other run of it. */
const doneIsDone: Rule = ({ accounts, record }) =>
  begunBy(record, accounts).flatMap(({ id, run }) => {
    const before = accounts.get(id)?.runs.filter(({ startedAt }) => startedAt < run.startedAt) ?? [];
    const last = before.at(-1);
    return last !== undefined &&
      isProvision(last) &&
      last.status === 'COMPLETED' &&
      (last.closedAt ?? '9') < record.progress.startedAt
      ? [`it began run ${run.runId} of ${id}, which was done by ${last.runId}`]
      : [];
  });

const RULES: readonly Rule[] = [
  ...[countsAddUp, noAccountLostOrDoubled, causesAddUp, outcomesAreTrue],
  ...[waitsForItsRuns, cancelsOnlyItsOwn, skipsForAReason, doneIsDone],
];

function isBegunBy({ progress }: FleetRecord, { parent }: RunRecord): boolean {
  return progress !== undefined && parent?.startsWith(progress.pageIdPrefix) === true;
}

function begunBy(record: FleetRecord, accounts: FleetEvidence['accounts']): { id: string; run: RunRecord }[] {
  return [...accounts].flatMap(([id, { runs }]) =>
    runs.filter((run) => isBegunBy(record, run)).map((run) => ({ id, run })),
  );
}

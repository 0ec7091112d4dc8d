import { DEPROVISION_WORKFLOW, type AccountEnd, type AccountOutcome } from '../../contract';
import type { RecordedCall } from '../../sandbox/emulator';
import { isGone, isOurCall, isProvision, type AccountEvidence, type RunRecord } from '../account/evidence';
import { hasAction } from '../actions';
import { applyRules } from '../apply-rules';
import { begunBy, isBegunBy, isLost, type FleetEvidence, type FleetRecord, type FleetRule } from './evidence';
import { keepsItsWindow } from './window-rule';

/** What docs/fleets.md promises of every history, in events. */
const MAX_EVENTS = 10_000;
const ENDS: readonly AccountEnd[] = ['succeeded', 'failed', 'cancelled', 'skipped'];

/** Says what is wrong with a fleet: nothing, where every promise was kept. */
export function fleetViolations(evidence: FleetEvidence): string[] {
  const { records, plan } = evidence;
  const whole = records.flatMap((record) => {
    const { progress } = record;
    // A fleet that was terminated has nothing more to say of its accounts.
    if (progress === undefined || record.status === 'TERMINATED') return [];
    return applyRules(RULES, { ...evidence, record: { ...record, progress } });
  });
  const violations = [...endsAsAsked(evidence), ...historiesAreShort(evidence), ...whole];
  // Where a fleet was started anew, one run may show twice.
  return [...new Set(violations)].map((violation) => `${plan.name}: ${violation}`);
}

/** A fleet ends, with all its pages: cancelled or terminated only where that was asked for. It says what came of it. */
function endsAsAsked({ records, actions, unreadable }: FleetEvidence): string[] {
  if (unreadable !== undefined) return [`its executions cannot be read: ${unreadable}`];
  return [
    ...(records.length === 0 ? ['was never started'] : []),
    ...records.flatMap(({ status, runId, pages, unreadable }) => {
      const known =
        status === 'COMPLETED' ||
        (status === 'CANCELLED' && hasAction(actions, ['cancel'])) ||
        (status === 'TERMINATED' && hasAction(actions, ['terminate']));
      if (!known) return [`execution ${runId} is ${status}`];
      if (status === 'TERMINATED') return [];
      return [
        ...(unreadable === undefined ? [] : [`execution ${runId} does not answer: ${unreadable}`]),
        ...pages.flatMap((page, index) => {
          const { status, unreadable } = page;
          if (unreadable !== undefined) return [`page ${index} of ${runId} cannot be read: ${unreadable}`];
          return status === 'COMPLETED' || isLost(actions, page, index)
            ? []
            : [`page ${index} of ${runId} is ${status}`];
        }),
      ];
    }),
  ];
}

/** No history of an execution grows beyond what the documentation promises. */
function historiesAreShort({ events, records }: FleetEvidence): string[] {
  const longest = Math.max(events, ...records.flatMap(({ pages }) => pages.map((page) => page.events)));
  return longest > MAX_EVENTS ? [`a history has ${longest} events`] : [];
}

/** A fleet has all its pages when it ends, and counts what its pages say. */
const countsAddUp: FleetRule = ({ plan, actions, record: { status, progress, pages } }) => {
  const all = plan.pages.slice(0, pages.length).flat().length;
  const counted = ENDS.reduce((sum, end) => sum + progress[end], 0);
  const complete = status !== 'COMPLETED' || pages.length === plan.pages.length;
  return [
    ...(complete ? [] : [`it ended after ${pages.length} of ${plan.pages.length} pages`]),
    ...(progress.accounts === all ? [] : [`it knows ${progress.accounts} of ${all} accounts`]),
    ...(counted === all ? [] : [`${counted} of ${all} accounts have ended as it counts`]),
    ...ENDS.flatMap((end) => {
      // A page that was ended from outside tells nothing more: what the fleet counts of it is its last report.
      if (pages.some((page, index) => isLost(actions, page, index))) return [];
      const told = pages.flatMap(({ outcomes }) => outcomes).filter((it) => it.end === end).length;
      return told === progress[end] ? [] : [`it counts ${progress[end]} as ${end}, its pages ${told}`];
    }),
  ];
};

/** A page tells of each of its accounts once. */
const noAccountLostOrDoubled: FleetRule = ({ plan, actions, record: { pages } }) =>
  pages.flatMap(({ outcomes, ...rest }, page) => {
    if (isLost(actions, rest, page)) return [];
    const told = outcomes.map(({ accountId }) => accountId).sort();
    const planned = [...(plan.pages[page] ?? [])].sort();
    return JSON.stringify(told) === JSON.stringify(planned)
      ? []
      : [`page ${page} has outcomes of ${told.join(' ') || 'no account'}, not of ${planned.join(' ')}`];
  });

/** Each failure is counted under one cause. */
const causesAddUp: FleetRule = ({ record: { progress } }) => {
  const counted = progress.causes.reduce((sum, { count }) => sum + count, 0);
  return counted === progress.failed ? [] : [`its causes count ${counted} failures of ${progress.failed}`];
};

/** What a fleet tells of an account is what a run of the account came to; a failure has its next step. */
const outcomesAreTrue: FleetRule = ({ accounts, record }) =>
  record.pages
    .flatMap(({ outcomes }) => outcomes)
    .flatMap((outcome) => {
      const { accountId, end } = outcome;
      const evidence = accounts.get(accountId);
      const why =
        evidence === undefined ? 'it is no account of this fleet' : outcomeDoubt(outcome, evidence, record);
      return why === undefined ? [] : [`account ${accountId} is told as ${end}: ${why}`];
    });

/** Says why an outcome cannot be true; nothing, where it can. */
function outcomeDoubt(
  outcome: AccountOutcome,
  evidence: AccountEvidence,
  { status }: FleetRecord,
): string | undefined {
  const { runs } = evidence;
  const provisions = runs.filter((run) => isProvision(run));
  switch (outcome.end) {
    case 'succeeded':
      return successDoubt(outcome, evidence);
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

function successDoubt(
  { instanceArn, startedAt = '' }: AccountOutcome,
  { runs, calls, instances }: AccountEvidence,
): string | undefined {
  const proofs = runs.filter(
    ({ status, result }) => status === 'COMPLETED' && result?.instanceArn === instanceArn,
  );
  if (proofs.length === 0) return `no run ended with ${instanceArn ?? 'an instance'}`;
  const instance = instances.find((it) => it.instanceArn === instanceArn);
  const deleted = calls.find(
    (call) =>
      call.operation === 'DeleteInstance' &&
      call.instanceArn === instanceArn &&
      (!isOurCall(call) || wasDeprovisioned(runs, call.time)),
  );
  // What ended before it began was looked after; a run that was open then may have seen what is gone meanwhile.
  const mayBeGone = deleted !== undefined && proofs.some(({ closedAt = '9' }) => closedAt >= startedAt);
  return instance !== undefined && isGone(instance, startedAt) && !mayBeGone
    ? `${instance.instanceArn} was gone before it began`
    : undefined;
}

function wasDeprovisioned(runs: RunRecord[], time: string): boolean {
  return runs.some((run) => !isProvision(run) && run.startedAt <= time && (run.closedAt ?? '9') >= time);
}

/** A fleet ends after every run that it began. */
const waitsForItsRuns: FleetRule = ({ actions, accounts, record }) =>
  begunBy(record, accounts)
    // Those of a page that was ended from outside are nobody's any more.
    .filter(({ page }) => !record.pages.some((it, index) => index === page && isLost(actions, it, index)))
    .filter(({ run }) => record.closedAt !== undefined && (run.closedAt ?? '9') > record.closedAt)
    .map(({ id, run }) => `it ended before run ${run.runId} of ${id}, which it began`);

/** A fleet cancels only runs that it began: one that it joined goes on. */
const cancelsOnlyItsOwn: FleetRule = ({ accounts, record }) =>
  [...accounts].flatMap(([id, { runs, actions }]) =>
    runs
      .filter((run) => run.status === 'CANCELLED' && (run.parent === undefined || isBegunBy(record, run)))
      .filter((run) => record.status !== 'CANCELLED' || run.parent === undefined)
      .filter(
        ({ startedAt, closedAt = '9' }) =>
          !hasAction(actions, ['cancel'], ({ began, ended }) => ended >= startedAt && began <= closedAt),
      )
      .map((run) => `run ${run.runId} of ${id} was cancelled, which nobody asked for`),
  );

/** Whoever is skipped was not begun, and nobody is skipped without a reason: a cancel, or too many failures. */
const skipsForAReason: FleetRule = ({ plan, actions, accounts, record }) => {
  const skipped = record.pages
    .flatMap(({ outcomes }) => outcomes)
    .filter(({ end }) => end === 'skipped')
    .map(({ accountId }) => accountId);
  const begun = new Set(begunBy(record, accounts).map(({ id }) => id));
  // What has failed and waits for its second try is left out as well.
  const retried = hasAction(actions, ['retry']);
  const failures = plan.stopAfterFailures ?? Infinity;
  const { progress } = record;
  const limit = typeof failures === 'number' ? failures : (parseInt(failures) / 100) * progress.accounts;
  const reason = record.status === 'CANCELLED' || progress.failed >= limit;
  return [
    ...(skipped.length > 0 && !reason ? [`it left out ${skipped.length} accounts for no reason`] : []),
    ...skipped.filter((id) => begun.has(id) && !retried).map((id) => `it left out ${id}, which it had begun`),
  ];
};

/** An account that was done when the fleet began, and is so still as far as AWS lets it be seen, gets no other run of it. */
const doneIsDone: FleetRule = ({ accounts, record }) =>
  begunBy(record, accounts).flatMap(({ id, run }) => {
    const before = accounts.get(id)?.runs.filter(({ startedAt }) => startedAt < run.startedAt) ?? [];
    const last = before.at(-1);
    return last !== undefined &&
      isProvision(last) &&
      last.status === 'COMPLETED' &&
      (last.closedAt ?? '9') < record.progress.startedAt &&
      !mayBeUndone(accounts.get(id)?.calls ?? [], last, run)
      ? [`it began run ${run.runId} of ${id}, which was done by ${last.runId}`]
      : [];
  });

/** Whether the instance of a run was deleted before another began, or a look at it refused or not answered. */
function mayBeUndone(calls: readonly RecordedCall[], done: RunRecord, begun: RunRecord): boolean {
  const { closedAt = '' } = done;
  return calls
    .filter(({ time }) => time >= closedAt && time <= begun.startedAt)
    .some(({ operation, outcome }) => operation === 'DeleteInstance' || outcome !== 'ok');
}

const RULES: readonly FleetRule[] = [
  countsAddUp,
  noAccountLostOrDoubled,
  causesAddUp,
  outcomesAreTrue,
  waitsForItsRuns,
  cancelsOnlyItsOwn,
  skipsForAReason,
  doneIsDone,
  keepsItsWindow,
];

import { hasAction } from '../actions';
import type { EmulatedInstance, RecordedCall } from '../../sandbox/emulator';
import {
  isDuring,
  isGone,
  isMadeSince,
  isOfTerminatedRun,
  isOurInstance,
  isProvision,
  ourCalls,
  ourCreates,
  type AccountEvidence,
  type AccountRule,
  type RunRecord,
} from './evidence';

/** A call that was under way when a run was cancelled is sent within this time. */
const UNDER_WAY_MS = 3_000;
/** Outcomes with which AWS answers a call, for good or for now. */
const ANSWERS = [
  /^ok$/,
  /[Tt]hrottl|LimitExceeded|SlowDown|TooMany|PriorRequest|TransactionIn/,
  /^(Validation|Conflict|AccessDenied|ServiceQuota|IdempotentParameter)/,
  /^(ExpiredToken|Request(TimeTooSkewed|Expired|InTheFuture)|InvalidSignature|UnrecognizedClient|OptIn)/,
];

/** A run deletes only instances that it made itself and failed ones; `deprovision` only what runs of ours made. */
const deletesOnlyItsOwn: AccountRule = (evidence) => {
  const { plan, calls, runs, instances } = evidence;
  return ourCalls(calls)
    .filter(({ operation }) => operation === 'DeleteInstance')
    .flatMap(({ time, instanceArn }) => {
      const instance = instances.find((it) => it.instanceArn === instanceArn);
      // What has failed holds nothing, whoever asked for it.
      const isFailed = instance?.statusReason !== undefined;
      if (instance === undefined || (!isFailed && !isOurInstance(instance, plan.accountId)))
        return [`DeleteInstance at ${time} of ${instanceArn ?? 'nothing'}, which no run made`];
      const mayDelete = (run: RunRecord) =>
        !isProvision(run) ||
        instance.statusReason !== undefined ||
        (plan.request.onCancel === 'delete' &&
          isMadeSince(instance, run.startedAt) &&
          (run.status !== 'TERMINATED' || wasCancelled(evidence, run)));
      return runs.some((run) => isDuring(run, time) && mayDelete(run))
        ? []
        : [`DeleteInstance at ${time} of ${instance.instanceArn}, which its run did not make`];
    });
};

/** A cancelled run that is to delete leaves nothing of its own behind, and a deprovisioning that succeeded nothing of ours. */
const nothingIsLeft: AccountRule = (evidence) =>
  evidence.runs.flatMap((run) => {
    const { plan, runs, instances, calls } = evidence;
    const { status, closedAt = '', startedAt, result } = run;
    const cancelled = isProvision(run) && status === 'CANCELLED' && plan.request.onCancel === 'delete';
    const deprovisioned = !isProvision(run) && result !== undefined;
    if ((!cancelled && !deprovisioned) || isExcused(evidence, run)) return [];
    // A later run may go on with what was made late.
    const isLast = !runs.some((it) => it.startedAt > closedAt);
    const late =
      cancelled && isLast && !wasOut(evidence, run)
        ? instances.filter((it) => it.deletedDate === undefined && isMadeLateBy(run, it, calls))
        : [];
    const left = instances
      .filter(
        (it) => isOurInstance(it, plan.accountId) && it.createdDate <= closedAt && !isGone(it, closedAt),
      )
      .filter(
        (it) => deprovisioned || (isMadeSince(it, startedAt) && !isOfTerminatedRun(runs, it.createdDate)),
      );
    return [...left, ...late].map(
      (it) => `${it.instanceArn} is left by run ${run.runId}, which ended as ${status}`,
    );
  });

/**
 * A cancelled run sends CreateInstance once more only where AWS has not answered a call of its own: nothing else can come of
 * what it has sent.
 */
const asksAgainOnlyWhatWasLost: AccountRule = (evidence) =>
  evidence.runs
    .filter((run) => isProvision(run) && run.status === 'CANCELLED')
    .flatMap((run) => {
      const cancel = evidence.actions.find(
        ({ action, began }) => action.type === 'cancel' && began >= run.startedAt,
      );
      if (cancel === undefined || evidence.fleetActions.length > 0 || wasOut(evidence, run)) return [];
      const cancelledAt = cancel.ended;
      // What is under way then has ended, however long a busy server has kept the cancel to itself.
      const rollBackAt = run.steps?.findLast(
        ({ stage, at }) => stage === 'rollingBack' && at >= cancel.began,
      )?.at;
      const isOver = ({ time }: RecordedCall) =>
        rollBackAt === undefined
          ? Date.parse(time) > Date.parse(cancelledAt) + UNDER_WAY_MS
          : time > rollBackAt;
      const creates = ourCreates(evidence.calls).filter(({ time }) => isDuring(run, time));
      return creates
        .filter(isOver)
        .filter(({ time }) => !creates.some((it) => it.time < time && !isAnswer(it)))
        .map(
          ({ time }) => `CreateInstance at ${time}, after a cancel at ${cancelledAt}, and nothing was lost`,
        );
    });

export const REMOVAL_RULES: readonly AccountRule[] = [
  deletesOnlyItsOwn,
  nothingIsLeft,
  asksAgainOnlyWhatWasLost,
];

/** Whether a run says that it does not know who made what it leaves, and nobody can: an attempt of it has died without a word. */
function isExcused(evidence: AccountEvidence, run: RunRecord): boolean {
  return wasOut(evidence, run) && (run.notes ?? []).some(({ text }) => text.includes('is not known'));
}

/** Whether AWS has answered a call: it did what was asked, or said that it does not. */
function isAnswer({ outcome }: RecordedCall): boolean {
  return ANSWERS.some((answer) => answer.test(outcome));
}

/** Whether somebody asked a run, or a fleet that it is in, to stop. */
function wasCancelled(
  { actions, fleetActions }: AccountEvidence,
  { startedAt, closedAt }: RunRecord,
): boolean {
  const isDuringRun = ({ began, ended }: { began: string; ended: string }) =>
    ended >= startedAt && began <= (closedAt ?? '9');
  return (
    hasAction(actions, ['cancel'], isDuringRun) || fleetActions.some(({ action }) => action.type === 'cancel')
  );
}

/** Whether a worker or the server was out of order while a run was open. */
function wasOut({ outages }: AccountEvidence, { startedAt, closedAt = '9' }: RunRecord): boolean {
  return outages.some(({ from, to }) => from <= closedAt && to >= startedAt);
}

/** Whether an instance was made after a run had ended, by a call of it that AWS carried out late. */
function isMadeLateBy(run: RunRecord, { clientToken, createdDate }: EmulatedInstance, calls: RecordedCall[]) {
  const ended = run.closedAt ?? '9';
  const isLate = (call: RecordedCall) =>
    call.outcome === 'late' && call.token === clientToken && isDuring(run, call.time);
  return createdDate > ended && ourCreates(calls).some(isLate);
}

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

/** A worker that is frozen for the longest has its call tried again within this time. */
const OUTAGE_MS = 75_000;
/** A look that was under way when a run was cancelled. */
const UNDER_WAY_MS = 2_000;

/** A run deletes only instances that it made itself and failed ones; `deprovision` only what runs of ours made. */
const deletesOnlyItsOwn: AccountRule = ({ plan, calls, runs, instances }) =>
  ourCalls(calls)
    .filter(({ operation }) => operation === 'DeleteInstance')
    .flatMap(({ time, instanceArn }) => {
      const instance = instances.find((it) => it.instanceArn === instanceArn);
      if (instance === undefined || !isOurInstance(instance, plan.accountId))
        return [`DeleteInstance at ${time} of ${instanceArn ?? 'nothing'}, which no run made`];
      const mayDelete = (run: RunRecord) =>
        !isProvision(run) ||
        instance.statusReason !== undefined ||
        (plan.request.onCancel === 'delete' && isMadeSince(instance, run.startedAt));
      return runs.some((run) => isDuring(run, time) && mayDelete(run))
        ? []
        : [`DeleteInstance at ${time} of ${instance.instanceArn}, which its run did not make`];
    });

/** A cancelled run that is to delete leaves nothing of its own behind, and a deprovisioning that succeeded nothing of ours. */
const nothingIsLeft: AccountRule = (evidence) =>
  evidence.runs.flatMap((run) => {
    const { plan, runs, instances } = evidence;
    const { status, closedAt = '', startedAt, result } = run;
    const cancelled = isProvision(run) && status === 'CANCELLED' && plan.request.onCancel === 'delete';
    const deprovisioned = !isProvision(run) && result !== undefined;
    if ((!cancelled && !deprovisioned) || isExcused(evidence, run)) return [];
    return instances
      .filter(
        (it) => isOurInstance(it, plan.accountId) && it.createdDate <= closedAt && !isGone(it, closedAt),
      )
      .filter(
        (it) => deprovisioned || (isMadeSince(it, startedAt) && !isOfTerminatedRun(runs, it.createdDate)),
      )
      .map((it) => `${it.instanceArn} is left by run ${run.runId}, which ended as ${status}`);
  });

/** A run of which no call had reached AWS does not ask, once it is cancelled, what came of them: nothing can have. */
const asksNothingForNothing: AccountRule = (evidence) =>
  evidence.runs
    .filter((run) => isProvision(run) && run.status === 'CANCELLED')
    .flatMap((run) => {
      const cancelledAt = evidence.actions.find(
        ({ action, began }) => action.type === 'cancel' && began >= run.startedAt,
      )?.ended;
      if (cancelledAt === undefined || evidence.fleetActions.length > 0 || wasOut(evidence, run)) return [];
      const own = ourCalls(evidence.calls).filter(({ time }) => isDuring(run, time));
      if (ourCreates(own).some(({ time }) => time <= cancelledAt)) return [];
      const looks = own.filter(
        ({ operation, time }) =>
          operation === 'ListInstances' && Date.parse(time) > Date.parse(cancelledAt) + UNDER_WAY_MS,
      );
      // One may belong to a first call that was under way.
      return looks.length > 1
        ? [`run ${run.runId} looks ${looks.length} times after its cancel, and had sent nothing`]
        : [];
    });

export const REMOVAL_RULES: readonly AccountRule[] = [
  deletesOnlyItsOwn,
  nothingIsLeft,
  asksNothingForNothing,
];

/** Whether a run says that it does not know who made what it leaves, and nobody can: an attempt of it has died without a word. */
function isExcused(evidence: AccountEvidence, run: RunRecord): boolean {
  return wasOut(evidence, run) && (run.notes ?? []).some(({ text }) => text.includes('is not known'));
}

/** Whether a worker or the server was out of order while a run was open. */
function wasOut({ outages }: AccountEvidence, { startedAt, closedAt }: RunRecord): boolean {
  const [from, to] = [Date.parse(startedAt) - OUTAGE_MS, Date.parse(closedAt ?? startedAt)];
  return outages.some((at) => Date.parse(at) >= from && Date.parse(at) <= to);
}

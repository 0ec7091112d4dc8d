import { actionMoment, renderTimeline, type Moment } from '../timeline';
import type { AccountEvidence } from './evidence';

/** Renders an account's timeline: what was done to it and to its fleets, what AWS saw, what became of its runs. */
export function accountTimeline(
  { plan, actions, fleetActions, calls, runs, instances }: AccountEvidence,
  faults: readonly Moment[],
): string {
  const moments: Moment[] = [
    ...actions.map((record) => actionMoment(record)),
    ...calls.map(({ time, operation, outcome, token, instanceArn, caller }) => ({
      at: time,
      what: `call      ${operation} ${token ?? instanceArn ?? ''} by ${caller.replace(/^.*role\//, '')}: ${outcome}`,
    })),
    ...runs.flatMap(({ runId, workflowType, parent, startedAt, closedAt, status, result, failure }) => [
      { at: startedAt, what: `run       ${runId} ${workflowType} started by ${parent ?? 'somebody'}` },
      {
        at: closedAt ?? '9',
        what: `run       ${runId} ${status} ${failure?.message ?? JSON.stringify(result ?? {})}`,
      },
    ]),
    ...instances.flatMap(({ instanceArn, clientToken, createdDate, deletedDate, statusReason }) => [
      {
        at: createdDate,
        what: `instance  ${instanceArn} made with ${clientToken}: ${statusReason ?? 'well'}`,
      },
      ...(deletedDate === undefined ? [] : [{ at: deletedDate, what: `instance  ${instanceArn} gone` }]),
    ]),
  ];
  const { actions: planned, ...asked } = plan;
  const title = `account ${plan.accountId}: ${JSON.stringify(asked)}, ${planned.length} actions`;
  const around = fleetActions.map((record) => actionMoment(record, record.fleet));
  return renderTimeline(title, moments, [...around, ...faults]);
}

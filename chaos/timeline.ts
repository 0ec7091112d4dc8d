import type { AccountEvidence } from './account/evidence';
import type { ActionRecord } from './actions';
import type { FleetEvidence } from './fleet/evidence';

/** Something that happened. */
export interface Moment {
  /** ISO 8601; `9`, where it has not happened yet. */
  at: string;
  what: string;
}

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

/** Renders a fleet's timeline: what was done to it, and what became of it, of its pages and of the runs of its accounts. */
export function fleetTimeline(
  { plan, actions, records, accounts }: FleetEvidence,
  faults: readonly Moment[],
): string {
  const moments: Moment[] = [
    ...actions.map((record) => actionMoment(record)),
    ...records.flatMap(({ runId, status, closedAt = '9', progress, pages }) => [
      { at: progress?.startedAt ?? '', what: `fleet     ${progress?.pageIdPrefix ?? runId} began` },
      ...pages.map((page, index) => ({
        at: page.closedAt ?? '9',
        what: `page      ${progress?.pageIdPrefix ?? ''}${index} ${page.status} ${JSON.stringify(tally(page.outcomes.map(({ end }) => end)))}`,
      })),
      { at: closedAt, what: `fleet     ${runId} ${status} ${JSON.stringify(progress)}` },
    ]),
    ...[...accounts].flatMap(([id, { runs }]) =>
      runs.flatMap(({ runId, parent, startedAt, closedAt = '9', status }) => [
        { at: startedAt, what: `run       ${runId} of ${id} started by ${parent ?? 'somebody'}` },
        { at: closedAt, what: `run       ${runId} of ${id} ${status}` },
      ]),
    ),
  ];
  const { actions: planned, ...asked } = plan;
  return renderTimeline(`${JSON.stringify(asked)}, ${planned.length} actions`, moments, faults);
}

/** @param fleet to which the action was done, where the timeline is that of an account in it */
function actionMoment({ ended, action, outcome }: ActionRecord, fleet?: string): Moment {
  const to = fleet === undefined ? '' : `${fleet} `;
  return { at: ended, what: `action    ${to}${JSON.stringify(action)}: ${outcome}` };
}

/**
 * Renders what happened, in order.
 *
 * @param around what happened to others; shown as far as it was in the same time
 */
function renderTimeline(title: string, moments: readonly Moment[], around: readonly Moment[]): string {
  const times = moments.map(({ at }) => at).sort();
  const [first, last] = [times[0] ?? '', times.at(-1) ?? ''];
  const lines = [...moments, ...around.filter(({ at }) => at >= first && at <= last)]
    .sort((a, b) => a.at.localeCompare(b.at))
    .map(({ at, what }) => `  ${at.slice(11)}  ${what}`);
  return [title, ...lines].join('\n');
}

/** Counts how often each value occurs. */
export function tally(values: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

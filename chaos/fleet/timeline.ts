import { actionMoment, renderTimeline, tally, type Moment } from '../timeline';
import type { FleetEvidence } from './evidence';

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

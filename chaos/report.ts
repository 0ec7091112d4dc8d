import type { PlayedDeed } from './deeds';
import type { FleetEvidence } from './fleet-oracle';
import type { Evidence } from './oracle';

/** An account's timeline: what was done to it and to its fleets, what AWS saw, what became of its runs. */
export function timelineOf(
  { plan, deeds, orders, calls, runs, instances }: Evidence,
  mishaps: Moment[],
): string {
  const moments: Moment[] = [
    ...deeds.map(momentOf),
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
  const { deeds: planned, ...request } = plan;
  const title = `account ${plan.accountId}: ${JSON.stringify(request)}, ${planned.length} deeds`;
  return written(title, moments, [...orders.map(momentOf), ...mishaps]);
}

/** A fleet's timeline: what was done to it, and what became of it, of its pages and of the runs of its accounts. */
export function fleetTimelineOf(
  { plan, deeds, records, accounts }: FleetEvidence,
  mishaps: Moment[],
): string {
  const moments: Moment[] = [
    ...deeds.map(momentOf),
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
  const { deeds: planned, ...asked } = plan;
  return written(`${JSON.stringify(asked)}, ${planned.length} deeds`, moments, mishaps);
}

function momentOf({ at, deed, outcome }: PlayedDeed): Moment {
  return { at, what: `deed      ${deed}: ${outcome}` };
}

/** @param around what happened to others; told as far as it was in the same time */
function written(title: string, moments: Moment[], around: Moment[]): string {
  const times = moments.map(({ at }) => at).sort();
  const [first, last] = [times[0] ?? '', times.at(-1) ?? ''];
  const lines = [...moments, ...around.filter(({ at }) => at >= first && at <= last)]
    .sort((a, b) => a.at.localeCompare(b.at))
    .map(({ at, what }) => `  ${at.slice(11)}  ${what}`);
  return [title, ...lines].join('\n');
}

/** Something that happened. */
export interface Moment {
  /** ISO 8601. */
  at: string;
  what: string;
}

/** How often each value occurs. */
export function tally(values: string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

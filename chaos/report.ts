import type { Evidence } from './oracle';

/** An account's timeline: what was done to it, what AWS saw, what became of its runs. */
export function timelineOf({ plan, deeds, calls, runs, instances }: Evidence, mishaps: Moment[]): string {
  const moments: Moment[] = [
    ...deeds.map(({ at, deed, outcome }) => ({ at, what: `deed      ${deed}: ${outcome}` })),
    ...calls.map(({ time, operation, outcome, token, instanceArn, caller }) => ({
      at: time,
      what: `call      ${operation} ${token ?? instanceArn ?? ''} by ${caller.replace(/^.*role\//, '')}: ${outcome}`,
    })),
    ...runs.flatMap(({ runId, workflowType, startedAt, closedAt, status, result, failure }) => [
      { at: startedAt, what: `run       ${runId} ${workflowType} started` },
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
  ].sort((a, b) => a.at.localeCompare(b.at));
  const [first, last] = [moments[0]?.at ?? '', moments.at(-1)?.at ?? ''];
  const around = mishaps.filter(({ at }) => at >= first && at <= last);
  const { deeds: planned, ...request } = plan;
  return [
    `account ${plan.accountId}: ${JSON.stringify(request)}, ${planned.length} deeds`,
    ...[...moments, ...around]
      .sort((a, b) => a.at.localeCompare(b.at))
      .map(({ at, what }) => `  ${at.slice(11)}  ${what}`),
  ].join('\n');
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

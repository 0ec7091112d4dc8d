import type { ActionRecord } from './actions';

/** Something that happened. */
export interface Moment {
  /** ISO 8601; `9`, where it has not happened yet. */
  at: string;
  what: string;
}

/** @param fleet to which the action was done, where the timeline is that of an account in it */
export function actionMoment({ ended, action, outcome }: ActionRecord, fleet?: string): Moment {
  const to = fleet === undefined ? '' : `${fleet} `;
  return { at: ended, what: `action    ${to}${JSON.stringify(action)}: ${outcome}` };
}

/**
 * Renders what happened, in order.
 *
 * @param around what happened to others; shown as far as it was in the same time
 */
export function renderTimeline(title: string, moments: readonly Moment[], around: readonly Moment[]): string {
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

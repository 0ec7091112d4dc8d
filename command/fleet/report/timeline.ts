import type { AccountOutcome } from '../../../client';
import { defined } from '../../../contract';

/** How many accounts had ended in which way at a time, all since the start together. */
export interface TimelinePoint {
  /** ISO 8601. */
  at: string;
  succeeded: number;
  failed: number;
  cancelled: number;
  skipped: number;
  /** Begun and not ended; absent where that is not known of every account. */
  open?: number;
}

export const MAX_TIMELINE_POINTS = 200;

interface Span {
  /** ISO 8601. */
  startedAt: string;
  /** ISO 8601. */
  until: string;
  withOpen: boolean;
}

/**
 * Computes the course of a fleet from its start to its end, {@link MAX_TIMELINE_POINTS} at the most: whenever something changed, or
 * evenly where that is too often. An account that was tried again counts by its last try.
 */
export function makeTimeline(outcomes: readonly AccountOutcome[], span: Span): TimelinePoint[] {
  const changes = listChanges(outcomes);
  const point = { succeeded: 0, failed: 0, cancelled: 0, skipped: 0, open: 0 };
  let next = 0;
  return chooseTimes(changes, span).map((at) => {
    for (let change = changes[next]; change !== undefined && change.at <= at; change = changes[(next += 1)]) {
      if (change.end !== undefined) point[change.end] += 1;
      point.open += change.open;
    }
    const { open, ...ended } = point;
    return defined({ at: new Date(at).toISOString(), ...ended, open: span.withOpen ? open : undefined });
  });
}

/** A change at a time in milliseconds since the epoch. */
interface Change {
  at: number;
  end?: AccountOutcome['end'];
  open: -1 | 0 | 1;
}

function listChanges(outcomes: readonly AccountOutcome[]): Change[] {
  return outcomes
    .flatMap(({ startedAt, endedAt, end }): Change[] => [
      ...(startedAt === undefined ? [] : [{ at: Date.parse(startedAt), open: 1 } as const]),
      { at: Date.parse(endedAt), end, open: startedAt === undefined ? 0 : -1 },
    ])
    .sort((one, other) => one.at - other.at);
}

function chooseTimes(changes: readonly Change[], { startedAt, until }: Span): number[] {
  const first = Math.min(Date.parse(startedAt), changes[0]?.at ?? Infinity);
  const last = Math.max(first, Date.parse(until), changes.at(-1)?.at ?? 0);
  const times = [...new Set([first, ...changes.map(({ at }) => at), last])];
  if (times.length <= MAX_TIMELINE_POINTS) return times;
  const step = (last - first) / (MAX_TIMELINE_POINTS - 1);
  const even = Array.from({ length: MAX_TIMELINE_POINTS - 1 }, (_, index) =>
    Math.round(first + index * step),
  );
  return [...new Set([...even, last])];
}

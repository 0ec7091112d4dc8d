import { utc, type CallCounts } from '../../../contract';
import {
  countAxis,
  heights,
  legend,
  type Markup,
  markup,
  picture,
  rounded,
  scale,
  timeAxis,
  type Frame,
} from '../../drawing';
import { counted, describeCalls, duration, grouped } from '../../words';
import type { FleetReport } from './report';
import type { TimelinePoint } from './timeline';

const [LEFT, RIGHT] = [62, 872];
const ENDS_FRAME: Frame = { left: LEFT, right: RIGHT, top: 12, bottom: 250 };
/** The frame of all pictures but the first. */
const LOW_FRAME: Frame = { left: LEFT, right: RIGHT, top: 12, bottom: 112 };

/** The ends of accounts, in the order in which they are drawn over each other, from the bottom up. */
const ENDS = ['succeeded', 'failed', 'cancelled', 'skipped'] as const;

/** The time axis, which all pictures share. */
interface Times {
  /** Where a time (milliseconds since the epoch) is drawn. */
  x: (at: number) => number;
  marks: (frame: Frame) => Markup[];
}

/**
 * Draws the course of a fleet: how many accounts had ended in which way, how many were open, where that is known, and the calls.
 */
export function drawRun({ counts, timeline, calls, startedAt }: FleetReport): Markup {
  const [first, last] = [timeline[0], timeline.at(-1)];
  if (first === undefined || last === undefined) return markup``;
  const began = Date.parse(first.at);
  const took = Math.max(1, Date.parse(last.at) - began);
  const place = scale(took, LEFT, RIGHT);
  const times: Times = { x: (at) => place(at - began), marks: (frame) => timeAxis(frame, took) };
  const ends = ENDS.filter((end) => counts[end] > 0).map(
    (end) => [end, `${end} (${grouped(counts[end])})`] as const,
  );
  return markup`<figure>
<figcaption>Accounts that had ended, by the time since the start at ${utc(startedAt)}</figcaption>
${drawEnds(timeline, counts, times, duration(took))}
${legend([...ends, ['rest', 'not ended yet']])}
</figure>
${last.open === undefined ? undefined : markup`<figure><figcaption>Accounts that were open at once</figcaption>${drawOpen(timeline, times)}</figure>`}
${drawCalls(calls, times)}`;
}

function drawEnds(
  points: readonly TimelinePoint[],
  counts: FleetReport['counts'],
  times: Times,
  took: string,
): Markup {
  const { top, bottom } = ENDS_FRAME;
  const line = stairs(points, times, heights(ENDS_FRAME, counts.accounts));
  const sums = (below: readonly (typeof ENDS)[number][]) =>
    points.map((point) => below.reduce((sum, other) => sum + point[other], 0));
  const layers = ENDS.map((end, index) =>
    counts[end] === 0
      ? markup``
      : markup`<path class="${end}" d="${line.between(sums(ENDS.slice(0, index)), sums(ENDS.slice(0, index + 1)))}"/>`,
  );
  const said = ENDS.map((end) => `${grouped(counts[end])} ${end}`).join(', ');
  return picture(
    'ends',
    'How the accounts ended over time',
    `After ${took}, of ${counted(counts.accounts, 'account')}: ${said}, ${grouped(counts.unfinished)} without an end.`,
    ENDS_FRAME,
    markup`<rect class="rest" x="${LEFT}" y="${top}" width="${RIGHT - LEFT}" height="${bottom - top}"/>
${layers}
${countAxis(ENDS_FRAME, counts.accounts, 5)}
${times.marks(ENDS_FRAME)}`,
  );
}

function drawOpen(points: readonly TimelinePoint[], times: Times): Markup {
  const counts = points.map(({ open }) => open ?? 0);
  const most = Math.max(...counts);
  const line = stairs(points, times, heights(LOW_FRAME, most));
  const floor = counts.map(() => 0);
  return picture(
    'open',
    'Accounts that were open at once',
    `At the most ${counted(most, 'account')}.`,
    LOW_FRAME,
    markup`${countAxis(LOW_FRAME, most, 3)}
<path class="open" d="${line.between(floor, counts)}"/><path class="line" d="${line.along(counts)}"/>
${times.marks(LOW_FRAME)}`,
  );
}

/** Draws counts as stairs, not slopes, as they hold until the next point: the line along them, the area between two lines. */
function stairs(points: readonly TimelinePoint[], { x }: Times, y: (count: number) => number) {
  const across = points.map(({ at }) => rounded(x(Date.parse(at))));
  const up = (counts: readonly number[], index: number) => rounded(y(counts[index] ?? 0));
  const along = (counts: readonly number[]) =>
    across.map((at, index) => (index === 0 ? `M${at} ` : `H${at}V`) + String(up(counts, index))).join('');
  const between = (lower: readonly number[], upper: readonly number[]) => {
    const back = across.map((at, index) => `V${up(lower, index)}H${at}`).reverse();
    return `${along(upper)}${back.join('')}Z`;
  };
  return { along, between };
}

/** Draws the calls a second over time, and how many of them were throttled; nothing, where no call is known of. */
function drawCalls(calls: FleetReport['calls'], { x, marks }: Times): Markup {
  if (calls.sent === 0) return markup``;
  const perSecond = (count: number) => (count * 1000) / calls.spanMs;
  const most = Math.max(1, ...calls.course.map(({ sent }) => perSecond(sent)));
  const y = heights(LOW_FRAME, most);
  /** Bars from one count of a span to another. */
  const bars = (kind: string, edges: (span: CallCounts) => [number, number]) => {
    const d = calls.course.map(({ at, ...counts }) => {
      const [low, high] = edges(counts);
      if (low === high) return '';
      const [bottom, top] = [rounded(y(perSecond(low))), rounded(y(perSecond(high)))];
      const from = Date.parse(at);
      const [left, right] = [Math.max(LEFT, x(from)), Math.min(RIGHT, x(from + calls.spanMs))];
      return `M${rounded(left)} ${bottom}V${top}H${rounded(right)}V${bottom}Z`;
    });
    return markup`<path class="${kind}" d="${d.join('')}"/>`;
  };
  return markup`<figure><figcaption>Calls a second: ${describeCalls(calls)}</figcaption>
${picture(
  'calls',
  'Calls to Identity Center a second',
  `${describeCalls(calls)}; at the most ${Math.round(most)} a second.`,
  LOW_FRAME,
  markup`${bars('answered', ({ sent, throttled }) => [0, sent - throttled])}
${bars('throttled', ({ sent, throttled }) => [sent - throttled, sent])}
${countAxis(LOW_FRAME, most, 3)}
${marks(LOW_FRAME)}`,
)}
${legend([
  ['answered', 'answered'],
  ['throttled', 'throttled'],
])}
</figure>`;
}

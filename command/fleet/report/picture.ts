import { utc } from '../../../contract';
import type { FleetReport } from './report';
import type { TimelinePoint } from './timeline';
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
import { drawCalls } from './calls';
import { counted, duration, grouped } from '../../words';

const [LEFT, RIGHT] = [62, 872];
const ENDS_FRAME: Frame = { left: LEFT, right: RIGHT, top: 12, bottom: 250 };
const OPEN_FRAME: Frame = { left: LEFT, right: RIGHT, top: 12, bottom: 112 };

/** The ends of accounts, in the order in which they are drawn over each other, from the bottom up. */
const ENDS = ['succeeded', 'failed', 'cancelled', 'skipped'] as const;

/**
 * Draws the course of a fleet: how many accounts had ended in which way, how many were open, where that is known, and the calls.
 */
export function drawRun(report: FleetReport): Markup {
  const { counts, timeline } = report;
  const [first, last] = [timeline[0], timeline.at(-1)];
  if (first === undefined || last === undefined) return markup``;
  const took = Math.max(1, Date.parse(last.at) - Date.parse(first.at));
  const time = (at: string) => Date.parse(at) - Date.parse(first.at);
  const x = scale(took, LEFT, RIGHT);
  const plot: Plot = {
    points: timeline,
    x: (at) => x(time(at)),
    times: (frame) => timeAxis(frame, took),
  };
  return markup`<figure>
<figcaption>Accounts that had ended, by the time since the start at ${utc(report.startedAt)}</figcaption>
${ends(report, plot, duration(took))}
${drawLegend(counts)}
</figure>
${last.open === undefined ? undefined : markup`<figure><figcaption>Accounts that were open at once</figcaption>${open(plot)}</figure>`}
${drawCalls(report.calls, OPEN_FRAME, { x: (at) => x(at - Date.parse(first.at)), marks: plot.times(OPEN_FRAME) })}`;
}

interface Plot {
  points: readonly TimelinePoint[];
  /** Where a time (ISO 8601) is drawn. */
  x: (at: string) => number;
  times: (frame: Frame) => Markup[];
}

function ends({ counts }: FleetReport, plot: Plot, took: string): Markup {
  const frame = ENDS_FRAME;
  const y = heights(frame, counts.accounts);
  const layers = ENDS.map((end, index) => {
    const sums = (below: readonly (typeof ENDS)[number][]) =>
      plot.points.map((point) => below.reduce((sum, other) => sum + point[other], 0));
    const d = band(plot, sums(ENDS.slice(0, index)), sums(ENDS.slice(0, index + 1)), y);
    return counts[end] === 0 ? markup`` : markup`<path class="${end}" d="${d}"/>`;
  });
  const said = ENDS.map((end) => `${grouped(counts[end])} ${end}`).join(', ');
  return picture(
    'ends',
    'How the accounts ended over time',
    `After ${took}, of ${counted(counts.accounts, 'account')}: ${said}, ${grouped(counts.unfinished)} without an end.`,
    frame,
    markup`<rect class="rest" x="${LEFT}" y="${frame.top}" width="${RIGHT - LEFT}" height="${frame.bottom - frame.top}"/>
${layers}
${countAxis(frame, counts.accounts, 5)}
${plot.times(frame)}`,
  );
}

function open(plot: Plot): Markup {
  const frame = OPEN_FRAME;
  const counts = plot.points.map(({ open }) => open ?? 0);
  const most = Math.max(...counts);
  const y = heights(frame, most);
  const floor = counts.map(() => 0);
  const d = band(plot, floor, counts, y);
  return picture(
    'open',
    'Accounts that were open at once',
    `At the most ${counted(most, 'account')}.`,
    frame,
    markup`${countAxis(frame, most, 3)}
<path class="open" d="${d}"/><path class="line" d="${stairs(plot, counts, y)}"/>
${plot.times(frame)}`,
  );
}

/** Draws a line as stairs, not slopes: counts hold until the next point. */
function stairs({ points, x }: Plot, counts: readonly number[], y: (count: number) => number): string {
  return points
    .map(({ at }, index) => {
      const [across, up] = [rounded(x(at)), rounded(y(counts[index] ?? 0))];
      return index === 0 ? `M${across} ${up}` : `H${across}V${up}`;
    })
    .join('');
}

/** Draws the area between two such lines. */
function band(
  plot: Plot,
  lower: readonly number[],
  upper: readonly number[],
  y: (count: number) => number,
): string {
  const { points, x } = plot;
  const back = points
    .map(({ at }, index) => `V${rounded(y(lower[index] ?? 0))}H${rounded(x(at))}`)
    .reverse()
    .join('');
  return `${stairs(plot, upper, y)}${back}Z`;
}

function drawLegend(counts: FleetReport['counts']): Markup {
  const ends = ENDS.filter((end) => counts[end] > 0).map(
    (end) => [end, `${end} (${grouped(counts[end])})`] as const,
  );
  return legend([...ends, ['rest', 'not ended yet']]);
}

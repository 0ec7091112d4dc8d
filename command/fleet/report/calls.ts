import { countAxis, heights, legend, type Markup, markup, picture, rounded, type Frame } from '../../drawing';
import type { CallCounts } from '../../../contract';
import type { ReportCalls } from './report';
import { describeCalls } from '../../words';

/** The time axis, which is that of the other pictures. */
interface Times {
  /** Where a time (milliseconds since the epoch) is drawn. */
  x: (at: number) => number;
  marks: Markup[];
}

/** Draws the calls a second over time, and how many of them were throttled; nothing, where no call is known of. */
export function drawCalls(calls: ReportCalls, frame: Frame, { x, marks }: Times): Markup {
  if (calls.sent === 0) return markup``;
  const perSecond = (count: number) => (count * 1000) / calls.spanMs;
  const most = Math.max(1, ...calls.course.map(({ sent }) => perSecond(sent)));
  const y = heights(frame, most);
  /** Bars from one count of a span to another. */
  const bars = (kind: string, edges: (span: CallCounts) => [number, number]) => {
    const d = calls.course.map(({ at, ...counts }) => {
      const [low, high] = edges(counts);
      if (low === high) return '';
      const [bottom, top] = [rounded(y(perSecond(low))), rounded(y(perSecond(high)))];
      const from = Date.parse(at);
      const [left, right] = [Math.max(frame.left, x(from)), Math.min(frame.right, x(from + calls.spanMs))];
      return `M${rounded(left)} ${bottom}V${top}H${rounded(right)}V${bottom}Z`;
    });
    return markup`<path class="${kind}" d="${d.join('')}"/>`;
  };
  return markup`<figure><figcaption>Calls a second: ${describeCalls(calls)}</figcaption>
${picture(
  'calls',
  'Calls to Identity Center a second',
  `${describeCalls(calls)}; at the most ${Math.round(most)} a second.`,
  frame,
  markup`${bars('answered', ({ sent, throttled }) => [0, sent - throttled])}
${bars('throttled', ({ sent, throttled }) => [sent - throttled, sent])}
${countAxis(frame, most, 3)}
${marks}`,
)}
${legend([
  ['answered', 'answered'],
  ['throttled', 'throttled'],
])}
</figure>`;
}

import { type Markup, markup, rounded, scale } from '../command/drawing';
import type { Chart } from './figures';

const [WIDTH, LABEL, BAR, GAP, TOP] = [860, 400, 26, 14, 56];

/** Draws a chart as SVG: a bar for each median, a line from the least to the most. Reads well on light and dark pages. */
export function drawChart({ title, unit, bars }: Chart): string {
  const height = TOP + bars.length * (BAR + GAP) + 10;
  const most = Math.max(...bars.map(({ sample }) => sample.most), Number.MIN_VALUE);
  const x = scale(most, LABEL, WIDTH - 130);
  const drawn = bars.map(({ label, sample, ours }, index) => {
    const y = TOP + index * (BAR + GAP);
    const middle = y + BAR / 2;
    const end = rounded(x(sample.most));
    return markup`${text(LABEL - 10, middle + 5, label, 'end')}<rect x="${LABEL}" y="${y}" width="${rounded(x(sample.median) - LABEL)}" height="${BAR}" rx="3" fill="${ours ? '#2563eb' : '#94a3b8'}"/><path d="M${rounded(x(sample.least))} ${middle}H${end}" stroke="#0f172a" stroke-width="2"/>${text(end + 8, middle + 5, `${short(sample.median)} ${unit}`, 'start')}`;
  });
  return markup`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${title}" font-family="system-ui, sans-serif" font-size="14">
<rect width="100%" height="100%" rx="6" fill="#fff"/>
<text x="16" y="32" font-size="17" font-weight="600" fill="#0f172a">${title}</text>
${drawn}
</svg>
`.text;
}

/** Writes a number with as many digits as mean something. */
export function short(value: number): string {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en');
  return String(Number(value.toPrecision(3)));
}

function text(x: number, y: number, content: string, anchor: 'start' | 'end'): Markup {
  return markup`<text x="${x}" y="${y}" text-anchor="${anchor}" fill="#334155">${content}</text>`;
}

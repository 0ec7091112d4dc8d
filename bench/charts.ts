import type { Chart } from './figures';

const [WIDTH, LABEL, BAR, GAP, TOP] = [860, 400, 26, 14, 56];

/** A chart as SVG: a bar for each median, a line from the least to the most. Reads well on light and dark pages. */
export function drawChart({ title, unit, bars }: Chart): string {
  const height = TOP + bars.length * (BAR + GAP) + 10;
  const room = WIDTH - LABEL - 130;
  const most = Math.max(...bars.map(({ sample }) => sample.most), Number.MIN_VALUE);
  const x = (value: number) => LABEL + (value / most) * room;
  const drawn = bars.map(({ label, sample, ours }, index) => {
    const y = TOP + index * (BAR + GAP);
    const middle = y + BAR / 2;
    return [
      text(LABEL - 10, middle + 5, label, 'end'),
      `<rect x="${LABEL}" y="${y}" width="${at(x(sample.median) - LABEL)}" height="${BAR}" rx="3" fill="${ours ? '#2563eb' : '#94a3b8'}"/>`,
      `<path d="M${at(x(sample.least))} ${middle}H${at(x(sample.most))}" stroke="#0f172a" stroke-width="2"/>`,
      text(at(x(sample.most)) + 8, middle + 5, `${short(sample.median)} ${unit}`, 'start'),
    ].join('');
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${escape(title)}" font-family="system-ui, sans-serif" font-size="14">`,
    `<rect width="100%" height="100%" rx="6" fill="#fff"/>`,
    `<text x="16" y="32" font-size="17" font-weight="600" fill="#0f172a">${escape(title)}</text>`,
    ...drawn,
    '</svg>\n',
  ].join('\n');
}

/** A number with as many digits as mean something. */
export function short(value: number): string {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en');
  return String(Number(value.toPrecision(3)));
}

function text(x: number, y: number, content: string, anchor: 'start' | 'end'): string {
  return `<text x="${x}" y="${y}" text-anchor="${anchor}" fill="#334155">${escape(content)}</text>`;
}

function at(value: number): number {
  return Math.round(value * 10) / 10;
}

function escape(content: string): string {
  return content.replace(/[<>&"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import path from 'node:path';
import { type Markup, markup, rounded, scale } from '../command/drawing';
import {
  COLUMN_NAMES,
  type Chart,
  type Column,
  type Measured,
  type Row,
  type Sample,
  type Table,
} from './figures';

const DOCS = path.join(__dirname, '..', '..', 'docs');
const [WIDTH, LABEL, BAR, GAP, TOP] = [860, 400, 26, 14, 56];

/** Renders the tables as Markdown: the one of all that is compared, then those with columns of their own. */
export function renderTables(measured: readonly Measured[]): string {
  const rows = measured.flatMap((it) => it.rows);
  return [...(rows.length > 0 ? [comparison(rows)] : []), ...measured.flatMap(({ tables = [] }) => tables)]
    .map(markdown)
    .join('\n\n');
}

function markdown({ columns, lines }: Table): string {
  return [columns, columns.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** Makes a column of each contender, and two after each limit; columns in which nothing stands are left out. */
function comparison(rows: readonly Row[]): Table {
  const all: [string, (row: Row) => string | number][] = [
    ['what', ({ name }) => name],
    ...(Object.keys(COLUMN_NAMES) as Column[]).flatMap((column): [string, (row: Row) => string][] => [
      [COLUMN_NAMES[column], ({ samples, unit }) => spread(samples[column], unit)],
      ...(column === 'ours' ? [GOAL] : []),
      ...(isLimit(column) ? limitColumns(column) : []),
    ]),
    ['rounds', ({ samples }) => Math.max(...Object.values(samples).map(({ runs }) => runs))],
  ];
  const shown = all.filter(([, read]) => rows.some((row) => read(row) !== ''));
  return {
    columns: shown.map(([heading]) => heading),
    lines: rows.map((row) => shown.map(([, read]) => read(row))),
  };
}

const GOAL: [string, (row: Row) => string] = ['wanted', ({ goal }) => goal ?? ''];

type Limit = keyof NonNullable<Row['wanted']>;

function isLimit(column: Column): column is Limit {
  return column === 'bare' || column === 'empty';
}

function limitColumns(limit: Limit): [string, (row: Row) => string][] {
  return [
    [
      'ratio',
      ({ samples: { ours, [limit]: other } }) =>
        ours === undefined || other === undefined || other.median === 0
          ? ''
          : (ours.median / other.median).toFixed(2),
    ],
    ['wanted', ({ samples, wanted }) => (samples[limit] && wanted?.[limit]) ?? ''],
  ];
}

/** Writes the median, and from which value to which the rounds spread. */
export function spread(sample: Sample | undefined, unit: string): string {
  if (sample === undefined) return '';
  const { median, least, most, runs } = sample;
  const middle = `**${short(median)}**${unit === '' ? '' : ` ${unit}`}`;
  return runs === 1 || least === most ? middle : `${middle} (${short(least)} to ${short(most)})`;
}

/** Says where and when the figures were taken. */
export function describeMachine(): string {
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores, ${memory} GB; ${process.platform}, Node.js ${process.version}; ${new Date().toISOString().slice(0, 10)}`;
}

/** Writes the figures into docs/benchmarks.md, between the markers of their section, and the charts beside it. */
export async function writeReport(
  section: string,
  heading: string,
  measured: readonly Measured[],
  seconds: number,
): Promise<void> {
  const [start, end] = [`<!-- ${section}:start -->`, `<!-- ${section}:end -->`];
  const page = path.join(DOCS, 'benchmarks.md');
  mkdirSync(path.join(DOCS, 'images'), { recursive: true });
  const images = measured.flatMap(({ chart }) => {
    if (chart === undefined) return [];
    const name = `images/bench-${section}-${chart.file}.svg`;
    writeFileSync(path.join(DOCS, name), drawChart(chart));
    return [`![${chart.title}](${name})`];
  });
  const remarks = measured.flatMap((it) => it.remarks ?? []).map((remark) => `- ${remark}`);
  const figures = [
    `${heading} All in one run of ${Math.round(seconds / 60)} minutes.`,
    renderTables(measured),
    remarks.join('\n'),
    ...images,
  ].join('\n\n');
  const [head = '', rest = ''] = readFileSync(page, 'utf8').split(start);
  const prettier = await import('prettier');
  const options = await prettier.resolveConfig(page);
  const text = `${head}${start}\n\n${figures}\n\n${end}${rest.split(end)[1] ?? ''}`;
  writeFileSync(page, await prettier.format(text, { ...options, parser: 'markdown' }));
}

/** Draws a chart as SVG: a bar for each median, a line from the least to the most. Reads well on light and dark pages. */
function drawChart({ title, unit, bars }: Chart): string {
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

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import path from 'node:path';
import { drawChart, short } from './charts';
import type { Measured, Row, Sample, Table } from './figures';

const DOCS = path.join(__dirname, '..', '..', 'docs');
const COLUMNS = [
  'what',
  'ours: median (least to most)',
  'limit: median (least to most)',
  'ratio',
  'wanted',
  'rounds',
  'note',
];

/** Renders the tables as Markdown: those with columns of their own, then the one of all that is measured against a limit. */
export function renderTables(measured: readonly Measured[]): string {
  const rows = measured.flatMap((it) => it.rows);
  return [
    ...measured.flatMap(({ table }) => table ?? []),
    ...(rows.length > 0 ? [{ columns: COLUMNS, lines: rows.map(line) }] : []),
  ]
    .map(markdown)
    .join('\n\n');
}

function markdown({ columns, lines }: Table): string {
  return [columns, columns.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function line({ name, unit, ours, limit, target, note }: Row): (string | number)[] {
  return [
    name,
    spread(ours, unit),
    limit === undefined ? '' : `${spread(limit.sample, unit)}, ${limit.what}`,
    limit === undefined ? '' : (ours.median / limit.sample.median).toFixed(2),
    target ?? '',
    ours.runs,
    note ?? '',
  ];
}

function spread({ median, least, most, runs }: Sample, unit: string): string {
  const middle = `**${short(median)}**${unit === '' ? '' : ` ${unit}`}`;
  return runs === 1 ? middle : `${middle} (${short(least)} to ${short(most)})`;
}

/** Says where and when the figures were taken. */
export function describeMachine(): string {
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores, ${memory} GB; ${process.platform}, Node.js ${process.version}; ${new Date().toISOString().slice(0, 10)}`;
}

/** Writes the figures into docs/benchmarks.md, between the markers of their section, and the charts beside it. */
export async function writeReport(
  section: string,
  measured: readonly Measured[],
  seconds: number,
): Promise<void> {
  const [start, end] = [`<!-- ${section}:start -->`, `<!-- ${section}:end -->`];
  const page = path.join(DOCS, 'benchmarks.md');
  mkdirSync(path.join(DOCS, 'images'), { recursive: true });
  const images = measured.flatMap(({ chart }) => {
    if (chart === undefined) return [];
    const name = `images/bench-${chart.file}.svg`;
    writeFileSync(path.join(DOCS, name), drawChart(chart));
    return [`![${chart.title}](${name})`];
  });
  const remarks = measured.flatMap((it) => it.remarks ?? []).map((remark) => `- ${remark}`);
  const figures = [
    `${describeMachine()}. All in one run of ${Math.round(seconds / 60)} minutes.`,
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

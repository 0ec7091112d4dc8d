import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import path from 'node:path';
import { drawChart, short } from './charts';
import type { Measured, Row, Sample } from './support';

const DOCS = path.join(__dirname, '..', '..', 'docs');
const [START, END] = ['<!-- figures:start -->', '<!-- figures:end -->'];

/** The one table, in Markdown. */
export function tableOf(measured: readonly Measured[]): string {
  return [
    '| what | ours: median (least to most) | limit: median (least to most) | ratio | wanted | rounds | note |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...measured.flatMap(({ rows }) => rows).map(line),
  ].join('\n');
}

function line({ name, unit, ours, limit, target, note }: Row): string {
  return [
    '',
    name,
    spread(ours, unit),
    limit === undefined ? '' : `${spread(limit.sample, unit)}, ${limit.what}`,
    limit === undefined ? '' : (ours.median / limit.sample.median).toFixed(2),
    target ?? '',
    ours.runs,
    note ?? '',
    '',
  ]
    .join(' | ')
    .trim();
}

function spread({ median, least, most, runs }: Sample, unit: string): string {
  const middle = `**${short(median)}**${unit === '' ? '' : ` ${unit}`}`;
  return runs === 1 ? middle : `${middle} (${short(least)} to ${short(most)})`;
}

/** Where and when the figures were taken. */
export function machine(): string {
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores, ${memory} GB; ${process.platform}, Node.js ${process.version}; ${new Date().toISOString().slice(0, 10)}`;
}

/** Writes the figures into docs/benchmarks.md, between its markers, and the charts beside it. */
export async function writeReport(measured: readonly Measured[], seconds: number): Promise<void> {
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
    `${machine()}. All in one run of ${Math.round(seconds / 60)} minutes.`,
    tableOf(measured),
    remarks.join('\n'),
    ...images,
  ].join('\n\n');
  const [head = '', rest = ''] = readFileSync(page, 'utf8').split(START);
  const prettier = await import('prettier');
  const options = await prettier.resolveConfig(page);
  const text = `${head}${START}\n\n${figures}\n\n${END}${rest.split(END)[1] ?? ''}`;
  writeFileSync(page, await prettier.format(text, { ...options, parser: 'markdown' }));
}

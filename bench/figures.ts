/** What is compared, with its heading in a table. */
export const COLUMN_NAMES = {
  ours: 'ours',
  before: 'ours, before',
  bare: 'bare workflow, same calls',
  empty: 'bare workflow, empty activities',
  dbos: 'DBOS',
  script: 'plain script',
} as const;

export type Column = keyof typeof COLUMN_NAMES;

/** The median of several runs, with the spread. */
export interface Sample {
  median: number;
  least: number;
  most: number;
  runs: number;
}

/** One line of the table: a figure of ours, and of what it is compared with. */
export interface Row {
  name: string;
  unit: string;
  samples: Partial<Record<Column, Sample>>;
  /** What the ratio of ours to a limit is to be. */
  wanted?: Partial<Record<'bare' | 'empty', string>>;
  /** What the figure of ours itself is to be. */
  goal?: string;
}

/** What a measurement found: lines of the table, what fits into none of its columns, and what else is worth a sentence. */
export interface Measured {
  rows: Row[];
  tables?: Table[];
  remarks?: string[];
  chart?: Chart;
}

/** A table with columns of its own. */
export interface Table {
  columns: string[];
  lines: (string | number)[][];
}

/** Bars side by side. */
export interface Chart {
  /** `bench-<file>.svg` */
  file: string;
  title: string;
  unit: string;
  bars: { label: string; sample: Sample; ours: boolean }[];
}

/** How much is measured. */
export interface Scale {
  /** Rounds of each measurement; 5 at least for figures that are shown. */
  rounds: number;
  /** By how much the counts of runs are divided. */
  divisor: number;
}

/** A count of runs, as large as the scale says; at least 1. */
export function scaled(count: number, { divisor }: Scale): number {
  return Math.max(1, Math.round(count / divisor));
}

/** Sums up the values of several rounds. */
export function summarize(values: readonly number[]): Sample {
  return {
    median: median(values),
    least: Math.min(...values),
    most: Math.max(...values),
    runs: values.length,
  };
}

/** Collects values by what they are of, and for whom: a row for each, in the order of their first values. */
export class Collected {
  private readonly rows = new Map<string, { unit: string; values: Partial<Record<Column, number[]>> }>();

  readonly add = (name: string, unit: string, column: Column, value: number): void => {
    const row = this.rows.get(name) ?? { unit, values: {} };
    this.rows.set(name, row);
    (row.values[column] ??= []).push(value);
  };

  /** @param wanted by the name of the row */
  toRows(wanted: Record<string, Pick<Row, 'wanted' | 'goal'>> = {}): Row[] {
    return [...this.rows].map(([name, { unit, values }]) => ({
      name,
      unit,
      samples: Object.fromEntries(
        Object.entries(values).map(([column, those]) => [column, summarize(those)]),
      ),
      ...wanted[name],
    }));
  }

  /** The median of a figure; `undefined` where there is none. */
  median(name: string, column: Column): number | undefined {
    const values = this.rows.get(name)?.values[column];
    return values && median(values);
  }
}

/** The middle of the values, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const [low = 0, high = 0] = [
    sorted[Math.floor((sorted.length - 1) / 2)],
    sorted[Math.ceil((sorted.length - 1) / 2)],
  ];
  return (low + high) / 2;
}

/** The median of several runs, with the spread. */
export interface Sample {
  median: number;
  least: number;
  most: number;
  runs: number;
}

/** One line of the table: ours, and what it is measured against. */
export interface Row {
  name: string;
  unit: string;
  ours: Sample;
  limit?: { what: string; sample: Sample };
  /** What the ratio of ours to the limit is to be. */
  target?: string;
  /** What is lost, what was left out: whatever the figure alone does not say. */
  note?: string;
}

/** What a measurement found: lines of the table, what fits into none of its columns, and what else is worth a sentence. */
export interface Measured {
  rows: Row[];
  table?: Table;
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

/** Measures ours and the bare one in turns, a value of each a round, so that both meet the machine in the same moods. */
export async function inTurns(
  { rounds }: Scale,
  ours: () => Promise<number>,
  bare: () => Promise<number>,
): Promise<{ ours: Sample; bare: Sample }> {
  const values: Record<'ours' | 'bare', number[]> = { ours: [], bare: [] };
  for (let round = 0; round < rounds; round += 1) {
    values.ours.push(await ours());
    values.bare.push(await bare());
  }
  return { ours: summarize(values.ours), bare: summarize(values.bare) };
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

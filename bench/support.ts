import { performance } from 'node:perf_hooks';

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

export function scaled(count: number, { divisor }: Scale): number {
  return Math.max(1, Math.round(count / divisor));
}

export function sampleOf(values: readonly number[]): Sample {
  return {
    median: median(values),
    least: Math.min(...values),
    most: Math.max(...values),
    runs: values.length,
  };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const [low = 0, high = 0] = [
    sorted[Math.floor((sorted.length - 1) / 2)],
    sorted[Math.ceil((sorted.length - 1) / 2)],
  ];
  return (low + high) / 2;
}

/** The milliseconds that something takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** Does the work of each item, `concurrency` of them at once; answers with the milliseconds of each. */
export async function inParallel<T>(
  items: readonly T[],
  concurrency: number,
  work: (item: T) => Promise<unknown>,
): Promise<number[]> {
  const times: number[] = [];
  const rest = items.values();
  const lane = async () => {
    for (const item of rest) times.push(await timed(() => work(item)));
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
  return times;
}

/** Waits until something holds. */
export async function until(
  holds: () => Promise<boolean> | boolean,
  timeoutMs: number,
  what: string,
): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`${what}: not within ${timeoutMs / 1000} s`);
    await pause(200);
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

let nextAccount = 100_000_000_000;

/** Accounts that nobody else uses in this run of the benchmark. */
export function freshAccounts(count: number): string[] {
  return Array.from({ length: count }, freshAccount);
}

export function freshAccount(): string {
  nextAccount += 1;
  return String(nextAccount);
}

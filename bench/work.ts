import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

/** Does something; answers with the milliseconds that it took. */
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
    await sleep(200);
  }
}

// Also of the runs before it, where the cluster keeps its state.
let last = 100_000_000_000 + (Math.floor(Date.now() / 1000) % 800_000_000) * 1_000;

/** A number that nothing else has in this run of the benchmark. */
export function freshNumber(): number {
  last += 1;
  return last;
}

/** Accounts that nobody else uses in this run of the benchmark, with numbers one after the other. */
export function freshAccounts(count: number): string[] {
  return Array.from({ length: count }, () => String(freshNumber()));
}

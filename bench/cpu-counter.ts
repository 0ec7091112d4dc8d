import { cpuMs, type Process } from './processes';
import type { Testbed } from './testbed';
import { timed } from './work';

/** Counts the CPU that each part uses while something is done. */
export function cpuCounter(bed: Testbed, worker: Process) {
  const pids = {
    worker: worker.pid,
    server: bed.server.pid,
    client: process.pid,
    emulator: bed.emulator.pid,
  };
  const parts = Object.entries(pids) as [keyof typeof pids, number][];
  const used: Record<keyof typeof pids, number[]> = { worker: [], server: [], client: [], emulator: [] };

  /** @param share of the milliseconds that are counted for each part, given how long the work took */
  async function measure(work: () => Promise<unknown>, share: (ms: number) => number): Promise<number> {
    const before = parts.map(([, pid]) => cpuMs(pid));
    const ms = await timed(work);
    parts.forEach(([part, pid], index) => used[part].push((cpuMs(pid) - (before[index] ?? 0)) * share(ms)));
    return ms;
  }

  return {
    /** What was counted, a value for each time. */
    used,
    /** Does the work of so many runs, and counts milliseconds a run. @returns runs a second */
    async rate(count: number, work: () => Promise<unknown>): Promise<number> {
      return (count / (await measure(work, () => 1 / count))) * 1000;
    },
    /** Counts percent of a core while something is done. */
    async percent(work: () => Promise<unknown>): Promise<void> {
      await measure(work, (ms) => 100 / ms);
    },
  };
}

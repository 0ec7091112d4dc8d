import type { Bed } from './bed';
import { cpuMs, type Process } from './processes';
import { timed } from './support';

/** Rates, with the milliseconds of CPU that each part used for a run. */
export function cpuCounter(bed: Bed, worker: Process) {
  const pids = {
    worker: worker.pid,
    server: bed.server.pid,
    client: process.pid,
    emulator: bed.emulator.pid,
  };
  const parts = Object.entries(pids) as [keyof typeof pids, number][];
  const used: Record<keyof typeof pids, number[]> = { worker: [], server: [], client: [], emulator: [] };
  return {
    used,
    /** Runs a second. */
    async rate(count: number, work: () => Promise<unknown>): Promise<number> {
      const before = parts.map(([, pid]) => cpuMs(pid));
      const ms = await timed(work);
      parts.forEach(([part, pid], index) => used[part].push((cpuMs(pid) - (before[index] ?? 0)) / count));
      return (count / ms) * 1000;
    },
  };
}

/** Measures everything, or what is named: `npm run bench -- [name …] [--quick] [--write]`. */
import { performance } from 'node:perf_hooks';
import { Argument, Command } from 'commander';
import { alternatives } from './alternatives';
import { startBed, type Bed } from './bed';
import { coldStart } from './cold-start';
import { emulatorLoad } from './emulator-load';
import { latency } from './latency';
import { machine, tableOf, writeReport } from './report';
import type { Measured, Scale } from './support';
import { throughput } from './throughput';
import { waiting } from './waiting';

const MEASUREMENTS: Record<string, (bed: Bed, scale: Scale) => Promise<Measured>> = {
  latency,
  throughput,
  coldstart: coldStart,
  emulator: (bed, scale) => emulatorLoad(bed.emulator, scale),
  alternatives,
  // Last, as it leaves the server with ten thousand runs to end.
  waiting,
};
// One load, two figures.
const ALIASES: Record<string, string> = { memory: 'waiting' };

async function main(names: string[], options: { quick?: true; write?: true }): Promise<void> {
  const wanted = new Set(names.map((name) => ALIASES[name] ?? name));
  if (options.write && (wanted.size > 0 || options.quick))
    throw new Error('--write is for a whole run: without names, without --quick');
  const scale: Scale = options.quick ? { rounds: 2, divisor: 10 } : { rounds: 5, divisor: 1 };
  const began = performance.now();
  const measured: Measured[] = [];
  for (const [name, measure] of Object.entries(MEASUREMENTS)) {
    if (wanted.size > 0 && !wanted.has(name)) continue;
    const start = performance.now();
    process.stderr.write(`${name} …`);
    // A server and an emulator of its own, so that no measurement pays for what an earlier one left.
    const bed = await startBed();
    try {
      measured.push(await measure(bed, scale));
    } finally {
      await bed.stop();
    }
    process.stderr.write(` ${Math.round((performance.now() - start) / 1000)} s\n`);
  }
  console.log(`${machine()}\n\n${tableOf(measured)}`);
  for (const remark of measured.flatMap((it) => it.remarks ?? [])) console.log(`- ${remark}`);
  if (options.write) await writeReport(measured, (performance.now() - began) / 1000);
}

const program = new Command('bench')
  .description(
    'Measures this package on this machine, against its limits and against what else would do the job',
  )
  .addArgument(
    new Argument('[names...]', 'what to measure; default: everything').choices([
      ...Object.keys(MEASUREMENTS),
      ...Object.keys(ALIASES),
    ]),
  )
  .option('--quick', 'a tenth of the runs: to see that it works')
  .option('--write', 'writes the figures and charts into docs/')
  .action(main);

program.parseAsync().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});

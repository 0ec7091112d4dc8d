/** Measures everything but fleets, or what is named: `npm run bench -- [name …] [--quick] [--write]`. */
import { performance } from 'node:perf_hooks';
import { Argument, Command } from 'commander';
import { alternatives } from './alternatives';
import { coldStart } from './cold-start';
import { emulatorLoad } from './emulator-load';
import type { Measured, Scale } from './figures';
import { fleetDrain } from './fleet-drain';
import { fleetThroughput } from './fleet-throughput';
import { latency } from './latency';
import { describeMachine, renderTables, writeReport } from './report';
import { startTestbed, type Testbed } from './testbed';
import { throughput } from './throughput';
import { waiting } from './waiting';

type Measure = (scale: Scale) => Promise<Measured>;

/** The sections of docs/benchmarks.md that a run writes, and what fills each. */
const SECTIONS: Record<string, Record<string, Measure>> = {
  figures: {
    latency: onTestbed(latency),
    throughput: onTestbed(throughput),
    coldstart: onTestbed(coldStart),
    emulator: onTestbed((bed, scale) => emulatorLoad(bed.emulator, scale)),
    alternatives: onTestbed(alternatives),
    waiting: onTestbed(waiting),
  },
  // Only by name, as it takes longer than all others together.
  fleet: {
    fleetdrain: fleetDrain,
    fleetrate: fleetThroughput,
  },
};
const DEFAULT_SECTION = 'figures';
const ALIASES: Record<string, string[]> = {
  // One load, two figures.
  memory: ['waiting'],
  fleet: Object.keys(SECTIONS['fleet'] ?? {}),
};

/** Gives a measurement a testbed of its own, so that it does not pay for what an earlier one left. */
function onTestbed(measure: (bed: Testbed, scale: Scale) => Promise<Measured>): Measure {
  return async (scale) => {
    const bed = await startTestbed();
    try {
      return await measure(bed, scale);
    } finally {
      await bed.stop();
    }
  };
}

async function main(names: string[], options: { quick?: true; write?: true }): Promise<void> {
  const measurements = Object.assign({}, ...Object.values(SECTIONS)) as Record<string, Measure>;
  const whole = Object.keys(SECTIONS[DEFAULT_SECTION] ?? {});
  const wanted = new Set(names.length === 0 ? whole : names.flatMap((name) => ALIASES[name] ?? name));
  const section = findSection(wanted);
  if (options.write && (section === undefined || options.quick))
    throw new Error('--write is for a whole section: without names, or with "fleet"; without --quick');
  const scale: Scale = options.quick ? { rounds: 2, divisor: 10 } : { rounds: 5, divisor: 1 };
  const began = performance.now();
  const measured: Measured[] = [];
  for (const [name, measure] of Object.entries(measurements)) {
    if (!wanted.has(name)) continue;
    const start = performance.now();
    process.stderr.write(`${name} …`);
    measured.push(await measure(scale));
    process.stderr.write(` ${Math.round((performance.now() - start) / 1000)} s\n`);
  }
  console.log(`${describeMachine()}\n\n${renderTables(measured)}`);
  for (const remark of measured.flatMap((it) => it.remarks ?? [])) console.log(`- ${remark}`);
  if (options.write && section !== undefined)
    await writeReport(section, measured, (performance.now() - began) / 1000);
}

/** Finds the section that exactly these measurements fill. */
function findSection(wanted: ReadonlySet<string>): string | undefined {
  const filled = Object.entries(SECTIONS).find(([, measurements]) => {
    const names = Object.keys(measurements);
    return names.length === wanted.size && names.every((name) => wanted.has(name));
  });
  return filled?.[0];
}

const program = new Command('bench')
  .description(
    'Measures this package on this machine, against its limits and against what else would do the job',
  )
  .addArgument(
    new Argument('[names...]', 'what to measure; default: everything but fleet').choices([
      ...Object.values(SECTIONS).flatMap((measurements) => Object.keys(measurements)),
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

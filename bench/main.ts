/** Measures everything but fleets, or what is named: `npm run bench -- [name …] [--cluster] [--quick] [--write]`. */
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { Argument, Command } from 'commander';
import { audit } from './audit';
import { coldStart } from './cold-start';
import { emulatorLoad } from './emulator-load';
import type { Measured, Scale } from './figures';
import { fleetDrain } from './fleet-drain';
import { fleetThroughput } from './fleet-throughput';
import { growth } from './growth';
import { latency } from './latency';
import { production } from './production';
import { recovery } from './recovery';
import { describeMachine, renderTables, writeReport } from './report';
import { clusterSite, devServerSite, type Site } from './site';
import type { Testbed } from './testbed';
import { throughput } from './throughput';
import { waiting } from './waiting';

type Measure = (site: Site, scale: Scale) => Promise<Measured>;

const MEASUREMENTS = {
  latency: onTestbed(latency, 2),
  throughput: onTestbed(throughput, 2),
  growth: onTestbed(growth, 2),
  recovery: onTestbed(recovery),
  coldstart: onTestbed(coldStart),
  emulator: onTestbed(emulatorLoad),
  waiting: onTestbed(waiting),
  production: onTestbed(production),
  audit: onTestbed(audit),
  fleetdrain: fleetDrain,
  fleetrate: fleetThroughput,
} satisfies Record<string, Measure>;

type Name = keyof typeof MEASUREMENTS;

/** What a run without names measures, and what `fleet` does; each fills a section of docs/benchmarks.md. */
const RUNS: Record<Site['kind'], Record<'runs' | 'fleet', readonly Name[]>> = {
  'dev server': {
    runs: ['latency', 'throughput', 'growth', 'recovery', 'coldstart', 'emulator', 'waiting', 'production'],
    fleet: ['fleetdrain', 'fleetrate'],
  },
  // What is left out has little to do with the engine.
  cluster: { runs: ['latency', 'throughput', 'growth', 'recovery'], fleet: ['fleetdrain', 'fleetrate'] },
};

/**
 * Gives a measurement a testbed of its own.
 *
 * @param onCluster by how much its runs are fewer there, where all processes on one machine take several times as long
 */
function onTestbed(measure: (bed: Testbed, scale: Scale) => Promise<Measured>, onCluster = 1): Measure {
  return (site, { rounds, divisor }) => {
    const fewer = site.kind === 'cluster' ? onCluster : 1;
    return site.withTestbed((bed) => measure(bed, { rounds, divisor: divisor * fewer }));
  };
}

interface Options {
  cluster?: true;
  quick?: true;
  write?: true;
  before?: string;
}

async function main(asked: (Name | 'fleet')[], { cluster, quick, write, before }: Options): Promise<void> {
  const kind = cluster ? 'cluster' : 'dev server';
  const [first, ...others] = asked;
  const whole = first === undefined ? 'runs' : first === 'fleet' && others.length === 0 ? 'fleet' : undefined;
  if (write && (whole === undefined || quick))
    throw new Error('--write is for a whole section: without names, or with "fleet"; without --quick');
  const names = new Set(
    whole === undefined
      ? asked.flatMap((name) => (name === 'fleet' ? RUNS[kind].fleet : [name]))
      : RUNS[kind][whole],
  );
  const scale: Scale = quick ? { rounds: 2, divisor: 10 } : { rounds: 5, divisor: 1 };
  const began = performance.now();
  const site = await (cluster ? clusterSite(before) : devServerSite(before));
  const measured: Measured[] = [];
  try {
    for (const name of names) {
      const start = performance.now();
      process.stderr.write(`${name} …`);
      measured.push(await MEASUREMENTS[name](site, scale));
      process.stderr.write(` ${Math.round((performance.now() - start) / 1000)} s\n`);
    }
  } finally {
    await site.close();
  }
  const heading = `${describeMachine()}. ${site.description}.`;
  console.log(`${heading}\n\n${renderTables(measured)}\n`);
  for (const remark of measured.flatMap((it) => it.remarks ?? [])) console.log(`- ${remark}`);
  if (!write || whole === undefined) return;
  const section = `${whole === 'runs' ? 'figures' : 'fleet'}${cluster ? '-cluster' : ''}`;
  await writeReport(section, heading, measured, (performance.now() - began) / 1000);
}

const program = new Command('bench')
  .description(
    'Measures this package on this machine, against its limits and against what else would do the job',
  )
  .addArgument(
    new Argument('[names...]', 'what to measure; default: everything but fleet').choices([
      ...Object.keys(MEASUREMENTS),
      'fleet',
    ]),
  )
  .option(
    '--cluster',
    'on a Temporal cluster of several processes, with PostgreSQL, in place of the dev server',
  )
  .option('--quick', 'a tenth of the runs: to see that it works')
  .option(
    '--before <dist>',
    'another build of this package, such as /repo/dist of an older commit, beside this one',
    (dist) => path.resolve(dist),
  )
  .option('--write', 'writes the figures and charts into docs/')
  .action(main);

program.parseAsync().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});

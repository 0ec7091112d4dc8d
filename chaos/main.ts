/**
 * Tries to refute "exactly one instance, whatever happens": `npm run chaos -- --seed N --minutes M`, or `--random COUNT` for
 * so many seeds that nobody has tried; `--cluster` on a Temporal cluster, `--upgrade` on one that is upgraded meanwhile. Exits 1 where a promise was broken, with the timeline of each account and fleet that
 * shows it, and 2 where there is no verdict.
 */
import { randomInt } from 'node:crypto';
import { Command, InvalidArgumentError } from 'commander';
import type { EngineKind } from './machine/engine';
import { Machine } from './machine/machine';
import { makePlan } from './plan';
import { play } from './play';
import { tryRandomSeeds } from './random-seeds';
import { EXIT, judge } from './verdict';

const HIGHEST_SEED = 1e9;
const FLAGS: Record<EngineKind, string[]> = {
  devServer: [],
  cluster: ['--cluster'],
  upgradedCluster: ['--upgrade'],
};

// Keeps the SDK's warning about the version of Node.js out of the output.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

async function main(): Promise<void> {
  const { seed, minutes, random, ...options } = new Command('chaos')
    .option(
      '--seed <n>',
      'the plan to carry out; default: one drawn at random',
      number(0),
      randomInt(HIGHEST_SEED),
    )
    .option('--minutes <n>', 'how long accounts are started and parts broken', number(0.1), 1)
    .option('--random <count>', 'carries out so many plans drawn at random, one after another', number(1))
    .option('--cluster', 'on a Temporal cluster, whose processes are killed as well')
    .option('--upgrade', 'on a cluster that is upgraded by a minor version meanwhile')
    .parse()
    .opts<{ seed: number; minutes: number; random?: number; cluster?: true; upgrade?: true }>();
  const engine = options.upgrade ? 'upgradedCluster' : options.cluster ? 'cluster' : 'devServer';
  if (random === undefined) {
    process.exitCode = await trySeed(seed, minutes, engine);
    return;
  }
  const seeds = Array.from({ length: random }, () => randomInt(HIGHEST_SEED));
  process.exitCode = await tryRandomSeeds(seeds, minutes, FLAGS[engine]);
}

async function trySeed(seed: number, minutes: number, engine: EngineKind): Promise<number> {
  const plan = makePlan(seed, minutes, engine);
  const { accounts, fleets, faults, clocks, clockOfAws } = plan;
  console.log(
    `chaos: seed ${seed}, ${minutes} minutes, ${accounts.length} accounts, ${fleets.length} fleets, ${faults.length} faults, clocks off by ${clocks.map(seconds).join(', ')}, AWS's by ${seconds(clockOfAws)}`,
  );
  const machine = await Machine.start(engine, clocks, clockOfAws);
  try {
    const outcome = await play(plan, machine, minutes * 60_000);
    const again = ['npm run chaos --', `--seed ${seed}`, `--minutes ${minutes}`, ...FLAGS[engine]];
    return await judge(outcome, machine, again.join(' '));
  } catch (error) {
    // Printed before the parts are stopped: what still talks to them prints errors then.
    console.error(error);
    return EXIT.noVerdict;
  } finally {
    await machine.stop();
  }
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}

function number(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !(value >= least))
      throw new InvalidArgumentError(`must be a number from ${least} up.`);
    return value;
  };
}

void main();

/**
 * Tries to refute "exactly one instance, whatever happens": `npm run chaos -- --seed N --minutes M`. Exits 1 where a
 * promise was broken, with the timeline of each account that shows it.
 */
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command, InvalidArgumentError } from 'commander';
import { Machine } from './machine';
import { violationsOf, type Evidence } from './oracle';
import { makePlan, type Plan } from './plan';
import { Player } from './play';
import { tally, timelineOf, type Moment } from './report';

/** How long the last runs may take after the last mishap: several lost attempts of 25 s each. */
const SETTLE_MS = 240_000;
const MOST_TIMELINES = 3;
const BREAKS = /^mishap .*(killWorker|freezeWorker|killServer)/;

// As the command does: see command/main.ts.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

async function main(): Promise<void> {
  const { seed, minutes } = new Command('chaos')
    .option('--seed <n>', 'the plan to carry out; default: one drawn at random', number(0), randomInt(1e9))
    .option('--minutes <n>', 'how long accounts are started and parts broken', number(0.1), 1)
    .parse()
    .opts<{ seed: number; minutes: number }>();
  const plan = makePlan(seed, minutes);
  const { accounts, mishaps, clocks } = plan;
  console.log(
    `chaos: seed ${seed}, ${minutes} minutes, ${accounts.length} accounts, ${mishaps.length} mishaps, clocks off by ${clocks.map((ms) => `${Math.round(ms / 1000)} s`).join(', ')}`,
  );
  const machine = await Machine.start(clocks);
  try {
    const moments: Moment[] = [];
    const evidence = await carryOut(plan, machine, minutes * 60_000, moments);
    process.exitCode = judge(
      evidence,
      machine,
      moments,
      `npm run chaos -- --seed ${seed} --minutes ${minutes}`,
    );
  } catch (error) {
    // Before the parts are ended, which others still talk to.
    console.error(error);
    process.exitCode = 2;
  } finally {
    await machine.stop();
  }
}

async function carryOut(
  plan: Plan,
  machine: Machine,
  lengthMs: number,
  moments: Moment[],
): Promise<Evidence[]> {
  const { emulator, client } = machine;
  const began = Date.now();
  let ended = 0;
  const progress = setInterval(() => {
    console.log(
      `${Math.round((Date.now() - began) / 1000)} s: ${ended} of ${plan.accounts.length} accounts done`,
    );
  }, 15_000);
  const breaking = Promise.all(
    plan.mishaps.map(async ({ at, mishap }) => {
      await sleep(at);
      const what = JSON.stringify(mishap);
      moments.push({ at: new Date().toISOString(), what: `mishap    ${what}` });
      await machine.suffer(mishap);
      moments.push({ at: new Date().toISOString(), what: `mended    ${what}` });
    }),
  );
  try {
    const played = await Promise.all(
      plan.accounts.map(async (account) => {
        const done = await new Player(client, emulator, account).play(began + lengthMs + SETTLE_MS);
        ended += 1;
        return done;
      }),
    );
    await breaking;
    // An attempt that wakes late would show now.
    await sleep(3_000);
    const broken = moments.filter(({ what }) => BREAKS.test(what)).map(({ at }) => at);
    return played.map((it) => ({
      ...it,
      broken,
      calls: emulator.calls({ account: it.plan.accountId }),
      instances: emulator.instances({ account: it.plan.accountId, deleted: true }),
    }));
  } finally {
    clearInterval(progress);
  }
}

/** Prints what happened; @returns the exit code. */
function judge(evidence: Evidence[], machine: Machine, moments: Moment[], repeat: string): number {
  const runs = evidence.flatMap((it) => it.runs);
  console.table(tally(runs.map(({ workflowType, status }) => `${workflowType} ${status}`)));
  console.table(tally(runs.flatMap(({ failure }) => failure?.type ?? [])));
  console.table(
    tally(evidence.flatMap((it) => it.calls.map(({ operation, outcome }) => `${operation} ${outcome}`))),
  );
  console.table(machine.mishaps);
  const broken = evidence
    .map((it) => ({ it, violations: violationsOf(it) }))
    .filter(({ violations }) => violations.length > 0);
  for (const { it, violations } of broken.slice(0, MOST_TIMELINES)) {
    console.log(`\n${violations.map((violation) => `VIOLATION ${violation}`).join('\n')}`);
    console.log(timelineOf(it, moments));
  }
  const count = broken.reduce((sum, { violations }) => sum + violations.length, 0);
  console.log(
    `\n${evidence.length} accounts, ${runs.length} runs, ${count} violations in ${broken.length} accounts. Again: ${repeat}`,
  );
  return count === 0 ? 0 : 1;
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

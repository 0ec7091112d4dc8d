/**
 * Tries to refute "exactly one instance, whatever happens": `npm run chaos -- --seed N --minutes M`. Exits 1 where a
 * promise was broken, with the timeline of each account and fleet that shows it.
 */
import { randomInt } from 'node:crypto';
import { Command, InvalidArgumentError } from 'commander';
import { accountViolations } from './account/oracle';
import { fleetViolations } from './fleet/oracle';
import { Machine } from './machine/machine';
import { makePlan } from './plan';
import { play, type Outcome } from './play';
import { accountTimeline, fleetTimeline, tally } from './timeline';

const MOST_TIMELINES = 3;
/** Accounts whose timeline is printed with that of their fleet. */
const MOST_NAMED = 2;

// Keeps the SDK's warning about the version of Node.js out of the output.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

async function main(): Promise<void> {
  const { seed, minutes } = new Command('chaos')
    .option('--seed <n>', 'the plan to carry out; default: one drawn at random', number(0), randomInt(1e9))
    .option('--minutes <n>', 'how long accounts are started and parts broken', number(0.1), 1)
    .parse()
    .opts<{ seed: number; minutes: number }>();
  const plan = makePlan(seed, minutes);
  const { accounts, fleets, faults, clocks } = plan;
  console.log(
    `chaos: seed ${seed}, ${minutes} minutes, ${accounts.length} accounts, ${fleets.length} fleets, ${faults.length} faults, clocks off by ${clocks.map((ms) => `${Math.round(ms / 1000)} s`).join(', ')}`,
  );
  const machine = await Machine.start(clocks);
  try {
    const outcome = await play(plan, machine, minutes * 60_000);
    process.exitCode = report(outcome, machine, `npm run chaos -- --seed ${seed} --minutes ${minutes}`);
  } catch (error) {
    // Printed before the parts are stopped: what still talks to them prints errors then.
    console.error(error);
    process.exitCode = 2;
  } finally {
    await machine.stop();
  }
}

/** Judges and prints what happened. @returns the exit code */
function report({ accounts, fleets, faults }: Outcome, machine: Machine, repeat: string): number {
  const runs = accounts.flatMap((it) => it.runs);
  const records = fleets.flatMap((it) => it.records);
  const outcomes = records.flatMap(({ pages }) => pages.flatMap((page) => page.outcomes));
  console.table(tally(runs.map(({ workflowType, status }) => `${workflowType} ${status}`)));
  console.table(tally(runs.flatMap(({ failure }) => failure?.type ?? [])));
  console.table(
    tally(accounts.flatMap((it) => it.calls.map(({ operation, outcome }) => `${operation} ${outcome}`))),
  );
  console.table(
    tally([
      ...records.map(({ status }) => `fleet ${status}`),
      ...outcomes.map(({ end, outcome }) => `account ${end} ${outcome ?? ''}`.trim()),
    ]),
  );
  console.table(machine.counts);
  const broken = [
    ...fleets.map((it) => {
      const violations = fleetViolations(it);
      const named = accounts.filter(({ plan }) => violations.some((text) => text.includes(plan.accountId)));
      const timeline = () =>
        [
          fleetTimeline(it, faults),
          ...named.slice(0, MOST_NAMED).map((account) => accountTimeline(account, faults)),
        ].join('\n');
      return { violations, timeline };
    }),
    ...accounts.map((it) => ({
      violations: accountViolations(it),
      timeline: () => accountTimeline(it, faults),
    })),
  ].filter(({ violations }) => violations.length > 0);
  for (const { violations, timeline } of broken.slice(0, MOST_TIMELINES)) {
    console.log(`\n${violations.map((violation) => `VIOLATION ${violation}`).join('\n')}`);
    console.log(timeline());
  }
  const count = broken.reduce((sum, { violations }) => sum + violations.length, 0);
  console.log(
    `\n${accounts.length} accounts, ${runs.length} runs, ${records.length} fleets, ${count} violations in ${broken.length} accounts and fleets. Again: ${repeat}`,
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

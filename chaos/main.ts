/**
 * Tries to refute "exactly one instance, whatever happens": `npm run chaos -- --seed N --minutes M`. Exits 1 where a
 * promise was broken, with the timeline of each account and fleet that shows it.
 */
import { randomInt } from 'node:crypto';
import { Command, InvalidArgumentError } from 'commander';
import { carryOut, type Outcome } from './carry-out';
import { fleetViolationsOf } from './fleet-oracle';
import { makeWholePlan } from './fleet-plan';
import { Machine } from './machine';
import { violationsOf } from './oracle';
import { fleetTimelineOf, tally, timelineOf } from './report';

const MOST_TIMELINES = 3;
/** Accounts whose timeline is printed with that of their fleet. */
const MOST_NAMED = 2;

// As the command does: see command/main.ts.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

async function main(): Promise<void> {
  const { seed, minutes } = new Command('chaos')
    .option('--seed <n>', 'the plan to carry out; default: one drawn at random', number(0), randomInt(1e9))
    .option('--minutes <n>', 'how long accounts are started and parts broken', number(0.1), 1)
    .parse()
    .opts<{ seed: number; minutes: number }>();
  const plan = makeWholePlan(seed, minutes);
  const { accounts, fleets, mishaps, clocks } = plan;
  console.log(
    `chaos: seed ${seed}, ${minutes} minutes, ${accounts.length} accounts, ${fleets.length} fleets, ${mishaps.length} mishaps, clocks off by ${clocks.map((ms) => `${Math.round(ms / 1000)} s`).join(', ')}`,
  );
  const machine = await Machine.start(clocks);
  try {
    const outcome = await carryOut(plan, machine, minutes * 60_000);
    process.exitCode = judge(outcome, machine, `npm run chaos -- --seed ${seed} --minutes ${minutes}`);
  } catch (error) {
    // Before the parts are ended, which others still talk to.
    console.error(error);
    process.exitCode = 2;
  } finally {
    await machine.stop();
  }
}

/** Prints what happened; @returns the exit code. */
function judge({ accounts, fleets, moments }: Outcome, machine: Machine, repeat: string): number {
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
  console.table(machine.mishaps);
  const broken = [
    ...fleets.map((it) => {
      const violations = fleetViolationsOf(it);
      const named = accounts.filter(({ plan }) => violations.some((text) => text.includes(plan.accountId)));
      const timeline = () =>
        [
          fleetTimelineOf(it, moments),
          ...named.slice(0, MOST_NAMED).map((account) => timelineOf(account, moments)),
        ].join('\n');
      return { violations, timeline };
    }),
    ...accounts.map((it) => ({ violations: violationsOf(it), timeline: () => timelineOf(it, moments) })),
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

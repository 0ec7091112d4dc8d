import { accountViolations } from './account/oracle';
import { fleetViolations } from './fleet/oracle';
import { saveHistories } from './histories';
import type { Machine } from './machine/machine';
import type { Outcome } from './play';
import { accountTimeline, fleetTimeline, tally } from './timeline';

const MOST_TIMELINES = 3;
/** Accounts whose timeline is printed with that of their fleet. */
const MOST_NAMED = 2;

/** The exit codes of chaos. */
export const EXIT = { kept: 0, broken: 1, noVerdict: 2 } as const;

/** Judges what happened, and prints it. @returns the exit code */
export async function judge(
  { accounts, fleets, faults }: Outcome,
  machine: Machine,
  repeat: string,
): Promise<number> {
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
      return { violations, timeline, named, fleet: it.plan.name };
    }),
    ...accounts.map((it) => ({
      violations: accountViolations(it),
      timeline: () => accountTimeline(it, faults),
      named: [it],
      fleet: undefined,
    })),
  ].filter(({ violations }) => violations.length > 0);
  for (const { violations, timeline } of broken.slice(0, MOST_TIMELINES)) {
    console.log(`\n${violations.map((violation) => `VIOLATION ${violation}`).join('\n')}`);
    console.log(timeline());
  }
  if (broken.length > 0) {
    const folder = await saveHistories(machine.client.temporal, {
      accounts: new Set(broken.flatMap(({ named }) => named.map(({ plan }) => plan.accountId))),
      fleets: broken.flatMap(({ fleet }) => fleet ?? []),
    });
    console.log(`\nTheir histories are in ${folder}`);
  }
  const count = broken.reduce((sum, { violations }) => sum + violations.length, 0);
  console.log(
    `\n${accounts.length} accounts, ${runs.length} runs, ${records.length} fleets, ${count} violations in ${broken.length} accounts and fleets. Again: ${repeat}`,
  );
  return count === 0 ? EXIT.kept : EXIT.broken;
}

import { PlanBrokenOffError, PLANS, type AccountPlan, type Plan } from '../../client';
import { defined, GOOD_PLANS } from '../../contract';
import { groupBy, printGroups, type CauseGroup } from '../causes';
import { EXIT, type StrictOption } from '../exit-codes';
import { readAccounts, sayWhatIsSkipped, type FleetInputOptions } from './manifest';
import { setRate, type Rate } from './steer';
import { InterruptedError, interruption } from '../interrupt';
import { LiveLine } from '../live';
import { pc, print, printAside, printJson } from '../output';
import type { TimeoutOptions } from '../timeout';
import { counted, grouped } from '../words';
import { withClient, type CommonOptions } from '../with-client';

/**
 * Looks what a fleet would do with each account of a manifest, and says it.
 *
 * @returns the exit code: {@link EXIT.failed} where an account would not end with its instance, or with `--strict` not as
 *   asked, {@link EXIT.running} where the time-out has broken the plan off
 */
export async function plan(
  manifest: string,
  options: CommonOptions & TimeoutOptions & FleetInputOptions & StrictOption & { rate?: Rate },
): Promise<number> {
  const { json, rate, timeout, strict = false } = options;
  const { requests: accounts, skipped = [], notes } = readAccounts(manifest, options);
  sayWhatIsSkipped(manifest, { requests: accounts, skipped, ...defined({ notes }) });
  return withClient(async (client) => {
    if (rate !== undefined) await setRate(client, rate);
    const plans: AccountPlan[] = [];
    let brokenOff: string | undefined;
    const live = json ? undefined : new LiveLine();
    const sayHowFar = () => {
      live?.draw(`looked at ${grouped(plans.length)} of ${grouped(accounts.length)} accounts`);
    };
    try {
      sayHowFar();
      // Not left as it is: what was begun is looks that nobody would read.
      const signal = interruption();
      for await (const account of client.fleets.plan(accounts, defined({ timeout, signal }))) {
        plans.push(account);
        sayHowFar();
      }
    } catch (error) {
      if (error instanceof InterruptedError) {
        live?.stop();
        printAside('The plan was broken off; nothing was written to AWS, and nothing goes on.');
        return error.exitCode;
      }
      if (!(error instanceof PlanBrokenOffError)) throw error;
      brokenOff = error.message;
    } finally {
      live?.stop();
    }
    for (const { accountId, reason: why } of skipped) plans.push({ accountId, plan: 'skipped', why });
    const counts = countPlans(plans);
    const timedOut = brokenOff === undefined ? undefined : true;
    if (json) printJson({ accounts: plans.length, counts, plans, ...defined({ notes, timedOut }) });
    else printPlan(manifest, plans, counts);
    if (brokenOff !== undefined) {
      if (!json) print(brokenOff);
      return EXIT.running;
    }
    return plans.every((account) => isGood(account) && !(strict && differs(account)))
      ? EXIT.done
      : EXIT.failed;
  });
}

/** Nothing is wrong with an account that is not to be provisioned. */
function isGood({ plan }: AccountPlan): boolean {
  return plan === 'skipped' || GOOD_PLANS.includes(plan);
}

function differs({ differences }: AccountPlan): boolean {
  return differences !== undefined;
}

type Counts = Partial<Record<Plan, number>>;

function countPlans(plans: readonly AccountPlan[]): Counts {
  const counts: Counts = {};
  for (const { plan } of plans) counts[plan] = (counts[plan] ?? 0) + 1;
  return counts;
}

function printPlan(manifest: string, plans: readonly AccountPlan[], counts: Counts): void {
  print(`${manifest}: ${counted(plans.length, 'account')}; nothing was written to AWS.`);
  for (const [plan, meaning] of Object.entries(PLANS) as [Plan, string][]) {
    const count = counts[plan];
    if (count !== undefined)
      print(`${grouped(count).padStart(8)}  ${colour(plan)(plan.padEnd(10))}${meaning}`);
  }
  const bad = groupBy(
    plans.filter((it) => !GOOD_PLANS.includes(it.plan) || differs(it)),
    causeOf,
  );
  if (bad.length === 0) return;
  printGroups(bad.flatMap(describeGroup));
  print('\nEvery account, with its reason: --json');
}

/** Accounts of one plan have one cause where one kind of thing is in the way, whatever ARNs and accounts the words name. */
function causeOf({ plan, reason, differences, why }: AccountPlan): string {
  return `${plan} ${reason ?? differences?.map(({ field }) => field).join(' ') ?? why}`;
}

function describeGroup(group: readonly AccountPlan[]): CauseGroup[] {
  const [first] = group;
  if (first === undefined) return [];
  const { accountId, plan, reason, why } = first;
  const remedy = first.remedy ?? (differs(first) ? 'Change it in AWS, or ask for what it is.' : undefined);
  const count = group.length;
  return [
    {
      title: colour(plan)(`${grouped(count)} ${plan}${reason === undefined ? '' : `: ${reason}`}`),
      example: count > 1 ? `${why} (${accountId})` : why,
      remedy,
      accounts: group.map(({ accountId }) => accountId),
      count,
    },
  ];
}

function colour(plan: Plan): (text: string) => string {
  if (GOOD_PLANS.includes(plan)) return pc.green;
  return plan === 'notReady' || plan === 'unknown' || plan === 'skipped' ? pc.yellow : pc.red;
}

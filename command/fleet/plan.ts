import Table from 'cli-table3';
import ora from 'ora';
import pc from 'picocolors';
import { PLANS, type AccountPlan, type Plan } from '../../client';
import { GOOD_PLANS } from '../../contract';
import { EXIT } from '../exit-codes';
import { readAccounts } from './manifest';
import { grouped } from './report/words';
import { setRate } from './verbs';
import { isLiveTerminal, print, printJson } from '../output';
import { withClient, type CommonOptions } from '../with-client';

export interface FleetPlanOptions extends CommonOptions {
  rate?: number | 'none';
}

const NAMED = 3;

/** @returns the exit code: {@link EXIT.failed} where an account would not end with its instance */
export async function plan(manifest: string, { json, rate }: FleetPlanOptions): Promise<number> {
  const accounts = readAccounts(manifest);
  return withClient(async (client) => {
    if (rate !== undefined) await setRate(client, rate);
    const plans: AccountPlan[] = [];
    const spinner =
      !json && isLiveTerminal() ? ora({ discardStdin: false, stream: process.stdout }) : undefined;
    const sayHowFar = () =>
      spinner?.start(`looked at ${grouped(plans.length)} of ${grouped(accounts.length)} accounts`);
    try {
      sayHowFar();
      for await (const account of client.fleets.plan(accounts)) {
        plans.push(account);
        sayHowFar();
      }
    } finally {
      spinner?.stop();
    }
    if (json) printJson({ accounts: plans.length, counts: countsOf(plans), plans });
    else printPlan(manifest, plans);
    return plans.every(({ plan }) => GOOD_PLANS.includes(plan)) ? EXIT.done : EXIT.failed;
  });
}

function countsOf(plans: readonly AccountPlan[]): Partial<Record<Plan, number>> {
  const counts: Partial<Record<Plan, number>> = {};
  for (const { plan } of plans) counts[plan] = (counts[plan] ?? 0) + 1;
  return counts;
}

function printPlan(manifest: string, plans: readonly AccountPlan[]): void {
  print(`${manifest}: ${grouped(plans.length)} accounts; nothing was written to AWS.`);
  const counts = countsOf(plans);
  for (const [plan, meaning] of Object.entries(PLANS) as [Plan, string][]) {
    const count = counts[plan];
    if (count !== undefined)
      print(`${grouped(count).padStart(8)}  ${colourOf(plan)(plan.padEnd(10))}${meaning}`);
  }
  const bad = groupsOf(plans.filter(({ plan }) => !GOOD_PLANS.includes(plan)));
  if (bad.length === 0) return;
  const table = new Table({
    head: ['Accounts', 'Plan', 'Why, of the first', 'Next step', 'Which'],
    style: { head: [], border: [] },
    colWidths: [10, 11, 50, 34, 14],
    wordWrap: true,
  });
  for (const { first, accounts } of bad)
    table.push([
      grouped(accounts.length),
      first.plan,
      first.why,
      first.remedy ?? '',
      [...accounts.slice(0, NAMED), ...(accounts.length > NAMED ? ['…'] : [])].join('\n'),
    ]);
  print(table.toString());
  print('Every account, with its reason: --json');
}

interface Group {
  first: AccountPlan;
  accounts: string[];
}

/** What has the same reason, whatever the instance or the request, is shown together. */
function groupsOf(plans: readonly AccountPlan[]): Group[] {
  const groups = new Map<string, Group>();
  for (const account of plans) {
    const key = `${account.plan} ${account.why.replaceAll(/arn:\S+|request [\w-]+/g, '')} ${account.remedy ?? ''}`;
    const group = groups.get(key) ?? { first: account, accounts: [] };
    group.accounts.push(account.accountId);
    groups.set(key, group);
  }
  return [...groups.values()].sort((one, other) => other.accounts.length - one.accounts.length);
}

function colourOf(plan: Plan): (text: string) => string {
  if (GOOD_PLANS.includes(plan)) return pc.green;
  return plan === 'notReady' || plan === 'unknown' ? pc.yellow : pc.red;
}

import { readRetention, type AccountSummary, type IdentityCenterClient, type Stage } from '../../client';
import { defined, utc } from '../../contract';
import { groupBy, printGroups, type CauseGroup } from '../causes';
import { EXIT } from '../exit-codes';
import { outputIsRead, pc, print, printAside, printJson, printTable } from '../output';
import { withClient, type CommonOptions } from '../with-client';
import { counted, duration, grouped } from '../words';
import { colourStage } from './output';

interface ListOptions extends CommonOptions {
  stage?: Stage;
  failed?: boolean;
  fleet?: string;
  region?: string;
  since?: Date;
  limit?: number;
}

/** Lists the accounts that have had a run, each with its latest, and why runs have failed or are held. */
export async function list({ json, ...filter }: ListOptions): Promise<number> {
  return withClient(async (client) => {
    const found = client.list(defined(filter));
    if (json) {
      for await (const account of found) {
        printJson(account);
        if (!outputIsRead()) break;
      }
      return EXIT.done;
    }
    const accounts: AccountSummary[] = [];
    try {
      for await (const account of found) accounts.push(account);
    } finally {
      // What was found before a failure counts.
      printAccounts(accounts);
    }
    await sayWhatIsMissing(client, accounts.length === filter.limit ? filter.limit : undefined);
    return EXIT.done;
  });
}

function printAccounts(accounts: readonly AccountSummary[]): void {
  if (accounts.length === 0) {
    print('No accounts.');
    return;
  }
  const head = ['Account', 'Stage', 'Region', 'Instance', 'Started', 'Ended', 'Held until', 'Cause'];
  printTable(head, accounts.map(cells));
  printGroups(groupCauses(accounts));
}

function cells({ accountId, stage, earlier, failure, heldUntil, ...rest }: AccountSummary): string[] {
  const { region, instanceArn, startedAt, closedAt } = rest;
  const has = instanceArn === undefined && earlier !== undefined ? earlier : { region, instanceArn };
  const instance = has.instanceArn?.replace(/^.*\//, '') ?? '';
  return [
    accountId,
    stage === undefined ? 'open, no worker answers' : colourStage(stage),
    has.region ?? '',
    has === earlier ? `${instance} ACTIVE, of an earlier run`.trim() : instance,
    utc(startedAt),
    closedAt === undefined ? '' : utc(closedAt),
    heldUntil === undefined ? '' : utc(heldUntil),
    failure?.type ?? '',
  ];
}

/** Groups the held and the failed accounts by cause: one of the table of failures, whatever ARNs its words name. */
function groupCauses(accounts: readonly AccountSummary[]): CauseGroup[] {
  const groups = groupBy(
    accounts.filter(({ failure }) => failure !== undefined),
    ({ stage, failure }) => [stage, failure?.type, failure?.situation ?? failure?.remedy].join(' '),
  );
  return groups.flatMap((group): CauseGroup[] => {
    const [first] = group;
    if (first?.failure === undefined) return [];
    const { stage, failure, accountId } = first;
    const until = group.flatMap(({ heldUntil }) => heldUntil ?? []).sort()[0];
    const title = `${grouped(group.length)} ${stage}: ${failure.type}${until === undefined ? '' : `; the first until ${utc(until)}`}`;
    return [
      {
        title: stage === 'held' ? pc.yellow(title) : pc.red(title),
        example: `${failure.whatHappened}${group.length > 1 ? ` (${accountId})` : ''}`,
        remedy: failure.remedy,
        accounts: group.map(({ accountId }) => accountId),
        count: group.length,
      },
    ];
  });
}

/** Says what a list cannot know, beside it: what reads the list goes on reading accounts only. */
async function sayWhatIsMissing(client: IdentityCenterClient, limit: number | undefined): Promise<void> {
  if (limit !== undefined) printAside(`The latest ${counted(limit, 'account')}; there may be more: --limit.`);
  const retention = await readRetention(client.temporal);
  const kept = retention === undefined ? 'for a while' : `for ${duration(retention)}`;
  printAside(
    `Known from runs: Temporal keeps those that have ended ${kept} (the retention of the namespace), and AWS was not asked.`,
  );
}

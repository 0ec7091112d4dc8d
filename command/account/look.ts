import type { AccountSummary, Stage } from '../../client';
import { defined, utc } from '../../contract';
import { EXIT, exitCodeForRun } from '../exit-codes';
import { colourStage, printStatus } from './output';
import { outputIsRead, print, printJson, printTable } from '../output';
import { checkAccountId, withClient, type CommonOptions } from '../with-client';

/** Shows where the run of an account stands. */
export async function status(accountId: string, { json }: CommonOptions): Promise<number> {
  const account = checkAccountId(accountId);
  return withClient(async (client) => {
    const found = await client.status(account);
    if (json) printJson(found);
    else printStatus(found);
    return exitCodeForRun(found);
  });
}

/** Lists the accounts that have had a run, each with its latest. */
export async function list({
  json,
  stage,
  failed,
}: CommonOptions & { stage?: Stage; failed?: boolean }): Promise<number> {
  return withClient(async (client) => {
    const accounts = client.list(defined({ stage, failed }));
    if (json) {
      for await (const account of accounts) {
        printJson(account);
        if (!outputIsRead()) break;
      }
      return EXIT.done;
    }
    const rows: string[][] = [];
    try {
      for await (const account of accounts) rows.push(cells(account));
    } finally {
      // What was found before a failure counts.
      if (rows.length > 0) printTable(['Account', 'Stage', 'Region', 'Instance', 'Started', 'Ended'], rows);
    }
    if (rows.length === 0) print('No accounts.');
    return EXIT.done;
  });
}

function cells({ accountId, stage, region, instanceArn, startedAt, closedAt }: AccountSummary): string[] {
  return [
    accountId,
    stage === undefined ? 'open, no worker answers' : colourStage(stage),
    region ?? '',
    instanceArn?.replace(/^.*\//, '') ?? '',
    utc(startedAt),
    closedAt === undefined ? '' : utc(closedAt),
  ];
}

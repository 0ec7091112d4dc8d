import Table from 'cli-table3';
import {
  InvalidRequestError,
  type AccountStatus,
  type IdentityCenterClient,
  type Stage,
  type StartedRun,
} from '../../client';
import { readRequest } from '../../contract';
import { EXIT, exitCodeOf } from '../exit-codes';
import { lastOf, showLive } from '../live';
import { colourStage, print, printJson, printStatus } from '../output';
import { readRequestOptions, type RequestOptions } from './request-options';
import { accountOf, withClient, type CommonOptions } from '../with-client';

/** @returns the exit code, as every verb does */
export async function provision(
  accountId: string,
  options: RequestOptions & CommonOptions & { wait: boolean },
): Promise<number> {
  const request = readRequestOptions(accountId, options);
  // Before anything is connected to: what is wrong here is wrong with any server.
  const read = readRequest(request);
  if ('problems' in read) throw new InvalidRequestError(read.problems);
  return withClient(async (client) => {
    const run = await client.start(request);
    sayStarted(run, options);
    if (!options.wait) return EXIT.done;
    // A held run may wait for days for a person; a pipeline does not.
    return exitCodeOf(await follow(client, run, options, untilHeld));
  });
}

/** Says that a run was started; to those who do not wait for it, as the one JSON document. */
export function sayStarted(
  { notice, ...run }: StartedRun,
  { json, wait }: CommonOptions & { wait: boolean },
): void {
  if (notice !== undefined) process.stderr.write(`${notice}\n`);
  const { accountId, workflowId, runId, joined } = run;
  if (json) {
    if (!wait) printJson(run);
    return;
  }
  const how = wait ? '' : `. Follow it with: identity-center watch ${accountId}`;
  print(
    `Account ${accountId}: ${joined ? 'joined the open run' : 'started a run'} ${workflowId} ${runId}${how}`,
  );
}

type Statuses = AsyncIterable<AccountStatus>;

async function* untilHeld(statuses: Statuses): AsyncGenerator<AccountStatus> {
  for await (const status of statuses) {
    yield status;
    if (status.stage === 'held') return;
  }
}

/**
 * Follows a run to its end and shows it: live for people, its last status as JSON.
 *
 * @param until where to leave it earlier
 */
export async function follow(
  client: IdentityCenterClient,
  run: StartedRun,
  options: CommonOptions,
  until: (statuses: Statuses) => Statuses = (statuses) => statuses,
): Promise<AccountStatus> {
  const statuses = until(client.watch(run.accountId, run.runId));
  const last = await (options.json ? lastOf(statuses) : showLive(statuses));
  if (options.json) printJson(last);
  else printStatus(last);
  return last;
}

export async function status(accountId: string, options: CommonOptions): Promise<number> {
  const account = accountOf(accountId);
  return withClient(async (client) => {
    const found = await client.status(account);
    if (options.json) printJson(found);
    else printStatus(found);
    return exitCodeOf(found);
  });
}

export async function watch(accountId: string, options: CommonOptions): Promise<number> {
  const account = accountOf(accountId);
  return withClient(async (client) => {
    const statuses = client.watch(account);
    const last = await (options.json ? lastOf(printEach(statuses)) : showLive(statuses));
    if (!options.json) printStatus(last);
    return exitCodeOf(last);
  });
}

async function* printEach(statuses: AsyncIterable<AccountStatus>): AsyncGenerator<AccountStatus> {
  for await (const status of statuses) {
    printJson(status);
    yield status;
  }
}

export async function list(options: CommonOptions & { stage?: Stage; failed?: boolean }): Promise<number> {
  return withClient(async (client) => {
    const { stage, failed } = options;
    const accounts = client.list({
      ...(stage !== undefined && { stage }),
      ...(failed !== undefined && { failed }),
    });
    if (options.json) {
      for await (const account of accounts) printJson(account);
      return EXIT.done;
    }
    const table = new Table({
      head: ['Account', 'Stage', 'Region', 'Instance', 'Started', 'Ended'],
      style: { head: [], border: [] },
    });
    try {
      for await (const { accountId, stage: at, region, instanceArn, startedAt, closedAt } of accounts) {
        table.push([
          accountId,
          at === undefined ? 'open, no worker answers' : colourStage(at),
          region ?? '',
          instanceArn?.replace(/^.*\//, '') ?? '',
          startedAt.slice(0, 19),
          closedAt?.slice(0, 19) ?? '',
        ]);
      }
    } finally {
      // What was found before a failure counts.
      if (table.length > 0) print(table.toString());
    }
    if (table.length === 0) print('No accounts.');
    return EXIT.done;
  });
}

import Table from 'cli-table3';
import { IdentityCenterClient, type AccountStatus, type Stage, type StartedRun } from '../client';
import { EXIT, exitCodeOf, UsageError } from './exit-codes';
import { lastOf, showLive } from './live';
import { colourStage, print, printJson, printStatus } from './output';
import { readRequestOptions, type RequestOptions } from './request-options';

/** What every verb takes. */
export interface CommonOptions {
  json?: boolean;
}

async function withClient<T>(use: (client: IdentityCenterClient) => Promise<T>): Promise<T> {
  const client = await IdentityCenterClient.connect();
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}

/** @returns the exit code, as every verb does */
export async function provision(
  accountId: string,
  options: RequestOptions & CommonOptions & { wait: boolean },
): Promise<number> {
  const request = readRequestOptions(accountId, options);
  return withClient(async (client) => {
    const run = await client.start(request);
    if (!options.wait) {
      if (options.json) printJson(run);
      else print(`${introduce(run)}. Follow it with: identity-center watch ${accountId}`);
      return EXIT.done;
    }
    if (!options.json) print(introduce(run));
    return exitCodeOf(await follow(client, run, options));
  });
}

function introduce({ accountId, workflowId, runId, joined }: StartedRun): string {
  return `Account ${accountId}: ${joined ? 'joined the open run' : 'started a run'} ${workflowId} ${runId}`;
}

/** Follows a run to its end and shows it: live for people, its last status as JSON. */
async function follow(
  client: IdentityCenterClient,
  run: StartedRun,
  options: CommonOptions,
): Promise<AccountStatus> {
  const statuses = client.watch(run.accountId, run.runId);
  const last = await (options.json ? lastOf(statuses) : showLive(statuses));
  if (options.json) printJson(last);
  else printStatus(last);
  return last;
}

export async function status(accountId: string, options: CommonOptions): Promise<number> {
  return withClient(async (client) => {
    const found = await client.status(accountOf(accountId));
    if (options.json) printJson(found);
    else printStatus(found);
    return exitCodeOf(found);
  });
}

export async function watch(accountId: string, options: CommonOptions): Promise<number> {
  return withClient(async (client) => {
    const statuses = client.watch(accountOf(accountId));
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
      head: ['Account', 'Stage', 'Started', 'Ended'],
      style: { head: [], border: [] },
    });
    for await (const { accountId, stage: at, startedAt, closedAt } of accounts) {
      table.push([
        accountId,
        at === undefined ? 'open, no worker answers' : colourStage(at),
        startedAt,
        closedAt ?? '',
      ]);
    }
    print(table.length === 0 ? 'No accounts.' : table.toString());
    return EXIT.done;
  });
}

export async function cancel(accountId: string, options: CommonOptions & { wait: boolean }): Promise<number> {
  return withClient(async (client) => {
    const { workflowId, runId } = await client.cancel(accountOf(accountId));
    if (!options.wait) {
      if (options.json) printJson({ accountId, workflowId, runId });
      else
        print(
          `Account ${accountId}: asked the run to stop. Follow it with: identity-center watch ${accountId}`,
        );
      return EXIT.done;
    }
    const last = await follow(client, { accountId, workflowId, runId, joined: true }, options);
    // A run that ended well before the request came is not what was asked for.
    return last.stage === 'cancelled' ? EXIT.done : exitCodeOf(last) || EXIT.failed;
  });
}

function accountOf(text: string): string {
  if (!/^\d{12}$/.test(text))
    throw new UsageError(`accountId: must be an AWS account ID: 12 digits, not ${JSON.stringify(text)}`);
  return text;
}

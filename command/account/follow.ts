import {
  InvalidRequestError,
  NoRunError,
  refuseUnknownRegions,
  StillRunningError,
  type AccountStatus,
  type IdentityCenterClient,
  type StartedRun,
} from '../../client';
import { defined, readDeprovisionRequest, readRequest } from '../../contract';
import { checkCanConfirm, confirm } from '../confirm';
import { EXIT, exitCodeForRun, type StrictOption } from '../exit-codes';
import { sayIfInterrupted } from '../interrupt';
import { lastStatus } from '../live';
import { showLive } from './live';
import { printStatus } from './output';
import { readRequestInput, type RequestOptions } from './read-request';
import { print, printAside, printJson } from '../output';
import type { TimeoutOptions } from '../timeout';
import { uiLink } from '../ui-link';
import { checkAccountId, withClient, type CommonOptions } from '../with-client';

type Statuses = AsyncIterable<AccountStatus>;

interface StartOptions extends CommonOptions, TimeoutOptions {
  wait: boolean;
}

/** Starts the run of an account, or joins its open run, and follows it to its end or to a hold. */
export async function provision(
  accountId: string,
  options: RequestOptions & StartOptions & StrictOption & { waitHeld?: boolean },
): Promise<number> {
  const request = readRequestInput(accountId, options);
  // Before anything is connected to: what is wrong here is wrong with any server.
  const read = readRequest(request);
  if ('problems' in read) throw new InvalidRequestError(read.problems);
  refuseUnknownRegions([read.request]);
  return withClient(async (client) => {
    const run = await begin(accountId, () => client.start(request));
    sayStarted(run, options);
    if (!options.wait) return EXIT.done;
    const statuses = watchRun(client, run, options);
    // A held run may wait for days for a person; a pipeline does not.
    const last = await follow(
      client,
      accountId,
      options.waitHeld === true ? statuses : untilHeld(statuses),
      options,
    );
    return exitCodeForRun(last, options);
  });
}

/** Deletes the instance of an account, once somebody has said that it is meant, and waits until it is gone. */
export async function deprovision(
  accountId: string,
  options: StartOptions & { region?: string; any?: string; yes?: boolean },
): Promise<number> {
  const request = defined({ accountId, region: options.region, instanceArn: options.any });
  const read = readDeprovisionRequest(request);
  if ('problems' in read) throw new InvalidRequestError(read.problems);
  checkCanConfirm(whatGoes(accountId, options.any), options);
  refuseUnknownRegions([read.request]);
  return withClient(async (client) => {
    if (options.yes !== true) {
      const instanceArn = options.any ?? (await knownInstance(client, accountId));
      await confirm(whatGoes(accountId, instanceArn), options);
    }
    const run = await begin(accountId, () => client.startDeprovision(request));
    sayStarted(run, options);
    if (!options.wait) return EXIT.done;
    return exitCodeForRun(await follow(client, accountId, watchRun(client, run, options), options));
  });
}

function whatGoes(accountId: string, instanceArn?: string): string {
  const instance = instanceArn ?? 'the instance that carries the tag of its runs, in whatever Region';
  return `Account ${accountId}: this deletes ${instance}, with all of its users and groups, and cannot be undone.`;
}

/** The instance that the latest run of an account tells of. */
async function knownInstance(client: IdentityCenterClient, accountId: string): Promise<string | undefined> {
  try {
    return (await client.status(accountId)).instanceArn;
  } catch (error) {
    if (error instanceof NoRunError) return undefined;
    throw error;
  }
}

/** Follows the run of an account to its end: live for people, a JSON document each time that something changes. */
export async function watch(accountId: string, options: CommonOptions & TimeoutOptions): Promise<number> {
  const account = checkAccountId(accountId);
  return withClient(async (client) =>
    exitCodeForRun(
      await follow(client, account, watchRun(client, { accountId: account }, options), options, true),
    ),
  );
}

function watchRun(
  client: IdentityCenterClient,
  { accountId, runId }: { accountId: string; runId?: string },
  { timeout }: TimeoutOptions,
): Statuses {
  return client.watch(accountId, defined({ runId, timeout }));
}

/** Asks a run to stop, and waits until it has ended. */
export async function cancel(accountId: string, options: StartOptions): Promise<number> {
  const account = checkAccountId(accountId);
  return withClient(async (client) => {
    const { workflowId, runId } = await client.cancel(account);
    if (!options.wait) {
      if (options.json) printJson({ accountId, workflowId, runId });
      else
        print(
          `Account ${accountId}: asked the run to stop. Follow it with: identity-center watch ${accountId}`,
        );
      return EXIT.done;
    }
    const last = await follow(client, account, watchRun(client, { accountId, runId }, options), options);
    // A run that ended well before the request came is not what was asked for.
    return last.stage === 'cancelled' ? EXIT.done : exitCodeForRun(last) || EXIT.failed;
  });
}

/** Starts a run. Whether a call that was interrupted has started one, nobody knows here. */
function begin(accountId: string, start: () => Promise<StartedRun>): Promise<StartedRun> {
  const words = `Account ${accountId}: left while the run was being started. Whether it was: identity-center status ${accountId}`;
  return sayIfInterrupted(words, start);
}

/**
 * Shows a run as it goes: live for people, its last status as JSON. At the time-out it says so, with the command that follows
 * the run; an interruption says so as well.
 *
 * @param each as JSON every status, not only the last
 */
async function follow(
  client: IdentityCenterClient,
  accountId: string,
  statuses: Statuses,
  { json }: CommonOptions,
  each = false,
): Promise<AccountStatus> {
  const goesOn = `Account ${accountId}: the run goes on; follow it with: identity-center watch ${accountId}; stop it with: identity-center cancel ${accountId}`;
  try {
    const last = await sayIfInterrupted(goesOn, () =>
      json ? lastStatus(statuses, each ? printJson : undefined) : showLive(statuses),
    );
    if (!json) printStatus(last, uiLink(client, last));
    else if (!each) printJson(last);
    return last;
  } catch (error) {
    if (!(error instanceof StillRunningError) || error.status === undefined) throw error;
    const { status, next, message } = error;
    if (json) {
      printJson({ ...status, timedOut: true, next });
    } else {
      printStatus(status, uiLink(client, status));
      print(message);
    }
    return status;
  }
}

async function* untilHeld(statuses: Statuses): AsyncGenerator<AccountStatus> {
  for await (const status of statuses) {
    yield status;
    if (status.stage === 'held') return;
  }
}

/** Says that a run was started; to those who do not wait for it, as the one JSON document. */
function sayStarted({ notice, ...run }: StartedRun, { json, wait }: StartOptions): void {
  if (notice !== undefined) printAside(notice);
  const { accountId, workflowId, runId, joined } = run;
  const how = wait ? '' : `. Follow it with: identity-center watch ${accountId}`;
  if (!json)
    print(
      `Account ${accountId}: ${joined ? 'joined the open run' : 'started a run'} ${workflowId} ${runId}${how}`,
    );
  else if (!wait) printJson(run);
}

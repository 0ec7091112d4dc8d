import {
  InvalidRequestError,
  SteeringRefusedError,
  type IdentityCenterClient,
  type Progress,
} from '../../client';
import { readCorrection, readDeprovisionRequest, readReason } from '../../contract';
import { EXIT, exitCodeOf } from '../exit-codes';
import { colourStage, print, printJson } from '../output';
import { readTags } from './request-options';
import { follow, sayStarted } from './run-verbs';
import { accountOf, withClient, type CommonOptions } from '../with-client';

/** Gives an order, and shows what came of it. */
async function order(
  accountId: string,
  { json }: CommonOptions,
  give: (client: IdentityCenterClient, account: string) => Promise<Progress>,
  say: (progress: Progress) => string = ({ stage }) =>
    `${colourStage(stage)}. Follow it with: identity-center watch ${accountId}`,
): Promise<number> {
  const account = accountOf(accountId);
  return withClient(async (client) => {
    const progress = await give(client, account);
    if (json) printJson({ accountId, ...progress });
    else print(`Account ${accountId}: ${say(progress)}`);
    return EXIT.done;
  });
}

export function pause(accountId: string, options: CommonOptions): Promise<number> {
  return order(
    accountId,
    options,
    (client, account) => client.pause(account),
    ({ stage }) => `${colourStage(stage)}, paused. Let it go on with: identity-center resume ${accountId}`,
  );
}

export function resume(accountId: string, options: CommonOptions): Promise<number> {
  return order(accountId, options, (client, account) => client.resume(account));
}

export function retry(
  accountId: string,
  options: CommonOptions & { name?: string; tag?: string[] },
): Promise<number> {
  const { name } = options;
  const tags = readTags(options.tag);
  const correction = { ...(name !== undefined && { name }), ...(tags !== undefined && { tags }) };
  const read = readCorrection(correction);
  if (typeof read === 'string') throw new SteeringRefusedError(accountOf(accountId), 'retry', read);
  return order(accountId, options, (client, account) => client.retry(account, correction));
}

export function abort(accountId: string, options: CommonOptions & { reason: string }): Promise<number> {
  const read = readReason(options.reason);
  if (typeof read === 'string') throw new SteeringRefusedError(accountOf(accountId), 'abort', read);
  return order(
    accountId,
    options,
    (client, account) => client.abort(account, options.reason),
    // The progress is that of the moment before it ends.
    () => `the run ends as failed. See what it leaves with: identity-center status ${accountId}`,
  );
}

export async function cancel(accountId: string, options: CommonOptions & { wait: boolean }): Promise<number> {
  const account = accountOf(accountId);
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
    const last = await follow(client, { accountId, workflowId, runId, joined: true }, options);
    // A run that ended well before the request came is not what was asked for.
    return last.stage === 'cancelled' ? EXIT.done : exitCodeOf(last) || EXIT.failed;
  });
}

export async function deprovision(
  accountId: string,
  options: CommonOptions & { region?: string; any?: string; wait: boolean },
): Promise<number> {
  const { region, any } = options;
  const request = {
    accountId,
    ...(region !== undefined && { region }),
    ...(any !== undefined && { instanceArn: any }),
  };
  const read = readDeprovisionRequest(request);
  if ('problems' in read) throw new InvalidRequestError(read.problems);
  return withClient(async (client) => {
    const run = await client.startDeprovision(request);
    sayStarted(run, options);
    return options.wait ? exitCodeOf(await follow(client, run, options)) : EXIT.done;
  });
}

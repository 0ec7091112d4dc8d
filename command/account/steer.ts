import { SteeringRefusedError, type IdentityCenterClient, type SteeredProgress } from '../../client';
import { defined, readCorrection, readReason } from '../../contract';
import { EXIT } from '../exit-codes';
import { colourStage } from './output';
import { readTags } from './read-request';
import { print, printJson } from '../output';
import { checkAccountId, withClient, type CommonOptions } from '../with-client';

/** Steers the run of an account, and shows what came of it. */
async function steer(
  accountId: string,
  { json }: CommonOptions,
  ask: (client: IdentityCenterClient, account: string) => Promise<SteeredProgress>,
  say: (progress: SteeredProgress) => string = ({ stage }) =>
    `${colourStage(stage)}. Follow it with: identity-center watch ${accountId}`,
): Promise<number> {
  const account = checkAccountId(accountId);
  return withClient(async (client) => {
    const progress = await ask(client, account);
    if (json) printJson({ accountId, ...progress });
    else
      print(
        `Account ${accountId}: ${progress.note === undefined ? '' : `${progress.note}; `}${say(progress)}`,
      );
    return EXIT.done;
  });
}

export function pause(accountId: string, options: CommonOptions): Promise<number> {
  return steer(
    accountId,
    options,
    (client, account) => client.pause(account),
    ({ stage }) => `${colourStage(stage)}, paused. Let it go on with: identity-center resume ${accountId}`,
  );
}

export function resume(accountId: string, options: CommonOptions): Promise<number> {
  return steer(accountId, options, (client, account) => client.resume(account));
}

/** Has a run try again now; a held run asks for the name and the tags that are given here from then on. */
export function retry(
  accountId: string,
  options: CommonOptions & { name?: string; tag?: string[] },
): Promise<number> {
  const correction = defined({ name: options.name, tags: readTags(options.tag) });
  const read = readCorrection(correction);
  if (typeof read === 'string') throw new SteeringRefusedError(checkAccountId(accountId), 'retry', read);
  return steer(accountId, options, (client, account) => client.retry(account, correction));
}

export function abort(accountId: string, options: CommonOptions & { reason: string }): Promise<number> {
  const read = readReason(options.reason);
  if (typeof read === 'string') throw new SteeringRefusedError(checkAccountId(accountId), 'abort', read);
  return steer(
    accountId,
    options,
    (client, account) => client.abort(account, options.reason),
    // The progress is that of the moment before it ends.
    () => `the run ends as failed. See what it leaves with: identity-center status ${accountId}`,
  );
}

import { InvalidRequestError } from '../../client';
import { defined, readDeprovisionRequest } from '../../contract';
import { EXIT, exitCodeForRun } from '../exit-codes';
import { follow, sayStarted } from './follow';
import { withClient, type CommonOptions } from '../with-client';

/** Deletes the instance of an account, and waits until it is gone. */
export async function deprovision(
  accountId: string,
  options: CommonOptions & { region?: string; any?: string; wait: boolean },
): Promise<number> {
  const request = defined({ accountId, region: options.region, instanceArn: options.any });
  const read = readDeprovisionRequest(request);
  if ('problems' in read) throw new InvalidRequestError(read.problems);
  return withClient(async (client) => {
    const run = await client.startDeprovision(request);
    sayStarted(run, options);
    return options.wait ? exitCodeForRun(await follow(client, run, options)) : EXIT.done;
  });
}

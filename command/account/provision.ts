import { InvalidRequestError, type AccountStatus } from '../../client';
import { readRequest } from '../../contract';
import { EXIT, exitCodeForRun } from '../exit-codes';
import { follow, sayStarted } from './follow';
import { readRequestInput, type RequestOptions } from './read-request';
import { withClient, type CommonOptions } from '../with-client';

/** Starts the run of an account, or joins its open run, and follows it to its end or to a hold. */
export async function provision(
  accountId: string,
  options: RequestOptions & CommonOptions & { wait: boolean },
): Promise<number> {
  const request = readRequestInput(accountId, options);
  // Before anything is connected to: what is wrong here is wrong with any server.
  const read = readRequest(request);
  if ('problems' in read) throw new InvalidRequestError(read.problems);
  return withClient(async (client) => {
    const run = await client.start(request);
    sayStarted(run, options);
    if (!options.wait) return EXIT.done;
    // A held run may wait for days for a person; a pipeline does not.
    return exitCodeForRun(await follow(client, run, options, untilHeld));
  });
}

async function* untilHeld(statuses: AsyncIterable<AccountStatus>): AsyncGenerator<AccountStatus> {
  for await (const status of statuses) {
    yield status;
    if (status.stage === 'held') return;
  }
}

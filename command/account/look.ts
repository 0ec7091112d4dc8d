import { defined } from '../../contract';
import { exitCodeForRun } from '../exit-codes';
import { printStatus } from './output';
import { printJson } from '../output';
import { uiLink } from '../ui-link';
import { checkAccountId, withClient, type CommonOptions } from '../with-client';

/** Shows where the run of an account stands. */
export async function status(accountId: string, { json }: CommonOptions): Promise<number> {
  const account = checkAccountId(accountId);
  return withClient(async (client) => {
    const found = await client.status(account);
    const uiUrl = uiLink(client, found);
    if (json) printJson({ ...found, ...defined({ uiUrl }) });
    else printStatus(found, uiUrl);
    return exitCodeForRun(found);
  });
}

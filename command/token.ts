import { accountIdOf, clientToken, workflowIdOf } from '../contract';
import { EXIT } from './exit-codes';
import { print, printAside, printJson } from './output';
import { quote } from './words';
import type { CommonOptions } from './with-client';

/**
 * Prints the ClientToken of an account, or of a workflow ID, which takes neither a server nor AWS.
 *
 * @throws UsageError where it is a number that is no account ID
 */
export async function token(
  id: string,
  { generation, json }: CommonOptions & { generation: number },
): Promise<number> {
  const isAccount = /^\d{12}$/.test(id);
  // What throws brings the client with it.
  if (!isAccount && /^\d+$/.test(id)) (await import('./with-client.js')).checkAccountId(id);
  const workflowId = isAccount ? workflowIdOf(id) : id;
  const computed = clientToken(workflowId, generation);
  if (json) printJson({ workflowId, generation, clientToken: computed });
  else print(computed);
  // Beside the output: a script takes the token alone.
  if (isAccount) printAside(`It is the token of workflow ID ${workflowId}.`);
  else if (accountIdOf(id) === undefined)
    printAside(
      `No run of an account has the workflow ID ${quote(id)}: they have identity-center/<accountId>.`,
    );
  return EXIT.done;
}

import { clientToken } from '../contract';
import { EXIT } from './exit-codes';
import { print, printJson } from './output';
import type { CommonOptions } from './with-client';

/** Prints the ClientToken of a workflow ID, which takes neither a server nor AWS. */
export function token(workflowId: string, options: CommonOptions & { generation: number }): number {
  const { generation, json } = options;
  const computed = clientToken(workflowId, generation);
  if (json) printJson({ workflowId, generation, clientToken: computed });
  else print(computed);
  return EXIT.done;
}

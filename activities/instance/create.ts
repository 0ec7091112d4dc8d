import { defined, WORKFLOW_ID_TAG } from '../../contract';
import { classify, failedAs } from '../errors/classify';
import type { IdentityCenter } from '../aws/sso-admin';
import { AwsCallError } from '../errors/thrown';
import { callFailure } from '../errors/failure';
import { inAccount, type ActivityDependencies, type AccountInput } from '../in-account';

export interface CreateInstanceInput extends AccountInput {
  workflowId: string;
  clientToken: string;
  name?: string;
  tags?: Record<string, string>;
}

/**
 * Asks AWS for the instance behind the token, and answers with its ARN; it is not ACTIVE yet. A refusal is thrown under
 * AWS's name for it, as the retry policy of the workflow states by name what is never sent again.
 */
export async function createInstance(
  deps: ActivityDependencies,
  input: CreateInstanceInput,
): Promise<{ instanceArn: string }> {
  return inAccount(deps, input, async ({ identityCenter }) => {
    try {
      const tags = { ...input.tags, [WORKFLOW_ID_TAG]: input.workflowId };
      const asked = defined({
        ClientToken: input.clientToken,
        Name: input.name,
        Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
      });
      const instanceArn = await identityCenter.createInstance(asked);
      return { instanceArn };
    } catch (error) {
      // A denial may be how AWS says that there is an instance: waiting for the account to be ready would not help.
      if (failedAs(error, 'permissionMissing', 'notFound') && (await hasInstance(identityCenter)))
        throw callFailure(input.accountId, error.operation, classify(error));
      throw error;
    }
  });
}

async function hasInstance(identityCenter: IdentityCenter): Promise<boolean> {
  try {
    return (await identityCenter.listOwnInstances()).length > 0;
  } catch (error) {
    if (error instanceof AwsCallError) return false;
    throw error;
  }
}

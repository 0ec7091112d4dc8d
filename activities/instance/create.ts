import { WORKFLOW_ID_TAG } from '../../contract';
import { classify } from '../errors/classify';
import type { IdentityCenter } from '../aws/sso-admin';
import { AwsCallError } from '../errors/thrown';
import { callFailure } from '../errors/failure';
import { isDenied } from './describe';
import { inAccount, type ActivityDependencies, type AccountInput } from '../in-account';

export interface CreateInstanceInput extends AccountInput {
  workflowId: string;
  clientToken: string;
  name?: string;
  tags?: Record<string, string>;
}

/** Asks AWS for the instance behind the token; answers with its ARN, which is not ACTIVE yet. */
export async function createInstance(
  deps: ActivityDependencies,
  input: CreateInstanceInput,
): Promise<{ instanceArn: string }> {
  return inAccount(deps, input, async ({ identityCenter }) => {
    try {
      const instanceArn = await identityCenter.createInstance({
        ClientToken: input.clientToken,
        ...(input.name !== undefined && { Name: input.name }),
        Tags: Object.entries({ ...input.tags, [WORKFLOW_ID_TAG]: input.workflowId }).map(([Key, Value]) => ({
          Key,
          Value,
        })),
      });
      return { instanceArn };
    } catch (error) {
      if (isDenied(error) && (await hasInstance(identityCenter)))
        throw denialForExisting(error, input.accountId);
      throw error;
    }
  });
}

/** A denial may be how AWS says that there is an instance already: waiting for the account to be ready would not help. */
function denialForExisting(error: unknown, accountId: string): Error {
  const { operation, cause } = error as AwsCallError;
  return callFailure(accountId, operation, classify(cause));
}

async function hasInstance(identityCenter: IdentityCenter): Promise<boolean> {
  try {
    return (await identityCenter.listOwnInstances()).length > 0;
  } catch (error) {
    if (error instanceof AwsCallError) return false;
    throw error;
  }
}

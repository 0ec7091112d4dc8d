import type { IdentityCenter } from '../aws/sso-admin';
import { inAccount, type ActivityDependencies, type AccountInput } from '../in-account';

/** Lists the ARNs of the account's own instances, over all Regions, in whatever status. */
export async function listInstances(deps: ActivityDependencies, input: AccountInput): Promise<string[]> {
  return inAccount(deps, input, ({ identityCenter }) => ownArns(identityCenter));
}

export async function ownArns(identityCenter: IdentityCenter): Promise<string[]> {
  const instances = await identityCenter.listOwnInstances();
  return instances.map(({ instanceArn }) => instanceArn);
}

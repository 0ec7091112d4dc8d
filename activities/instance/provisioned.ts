import {
  differencesOf,
  isOfTags,
  type InstanceDifference,
  type ProvisionRequest,
  type ProvisionResult,
} from '../../contract';
import type { Instance } from '../aws/sso-admin';

/**
 * Says whether an instance that a run has provisioned is there and ACTIVE still, and how it is not what is asked for.
 *
 * @param instances what ListInstances shows of the account, which is all of it but the tags: of those the run has told
 * @returns `undefined` where the instance is gone, or on its way
 */
export function checkProvisioned(
  { instanceArn, region, differences: told = [] }: ProvisionResult,
  request: ProvisionRequest,
  instances: readonly Instance[],
): { differences: InstanceDifference[] } | undefined {
  const instance = instances.find((it) => it.instanceArn === instanceArn);
  if (instance?.status !== 'ACTIVE') return undefined;
  const now = differencesOf(request, { region: instance.region ?? region, name: instance.name });
  return { differences: [...now, ...told.filter(isOfTags)] };
}

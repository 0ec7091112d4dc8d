import type { IdentityCenter, Instance } from '../aws/sso-admin';
import { classify } from '../errors/classify';
import { AwsCallError } from '../errors/thrown';

/**
 * Describes an instance; `undefined` where it is deleted. AWS answers AccessDeniedException for a deleted instance, just
 * as for a lost permission, so it counts as deleted only where ListInstances does not show it either.
 */
export async function describeUnlessGone(
  identityCenter: IdentityCenter,
  instanceArn: string,
): Promise<Instance | undefined> {
  try {
    return await identityCenter.describeInstance(instanceArn);
  } catch (error) {
    if (!isDenied(error)) throw error;
    const own = await identityCenter.listOwnInstances();
    if (own.some((instance) => instance.instanceArn === instanceArn)) throw error;
    return undefined;
  }
}

/** Whether AWS denied a call in the way that has more than one meaning. */
export function isDenied(error: unknown): boolean {
  return error instanceof AwsCallError && classify(error.cause).situation === 'permissionMissing';
}

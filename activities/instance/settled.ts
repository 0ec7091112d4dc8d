import { defined, differencesOf, type AskedFor, type InstanceDifference } from '../../contract';
import type { IdentityCenter, Instance } from '../aws/sso-admin';

/** An instance that is looked at. */
export interface LookedAt {
  instanceArn: string;
  /** The Region of the instance. */
  region: string;
  /** What it is compared with; absent for one that was just made so. */
  asked?: AskedFor;
}

/** An instance that is ACTIVE, and how it is not what is asked for. */
export interface ActiveInstance {
  status: 'active';
  identityStoreId: string;
  differences?: InstanceDifference[];
}

/** What has become of an instance. */
export type SettledInstance =
  ActiveInstance | { status: 'createFailed'; reason: string } | { status: 'gone' };

/** Looks at an instance once; `undefined` while AWS is making it. */
export async function lookAt(
  identityCenter: IdentityCenter,
  lookedAt: LookedAt,
): Promise<SettledInstance | undefined> {
  const instance = await identityCenter.describeInstance(lookedAt.instanceArn);
  switch (instance?.status) {
    case undefined:
      return { status: 'gone' };
    case 'ACTIVE':
      return compare(instance, identityCenter, lookedAt);
    case 'CREATE_FAILED':
      return { status: 'createFailed', reason: instance.statusReason ?? 'AWS gives no reason' };
    default:
      return undefined;
  }
}

async function compare(
  { identityStoreId = '', name }: Instance,
  identityCenter: IdentityCenter,
  { asked, instanceArn, region }: LookedAt,
): Promise<SettledInstance> {
  const active = { status: 'active', identityStoreId } as const;
  if (asked === undefined) return active;
  const isTagged = Object.keys(asked.tags ?? {}).length > 0;
  const tags = isTagged ? await identityCenter.listTags(instanceArn) : new Map<string, string>();
  if (tags === undefined) return { status: 'gone' };
  const differences = differencesOf(asked, defined({ region, name, tags }));
  return differences.length === 0 ? active : { ...active, differences };
}

import { accessAws, checkOwnIdentity as check, Pacer, type AwsSettings } from '../activities';
import type { Check } from '../contract';

/** Asks AWS, within 8 s, who a worker with these settings is; never throws. */
export async function checkOwnIdentity(aws: AwsSettings): Promise<Check> {
  return check(accessAws(aws, Date.now, new Pacer(undefined)));
}

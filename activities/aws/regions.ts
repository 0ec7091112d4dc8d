import { partition } from '@aws-sdk/core/client';
import { lookup } from 'node:dns/promises';
import { describeUnknownRegion, isKnownRegion, nearestRegions, REGIONS } from '../../contract';
import { missingHost } from '../errors/network';
import { NoEndpointError } from '../errors/thrown';

/** Names the partition of a Region, such as `aws-cn`; of one that the SDK does not know, as its code begins. */
export function partitionOf(region: string): string {
  const { name } = partition(region);
  // The SDK takes what it cannot place for `aws`: a new country of a partition that is not.
  if (name !== DEFAULT_PARTITION || isKnownRegion(region)) return name;
  const place = `${region.split('-', 1).join('')}-`;
  const [nearest] = nearestRegions(
    region,
    REGIONS.filter((other) => other.startsWith(place)),
  );
  return nearest === undefined ? name : partition(nearest).name;
}

const DEFAULT_PARTITION = 'aws';
const DEFAULT_REGION = 'us-east-1';

/** The Region to look from where none is asked for: the worker's, or one of the partition that its role is in. */
export function homeRegion({ stsRegion, roleArn = '' }: { stsRegion?: string; roleArn?: string }): string {
  if (stsRegion) return stsRegion;
  const [, named = DEFAULT_PARTITION] = /^arn:(aws[a-z-]*):/.exec(roleArn) ?? [];
  const there = REGIONS.filter((region) => partition(region).name === named);
  return nearestRegions(DEFAULT_REGION, there)[0] ?? DEFAULT_REGION;
}

const FIPS_REMEDY =
  'Unset AWS_USE_FIPS_ENDPOINT of the worker, or use a Region that has a FIPS endpoint of the service; then start the run again.';

/**
 * Says why there is no host of the name that a call was to be sent to: AWS has no such Region, or no FIPS endpoint there.
 * `undefined` where that is not certain: names are not found either where the worker is cut off.
 *
 * @param exists whether there is a host of a name
 */
export async function explainMissingHost(
  error: unknown,
  region: string,
  exists: (host: string) => Promise<boolean> = isHost,
): Promise<NoEndpointError | undefined> {
  const host = missingHost(error);
  if (host === undefined) return undefined;
  if (!isKnownRegion(region) && host.includes(region)) {
    return new NoEndpointError(`region: ${describeUnknownRegion(region)}. There is no host ${host}`);
  }
  if (host.includes('-fips.') && (await exists(host.replace('-fips.', '.'))))
    return new NoEndpointError(`AWS_USE_FIPS_ENDPOINT: there is no host ${host}`, FIPS_REMEDY);
  return undefined;
}

async function isHost(host: string): Promise<boolean> {
  return lookup(host).then(
    () => true,
    () => false,
  );
}

import { partition } from '@aws-sdk/core/client';
import { describeUnknownRegion, nearestRegions } from '../contract';

const MOST_NAMED = 5;

/**
 * Warns, before anything is started, of Regions that the AWS SDK does not know: they are mistyped, or newer than this
 * version. Those of texts that are no Region at all are refused elsewhere.
 */
export function warnOfUnknownRegions(requests: readonly { region?: unknown }[]): void {
  const regions = new Set(requests.map(({ region }) => region));
  const unknown = [...regions].filter(
    (region) => typeof region === 'string' && !isKnownRegion(region),
  ) as string[];
  for (const region of unknown.slice(0, MOST_NAMED)) {
    const description = describeUnknownRegion(region, nearestRegions(region, isKnownRegion));
    process.stderr.write(`Warning: ${description}. A run there fails if AWS has none either.\n`);
  }
  const more = unknown.length - MOST_NAMED;
  if (more > 0) process.stderr.write(`Warning: so it is with ${more} more Regions.\n`);
}

function isKnownRegion(region: string): boolean {
  return 'description' in partition(region);
}

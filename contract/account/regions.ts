import { editDistance } from '../edit-distance';

/** The Regions of all partitions, as the AWS SDK of this release knows them; a test holds the list to the SDK's own. */
export const REGIONS: readonly string[] = [
  ...['af-south-1', 'ap-east-1', 'ap-east-2', 'ap-northeast-1', 'ap-northeast-2', 'ap-northeast-3'],
  ...['ap-south-1', 'ap-south-2', 'ap-southeast-1', 'ap-southeast-2', 'ap-southeast-3', 'ap-southeast-4'],
  ...['ap-southeast-5', 'ap-southeast-6', 'ap-southeast-7', 'ca-central-1', 'ca-west-1', 'cn-north-1'],
  ...['cn-northwest-1', 'eu-central-1', 'eu-central-2', 'eu-isoe-west-1', 'eu-north-1', 'eu-south-1'],
  ...['eu-south-2', 'eu-west-1', 'eu-west-2', 'eu-west-3', 'eusc-de-east-1', 'il-central-1'],
  ...['me-central-1', 'me-south-1', 'me-west-1', 'mx-central-1', 'sa-east-1', 'sa-west-1'],
  ...['us-east-1', 'us-east-2', 'us-gov-east-1', 'us-gov-west-1', 'us-iso-east-1', 'us-iso-west-1'],
  ...['us-isob-east-1', 'us-isob-west-1', 'us-isof-east-1', 'us-isof-south-1', 'us-west-1', 'us-west-2'],
];

const CODE = /^(?=.{1,32}$)[a-z]{2,4}(-[a-z]+){1,3}-\d{1,2}$/;
/** The words that AWS names Regions with, before their number: new places come, new directions do not. */
const DIRECTION = /-(central|(north|south)?(east|west)|north|south)-\d+$/;

const MOST_NAMED = 3;
/** A code that is farther from every Region is no slip of the finger. */
const MOST_EDITS = 2;

/** Whether a text has the form of a Region code, whatever Regions there are. */
export function isRegionCode(text: string): boolean {
  return CODE.test(text);
}

/** Whether the AWS SDK of this release knows a Region of this code. */
export function isKnownRegion(region: string): boolean {
  return REGIONS.includes(region);
}

/** Finds the Regions whose codes are nearest to one that is none: all that are equally near, three at the most. */
export function nearestRegions(asked: string, among: readonly string[] = REGIONS): string[] {
  return nearest(asked, among).regions.slice(0, MOST_NAMED);
}

/** Says that a Region is not known to this release, and which ones are meant perhaps. */
export function describeUnknownRegion(asked: string): string {
  return `this release knows no Region "${asked}" (${didYouMean(nearestRegions(asked))})`;
}

/**
 * Says what is wrong with what is to be a Region code; `undefined`: nothing. A Region that is newer than this release is not
 * in its list either, so a code that AWS could give to one is let pass.
 */
export function regionProblem(text: string): string | undefined {
  if (CODE.test(text) && (DIRECTION.test(text) || isKnownRegion(text))) return undefined;
  const { regions } = nearest(text.trim().toLowerCase(), REGIONS, MOST_EDITS);
  if (regions.length > 0) return `${MUST_BE_CODE} (${didYouMean(regions.slice(0, MOST_NAMED))})`;
  return CODE.test(text) ? undefined : MUST_BE_CODE;
}

function didYouMean(regions: readonly string[]): string {
  return `did you mean ${regions.join(' or ')}?`;
}

const MUST_BE_CODE = 'must be an AWS Region code, such as "eu-west-1"';

/** @param limit the edits beyond which nothing is near */
function nearest(
  asked: string,
  among: readonly string[],
  limit = Infinity,
): { regions: string[]; edits: number } {
  let [regions, least]: [string[], number] = [[], limit];
  for (const region of among) {
    const edits = editDistance(asked, region, least);
    if (edits > least) continue;
    if (edits < least) regions = [];
    least = edits;
    regions.push(region);
  }
  return { regions, edits: least };
}

import { editDistance } from '../edit-distance';

/** The words that AWS makes the codes of its Regions from. Which of their combinations are Regions, the AWS SDK knows. */
const PLACES = [
  ...['af', 'ap', 'ca', 'cn', 'eu', 'eu-isoe', 'eusc-de', 'il', 'me', 'mx', 'sa'],
  ...['us', 'us-gov', 'us-iso', 'us-isob', 'us-isof'],
];
const DIRECTIONS = [
  ...['central', 'east', 'north', 'northeast', 'northwest', 'south', 'southeast', 'southwest', 'west'],
];
const MOST_IN_ONE_PLACE = 7;
const MOST_NAMED = 3;

/**
 * Finds the Regions whose codes are nearest to one that is none, the nearest first.
 *
 * @param isKnown whether a code is that of a Region
 */
export function nearestRegions(asked: string, isKnown: (region: string) => boolean): string[] {
  const numbers = Array.from({ length: MOST_IN_ONE_PLACE }, (_, index) => index + 1);
  return PLACES.flatMap((place) =>
    DIRECTIONS.flatMap((direction) => numbers.map((number) => `${place}-${direction}-${number}`)),
  )
    .filter(isKnown)
    .map((region) => ({ region, edits: editDistance(asked, region) }))
    .sort((one, other) => one.edits - other.edits || (one.region < other.region ? -1 : 1))
    .slice(0, MOST_NAMED)
    .map(({ region }) => region);
}

/** Says that a Region is not known to the AWS SDK, and which ones are meant perhaps. */
export function describeUnknownRegion(asked: string, nearest: readonly string[]): string {
  return `the AWS SDK knows no Region "${asked}"; the nearest are ${nearest.join(', ')}`;
}

import {
  describeUnknownRegion,
  isKnownRegion,
  isRegionCode,
  readEnvironment,
  type EventRules,
  type Problem,
} from '../contract';
import { InvalidRequestError } from './errors';

/** Names the Regions that are newer than this release, separated by commas. */
const NEW_REGIONS = 'IDENTITY_CENTER_NEW_REGIONS';

/**
 * Says that a Region is not known: it is mistyped, or newer than this release, and then the environment has to name it.
 *
 * @returns `undefined` for what does not look like a Region as well: the schema of the request refuses that
 */
export function unknownRegion(region: unknown): string | undefined {
  if (typeof region !== 'string' || !isRegionCode(region)) return undefined;
  if (isKnownRegion(region) || newRegions().includes(region)) return undefined;
  return `${describeUnknownRegion(region)}. If AWS has it since, name it in ${NEW_REGIONS}`;
}

/**
 * Refuses Regions that are not known, before anything is started.
 *
 * @param fieldOf names the field of a request by its index
 * @throws InvalidRequestError
 */
export function refuseUnknownRegions(
  requests: readonly { region?: unknown }[],
  fieldOf: (index: number) => string = () => 'region',
): void {
  const problems = unknownRegions(requests, fieldOf);
  if (problems.length > 0) throw new InvalidRequestError(problems);
}

/** Lists the Regions of rules that are not known, by their fields. */
export function unknownRegionsInRules({ defaults, rules }: EventRules): Problem[] {
  return unknownRegions([defaults, ...rules.map(({ request }) => request)], (index) =>
    index === 0 ? 'defaults.region' : `rules.${index - 1}.request.region`,
  );
}

function unknownRegions(
  requests: readonly { region?: unknown }[],
  fieldOf: (index: number) => string,
): Problem[] {
  return requests.flatMap(({ region }, index) => {
    const message = unknownRegion(region);
    return message === undefined ? [] : [{ field: fieldOf(index), message }];
  });
}

function newRegions(): string[] {
  return (readEnvironment(process.env)[NEW_REGIONS] ?? '').split(',').map((region) => region.trim());
}

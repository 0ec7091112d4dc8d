import type { ProvisionRequest } from './request';

/** A field in which an instance is not what was asked for. */
export interface InstanceDifference {
  /** `region`, `name`, or a tag: `tags.team`. */
  field: string;
  asked: string;
  /** What the instance has; absent: nothing. */
  actual?: string;
}

/** What an instance is asked to be. */
export type AskedFor = Pick<ProvisionRequest, 'region' | 'name' | 'tags'>;

/** What an instance is. */
export interface ActualInstance {
  region: string;
  name?: string | undefined;
  /** Absent: nobody has looked, and they are not compared. */
  tags?: ReadonlyMap<string, string> | undefined;
}

/**
 * Compares an instance with what was asked for. What was not asked for may be as it is: an instance has the tags of its
 * organization, and perhaps a name that nobody gave it here.
 */
export function differencesOf(
  { region, name, tags = {} }: AskedFor,
  actual: ActualInstance,
): InstanceDifference[] {
  const { tags: actualTags } = actual;
  const compared: [field: string, asked: string | undefined, actual: string | undefined][] = [
    ['region', region, actual.region],
    ['name', name, actual.name],
    ...Object.entries(actualTags === undefined ? {} : tags).map(
      ([key, asked]): [string, string, string | undefined] => [`${TAGS}${key}`, asked, actualTags?.get(key)],
    ),
  ];
  return compared.flatMap(([field, asked, is]) => {
    if (asked === undefined || asked === is) return [];
    return [is === undefined ? { field, asked } : { field, asked, actual: is }];
  });
}

const TAGS = 'tags.';

/** Tells whether a difference is one of the tags. */
export function isOfTags({ field }: InstanceDifference): boolean {
  return field.startsWith(TAGS);
}

/** Says for people how an instance is not what was asked for. */
export function describeDifferences(differences: readonly InstanceDifference[]): string {
  return differences
    .map(({ field, asked, actual }) => {
      const is = actual === undefined ? 'not set' : `"${actual}"`;
      return `${field} is ${is}, asked for "${asked}"`;
    })
    .join('; ');
}

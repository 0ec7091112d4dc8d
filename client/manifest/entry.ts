import { findField, type Found, type ManifestProblem, type Place } from './problems';

/** A request as a file has it, unchecked. */
export interface Entry {
  /** The line where it begins. Slow, as is `find`: for what is wrong only. */
  readonly line: number;
  input: unknown;
  /** Finds a field; `undefined` where the file does not have it. */
  find: (field: string) => Found | undefined;
  /** Why the account is not to be provisioned, where the file says so. */
  skip?: string | undefined;
}

/** What the reader of a format makes of a file. */
export interface Parsed {
  accounts: Entry[];
  defaults?: Entry | undefined;
  problems: ManifestProblem[];
  /** What whoever starts the fleet should know. */
  notes?: string[];
}

/** A file of which no account can be told. */
export function refused(problems: ManifestProblem[]): Parsed {
  return { accounts: [], problems };
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Makes an entry of what a file has; `id` is what it calls the account's ID. */
export function entryAt(
  input: Record<string, unknown>,
  place: () => Place,
  { id = 'accountId', skip }: { id?: string; skip?: string | undefined } = {},
): Entry {
  return {
    get line() {
      return place().line;
    },
    input: Array.isArray(input['tags']) ? { ...input, tags: readTagPairs(input['tags']) } : input,
    find: (field) =>
      findField(place(), field === 'accountId' ? id : field) ??
      // A tag in a list of pairs.
      (field.startsWith('tags.') ? findField(place(), 'tags') : undefined),
    skip,
  };
}

/** Reads tags as AWS's own answers and templates have them: `[{"Key": "team", "Value": "identity"}]`. */
function readTagPairs(list: unknown[]): unknown {
  const pairs = list.map((pair): [string, unknown] | undefined => {
    if (!isObject(pair) || Object.keys(pair).length !== 2) return undefined;
    const { Key: key = pair['key'], Value: value = pair['value'] } = pair;
    return typeof key === 'string' && value !== undefined ? [key, value] : undefined;
  });
  const read = pairs.filter((pair) => pair !== undefined);
  // A key that is there twice has no certain value.
  const areSure = read.length === list.length && new Set(read.map(([key]) => key)).size === list.length;
  return areSure ? Object.fromEntries(read) : list;
}

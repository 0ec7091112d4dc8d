import { once } from './once';
import { refused, type Entry, type Parsed } from './parsed';
import { lineOf, type Place } from './place';
import { keyName, problem, type ManifestProblem } from './problems';

const SHAPE = 'must be a list of accounts, or an object with "accounts" and, if you like, "defaults"';
const UNKNOWN = 'unknown field: an object holds "accounts" and "defaults"';

/** Reads the two shapes of JSON and YAML: a list of accounts, or `{ defaults, accounts }`. */
export function readShape(value: unknown, place: Place): Parsed {
  if (Array.isArray(value)) return readAccounts(value, () => place);
  if (!isObject(value)) return refused([problem(place.line, undefined, SHAPE)]);
  const find = (key: string) => place.fields().find((field) => field.key === key);
  const lineOfKey = (key: string) => find(key)?.line ?? place.line;
  const placeIn = (key: string) => () => find(key)?.value ?? place;
  const problems = Object.keys(value)
    .filter((key) => key !== 'accounts' && key !== 'defaults')
    .map((key) => problem(lineOfKey(key), keyName(key), UNKNOWN));
  const { accounts, defaults } = value;
  if (defaults !== undefined && !isObject(defaults))
    problems.push(problem(lineOfKey('defaults'), 'defaults', 'must be an object'));
  if (!Array.isArray(accounts)) {
    const message = accounts === undefined ? 'is required: the list of accounts' : 'must be a list';
    return refused([...problems, problem(lineOfKey('accounts'), 'accounts', message)]);
  }
  const read = readAccounts(accounts, placeIn('accounts'));
  return {
    accounts: read.accounts,
    problems: [...problems, ...read.problems],
    ...(isObject(defaults) && { defaults: entryAt(defaults, placeIn('defaults')) }),
  };
}

/** An account: an object, or its ID alone where the defaults give the rest. */
export function readAccount(value: unknown, place: () => Place): Entry | ManifestProblem {
  if (isObject(value)) return entryAt(value, place);
  if (typeof value === 'string' || typeof value === 'number') return entryAt({ accountId: value }, place);
  return problem(place().line, undefined, 'an account must be an object, or an account ID in quotes');
}

function readAccounts(values: unknown[], list: () => Place): Parsed {
  const parsed: Parsed = { accounts: [], problems: [] };
  const places = once(() => list().items());
  values.forEach((value, index) => {
    const read = readAccount(value, () => places()[index] ?? list());
    if ('message' in read) parsed.problems.push(read);
    else parsed.accounts.push(read);
  });
  return parsed;
}

function entryAt(input: object, place: () => Place): Entry {
  return {
    get line() {
      return place().line;
    },
    input,
    lineOf: (field) => lineOf(place(), field),
  };
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

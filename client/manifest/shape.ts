import { keyName } from '../../contract';
import { readAwsAccount } from './aws-accounts';
import { entryAt, isObject, refused, type Entry, type Parsed } from './entry';
import { otherFile } from './other-files';
import { isOrgFormation, readOrgFormation } from './org-formation';
import { once, problem, type ManifestProblem, type Place } from './problems';

const SHAPE = 'must be a list of accounts, or an object with "accounts" and, if you like, "defaults"';
const UNKNOWN = 'unknown field: an object holds "accounts" and "defaults"';
const NOT_WHOLE =
  'It has a NextToken: it is one page of the list, not the whole. Without --max-items and --no-paginate the AWS CLI writes all of it.';

/** Reads the shapes of JSON and YAML: a list of accounts, `{ defaults, accounts }`, and the files of AWS and others. */
export function readShape(value: unknown, place: Place): Parsed {
  if (isPages(value)) return readPages(value, place);
  if (Array.isArray(value)) return readAccounts(value, () => place);
  if (!isObject(value)) return refused([problem(place.line, undefined, SHAPE)]);
  if (isOrgFormation(value)) return readOrgFormation(value, place);
  const other = otherFile(value);
  if (other !== undefined) return refused([problem(0, undefined, other)]);
  return readLists(value, place);
}

/** Reads an object that holds accounts: ours, or an answer of AWS, whose keys begin with a capital. */
function readLists(value: Record<string, unknown>, place: Place): Parsed {
  const list = value['accounts'] === undefined && Array.isArray(value['Accounts']) ? 'Accounts' : 'accounts';
  const find = (key: string) => place.fields().find((field) => field.key === key);
  const lineOfKey = (key: string) => find(key)?.line ?? place.line;
  const placeIn = (key: string) => () => find(key)?.value ?? place;
  const isKnown = (key: string) =>
    key === list ||
    key === 'defaults' ||
    (list === 'Accounts' && /^[A-Z]/.test(key)) ||
    // What is there for others to refer to.
    find(key)?.value.isAnchored === true;
  const problems = Object.keys(value)
    .filter((key) => !isKnown(key))
    .map((key) => problem(lineOfKey(key), keyName(key), UNKNOWN));
  const { [list]: accounts, defaults } = value;
  if (defaults !== undefined && !isObject(defaults))
    problems.push(problem(lineOfKey('defaults'), 'defaults', 'must be an object'));
  if (!Array.isArray(accounts)) {
    const message = accounts === undefined ? 'is required: the list of accounts' : 'must be a list';
    return refused([...problems, problem(lineOfKey('accounts'), 'accounts', message)]);
  }
  const read = readAccounts(accounts, placeIn(list));
  return {
    accounts: read.accounts,
    defaults: isObject(defaults) ? entryAt(defaults, placeIn('defaults')) : undefined,
    problems: [...problems, ...read.problems],
    notes: list === 'Accounts' && Boolean(value['NextToken']) ? [NOT_WHOLE] : [],
  };
}

/** Tells the pages of an answer of AWS, as `--output yaml-stream` and `jq --slurp` write them. */
function isPages(value: unknown): value is Record<string, unknown>[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((page) => isObject(page) && Array.isArray(page['Accounts']))
  );
}

function readPages(pages: Record<string, unknown>[], place: Place): Parsed {
  const places = place.items();
  const read = pages.map((page, index) => readLists(page, places[index] ?? place));
  return {
    accounts: read.flatMap(({ accounts }) => accounts),
    problems: read.flatMap(({ problems }) => problems),
    notes: read.at(-1)?.notes ?? [],
  };
}

/** Reads an account: an object, or its ID alone where the defaults give the rest. */
export function readAccount(value: unknown, place: () => Place): Entry | ManifestProblem {
  if (typeof value === 'string' || typeof value === 'number') return entryAt({ accountId: value }, place);
  if (!isObject(value))
    return problem(place().line, undefined, 'an account must be an object, or an account ID in quotes');
  const aws = readAwsAccount(value);
  return aws === undefined ? entryAt(value, place) : entryAt(aws.input, place, aws);
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

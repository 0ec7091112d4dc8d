import { keyName, readRequest, type Problem, type ProvisionRequestInput } from '../../contract';
import { lineOf, once, problem, type ManifestProblem, type Place } from './problems';

/** A request of a manifest: as it is written, over the manifest's defaults. It has been read by the request's schema. */
export type ManifestRequest = ProvisionRequestInput;

/** The requests of a manifest, or everything that is wrong with it. */
export type ReadManifest = { requests: ManifestRequest[] } | { problems: ManifestProblem[] };

/** A request as a file has it, unchecked. */
export interface Entry {
  /** The line where it begins. Slow, as is `lineOf`: for what is wrong only. */
  readonly line: number;
  input: unknown;
  /** Finds the line of a field; `undefined` where the file does not have the field. */
  lineOf: (field: string) => number | undefined;
}

/** What the reader of a format makes of a file. */
export interface Parsed {
  accounts: Entry[];
  defaults?: Entry | undefined;
  problems: ManifestProblem[];
}

/** A file of which no account can be told. */
export function refused(problems: ManifestProblem[]): Parsed {
  return { accounts: [], problems };
}

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
    defaults: isObject(defaults) ? entryAt(defaults, placeIn('defaults')) : undefined,
    problems: [...problems, ...read.problems],
  };
}

/** Reads an account: an object, or its ID alone where the defaults give the rest. */
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

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** More about one account helps nobody. */
const MOST_OF_ONE = 20;

/** Reads what is in a file by the schema of the request. */
export function toRequests({ accounts, defaults, problems: before }: Parsed): ReadManifest {
  const problems = [...before];
  const base = readDefaults(defaults);
  for (const it of base.problems) problems.push(it);
  const requests: ManifestRequest[] = [];
  const seen = new Map<string, Entry>();
  // A file of one line: its number says nothing.
  const crowded = once(() => accounts.length > 1 && accounts[0]?.line === accounts.at(-1)?.line);
  accounts.forEach((entry, index) => {
    const input = defaults === undefined ? entry.input : merge(base.values, entry.input as object);
    const found = [...doubled(input, entry, seen)];
    const read = readRequest(input);
    if ('request' in read) requests.push(input as ManifestRequest);
    else found.push(...problemsOf(read.problems, input, entry, base.wrong));
    for (const it of found)
      problems.push(crowded() ? { ...it, message: `${it.message} (account ${index + 1} of the file)` } : it);
  });
  if (problems.length === 0 && accounts.length === 0)
    problems.push(problem(0, undefined, 'holds no accounts'));
  if (problems.length === 0) return { requests };
  return { problems: problems.sort((one, other) => one.line - other.line) };
}

interface Defaults {
  values: object;
  problems: ManifestProblem[];
  /** The fields that are wrong: said once, not again for each account. */
  wrong: ReadonlySet<string>;
}

/** The defaults by themselves: with an account and a Region, which they need not have. */
function readDefaults(defaults: Entry | undefined): Defaults {
  if (defaults === undefined || !isObject(defaults.input))
    return { values: {}, problems: [], wrong: new Set() };
  const { accountId, ...values } = defaults.input;
  const read = readRequest({ region: 'us-east-1', ...values, accountId: '000000000000' });
  const found = 'problems' in read ? read.problems : [];
  const problems = problemsOf(found, values, defaults);
  if (accountId !== undefined)
    problems.push(
      problem(
        defaults.lineOf('accountId') ?? defaults.line,
        'accountId',
        'cannot be a default: each account has its own',
      ),
    );
  return {
    values,
    problems: problems.map(({ line, field, message }) =>
      problem(line, field === undefined ? undefined : `defaults.${field}`, message),
    ),
    wrong: new Set(found.map(({ field }) => field)),
  };
}

function problemsOf(
  found: readonly Problem[],
  input: unknown,
  { line, lineOf }: Entry,
  known: ReadonlySet<string> = new Set(),
): ManifestProblem[] {
  const named = found.slice(0, MOST_OF_ONE).flatMap(({ field, message }) => {
    const at = lineOf(field);
    if (at === undefined && known.has(field)) return [];
    const better =
      field === 'accountId' ? accountIdMessage((input as { accountId?: unknown }).accountId) : undefined;
    return [problem(at ?? line, field, better ?? message)];
  });
  const more = found.length - MOST_OF_ONE;
  return more > 0 ? [...named, problem(line, undefined, `${more} more of this account`)] : named;
}

function doubled(input: unknown, entry: Entry, seen: Map<string, Entry>): ManifestProblem[] {
  const { accountId } = input as { accountId?: unknown };
  if (typeof accountId !== 'string' || !/^\d{12}$/.test(accountId)) return [];
  const first = seen.get(accountId);
  if (first === undefined) {
    seen.set(accountId, entry);
    return [];
  }
  const line = entry.lineOf('accountId') ?? entry.line;
  return [problem(line, 'accountId', `${accountId} is in line ${first.line} already`)];
}

/**
 * Merges an account over the defaults: its fields win. Tags and timing are merged key by key, and so is `timing.retry`: an
 * account with one tag of its own keeps the default tags. A default cannot be taken back, only replaced. What is not an
 * object stays as it is, for the request's schema to refuse.
 */
function merge(defaults: object, account: object): object {
  const merged: Record<string, unknown> = { ...defaults, ...account };
  for (const [key, value] of Object.entries(defaults)) {
    if (!MERGED.includes(key)) continue;
    const own = (account as Record<string, unknown>)[key];
    if (isObject(value) && isObject(own)) merged[key] = merge(value, own);
  }
  return merged;
}

const MERGED: readonly string[] = ['tags', 'timing', 'retry'];

const AS_TEXT = 'format the column as text and enter the ID again';

/** Says what became of an account ID on its way into a file, where that can be told; `undefined` where it cannot. */
function accountIdMessage(value: unknown): string | undefined {
  // Not repaired: a leading zero may be gone, and digits of a rounded number are.
  if (typeof value === 'number')
    return 'is a number here, which loses leading zeros: put its 12 digits in quotes';
  if (typeof value !== 'string') return undefined;
  if (/^\d([.,]\d+)?e\+?\d+$/i.test(value))
    return `a spreadsheet has made a rounded number of it (${value.slice(0, 24)}): ${AS_TEXT}`;
  if (/^\d{9,11}$/.test(value))
    return `has ${value.length} digits, not 12: a spreadsheet takes leading zeros away; ${AS_TEXT}`;
  return undefined;
}

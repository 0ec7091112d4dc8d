import {
  defined,
  mergeRequest,
  readRequest,
  type Problem,
  type ProvisionRequest,
  type ProvisionRequestInput,
  type ReadRequest,
} from '../../contract';
import type { SkippedAccount } from '../fleet/skipped';
import { unknownRegion } from '../regions';
import { isObject, type Entry, type Parsed } from './entry';
import { mangledAccountId, unseenCharacters } from './mangled';
import { once, problem, type Found, type ManifestProblem } from './problems';

/** A request of a manifest: as it is written, over the manifest's defaults. It has been read by the request's schema. */
export type ManifestRequest = ProvisionRequestInput;

/** What a manifest asks for. */
export interface ManifestRequests {
  requests: ManifestRequest[];
  /** The accounts that are not to be provisioned; absent where there are none. */
  skipped?: SkippedAccount[];
  /** What whoever starts a fleet of them should know; absent where there is nothing. */
  notes?: string[];
}

/** The requests of a manifest, or everything that is wrong with it. */
export type ReadManifest = ManifestRequests | { problems: ManifestProblem[] };

/** More about one account helps nobody. */
const MOST_OF_ONE = 20;
const NO_REGION = 'is required, and no account has one: give one for all (--region), or each its own';

/**
 * Reads what is in a file by the schema of the request.
 *
 * @param given what holds for all accounts, whatever the defaults of the file say
 */
export function toRequests(parsed: Parsed, given: object = {}): ReadManifest {
  const { accounts, defaults, notes = [] } = parsed;
  const base = readBase(defaults, given);
  const problems = [...parsed.problems];
  for (const it of base.problems) problems.push(it);
  const [requests, skipped]: [ManifestRequest[], SkippedAccount[]] = [[], []];
  const seen = new Map<string, Entry>();
  const withoutRegion: ManifestProblem[] = [];
  // A file of one line: its number says nothing.
  const crowded = once(() => accounts.length > 1 && accounts[0]?.line === accounts.at(-1)?.line);
  accounts.forEach((entry, index) => {
    const found = [...doubled(entry, seen)];
    const accountId = accountIdOf(entry);
    if (entry.skip !== undefined && accountId !== undefined) skipped.push({ accountId, reason: entry.skip });
    else {
      const input = mergeRequest(base.values, entry.input as object);
      const read = readKnown(input);
      if ('request' in read) requests.push(input as ManifestRequest);
      else found.push(...problemsOf(read.problems, input, entry, base.wrong));
    }
    for (const it of found) {
      const placed = crowded() ? { ...it, account: index + 1 } : it;
      problems.push(placed);
      if (it.field === 'region' && it.message === 'is required') withoutRegion.push(placed);
    }
  });
  const [first] = withoutRegion;
  const isOneCause =
    withoutRegion.length === accounts.length - skipped.length && withoutRegion.length + skipped.length > 1;
  const told = isOneCause ? problems.filter((it) => it === first || !withoutRegion.includes(it)) : problems;
  if (isOneCause && first !== undefined) first.message = NO_REGION;
  if (told.length === 0 && requests.length === 0) told.push(nothingToDo(skipped));
  if (told.length > 0) return { problems: told.sort((one, other) => one.line - other.line) };
  return defined({
    requests,
    skipped: skipped.length > 0 ? skipped : undefined,
    notes: notes.length > 0 ? notes : undefined,
  });
}

function nothingToDo([first, ...others]: readonly SkippedAccount[]): ManifestProblem {
  if (first === undefined) return problem(0, undefined, 'holds no accounts');
  const more = others.length > 0 ? `, and ${others.length} more are skipped` : '';
  return problem(0, undefined, `holds no account to provision: ${first.accountId}: ${first.reason}${more}`);
}

/** Reads a request whose Region has to be one that is known. */
function readKnown(input: object): ReadRequest<ProvisionRequest> {
  const read = readRequest(input);
  const message = 'request' in read ? unknownRegion(read.request.region) : undefined;
  return message === undefined ? read : { problems: [{ field: 'region', message }] };
}

interface Base {
  values: object;
  problems: ManifestProblem[];
  /** The fields that are wrong: said once, not again for each account. */
  wrong: ReadonlySet<string>;
}

/** What holds for every account that does not say otherwise: the defaults of the file, and what is given over them. */
function readBase(defaults: Entry | undefined, given: object): Base {
  const outer = readDefaults({ line: 0, input: given, find: () => undefined });
  if (defaults === undefined) return outer;
  const inner = readDefaults(defaults);
  return {
    values: mergeRequest(inner.values, outer.values),
    problems: [...outer.problems, ...inner.problems],
    wrong: new Set([...outer.wrong, ...inner.wrong]),
  };
}

/** The defaults by themselves: with an account and a Region, which they need not have. */
function readDefaults(defaults: Entry): Base {
  if (!isObject(defaults.input)) return { values: {}, problems: [], wrong: new Set() };
  const { accountId, ...values } = defaults.input;
  const read = readKnown({ region: 'us-east-1', ...values, accountId: '000000000000' });
  const found = 'problems' in read ? read.problems : [];
  const problems = problemsOf(found, values, defaults);
  if (accountId !== undefined)
    problems.push(
      problem(
        defaults.find('accountId')?.line ?? defaults.line,
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
  input: object,
  { line, find }: Entry,
  known: ReadonlySet<string> = new Set(),
): ManifestProblem[] {
  const named = found.slice(0, MOST_OF_ONE).flatMap(({ field, message }) => {
    const at = find(field);
    if (at === undefined && known.has(field)) return [];
    return [problem(at?.line ?? line, field, explain(field, message, input, at))];
  });
  const more = found.length - MOST_OF_ONE;
  return more > 0 ? [...named, problem(line, undefined, `${more} more of this account`)] : named;
}

const TAG_FORMS =
  'write {"team": "identity"}, or AWS\'s own [{"Key": "team", "Value": "identity"}] with each key once';

/** Says what is wrong with a field so that whoever wrote the file sees what to write. */
function explain(field: string, message: string, input: object, found?: Found): string {
  const value = valueAt(input, field);
  if (field === 'accountId') return mangledAccountId(value) ?? message;
  if (field === 'tags' && Array.isArray(value)) return `${message}: ${TAG_FORMS}`;
  const isText = field === 'name' || field.startsWith('tags.');
  if (isText && (typeof value === 'number' || typeof value === 'boolean'))
    return `${message}: put it in quotes, "${(found?.text ?? String(value)).slice(0, 40)}"`;
  const unseen = unseenCharacters(value);
  return unseen === undefined ? message : `${message}; it has ${unseen}`;
}

/** The value of a field. The key of a tag may have dots of its own. */
function valueAt(input: object, field: string): unknown {
  const [key = '', ...rest] = field.split('.');
  const value = (input as Record<string, unknown>)[key];
  return rest.length > 0 && isObject(value) ? value[rest.join('.')] : rest.length > 0 ? undefined : value;
}

function doubled(entry: Entry, seen: Map<string, Entry>): ManifestProblem[] {
  const accountId = accountIdOf(entry);
  if (accountId === undefined) return [];
  const first = seen.get(accountId);
  if (first === undefined) {
    seen.set(accountId, entry);
    return [];
  }
  const line = entry.find('accountId')?.line ?? entry.line;
  return [problem(line, 'accountId', `${accountId} is in line ${first.line} already`)];
}

function accountIdOf({ input }: Entry): string | undefined {
  const { accountId } = input as { accountId?: unknown };
  return typeof accountId === 'string' && /^\d{12}$/.test(accountId) ? accountId : undefined;
}

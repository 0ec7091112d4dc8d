import { readRequest, type Problem, type ProvisionRequestInput } from '../../contract';
import { accountIdMessage } from './account-id';
import { merge } from './merge';
import { once } from './once';
import type { Entry, Parsed } from './parsed';
import { problem, type ManifestProblem } from './problems';
import { isObject } from './shape';

/** A request of a manifest: as it is written, over the manifest's defaults. It has been read by the request's schema. */
export type ManifestRequest = ProvisionRequestInput;

/** The requests of a manifest, or everything that is wrong with it. */
export type ReadManifest = { requests: ManifestRequest[] } | { problems: ManifestProblem[] };

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
    problems: problems.map((it) => ({
      ...it,
      ...(it.field !== undefined && { field: `defaults.${it.field}` }),
    })),
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

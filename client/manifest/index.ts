import { extname } from 'node:path';
import { readCsv } from './csv';
import type { Parsed } from './entry';
import { readJsonLines, readJsonManifest } from './json';
import { problem } from './problems';
import { otherText } from './other-files';
import { toRequests, type ManifestRequest, type ReadManifest } from './requests';
import { readText } from './text';
import { readYamlManifest } from './yaml';

export { readJsonText } from './json';
export { describeManifestProblem, describeManifestProblems, type ManifestProblem } from './problems';
export type { SkippedAccount } from '../fleet/skipped';
export { readYaml } from './read-yaml';
export type { ManifestRequest, ManifestRequests, ReadManifest } from './requests';

const READERS = new Map<string, (text: string) => Parsed>([
  ['.csv', readCsv],
  ['.tsv', readCsv],
  ['.txt', readCsv],
  ['.json', readJsonManifest],
  ['.jsonl', readJsonLines],
  ['.ndjson', readJsonLines],
  ['.yaml', readYamlManifest],
  ['.yml', readYamlManifest],
]);

/** What holds for all accounts of a manifest that do not say otherwise: any field of a request but the account. */
export type ManifestDefaults = Partial<Omit<ManifestRequest, 'accountId'>>;

/**
 * Reads a manifest: a file that lists accounts to provision, in CSV, JSON, JSON Lines or YAML, by the end of its name.
 *
 * - CSV: the first row names the fields, dotted where they are inside others: `tags.team`, `timing.createTimeout`. Without
 *   such a row it is a list of account IDs.
 * - JSON and YAML: a list of requests, or `{ defaults, accounts }`. Where the defaults give the rest, an account may be
 *   its ID alone. The fields of an account win over the defaults; tags and timing are merged key by key.
 * - JSON Lines: a request a line.
 *
 * The lists that AWS makes (the Organizations console's CSV, the answer of `list-accounts`) are read as they are: accounts
 * that are not active are `skipped`, with the reason, and so is the management account.
 *
 * All requests are valid and each account is there once, or else there are problems: all of them, by line. Never throws.
 *
 * @param defaults what the accounts of the file leave out; goes before the defaults of the file itself
 */
export function readManifest(
  { name, bytes }: { name: string; bytes: Uint8Array },
  defaults: ManifestDefaults = {},
): ReadManifest {
  const ending = extname(name).toLowerCase();
  const reader = READERS.get(ending);
  try {
    const text = readText(bytes);
    const other = typeof text === 'string' ? otherText(text, ending) : undefined;
    if (other !== undefined) return { problems: [problem(0, undefined, other)] };
    if (reader === undefined) {
      const message = `the name must end in ${[...READERS.keys()].join(', ')}`;
      return { problems: [problem(0, undefined, message)] };
    }
    return typeof text === 'string' ? toRequests(reader(text), defaults) : { problems: [text] };
  } catch {
    // The parsers call themselves for what is inside; a text can be longer than Node's longest.
    return { problems: [problem(0, undefined, 'cannot be read: it is nested too deeply, or too long')] };
  }
}

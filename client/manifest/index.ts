import { isUtf8 } from 'node:buffer';
import { extname } from 'node:path';
import { readCsv } from './csv';
import type { Parsed } from './entry';
import { readJsonLines, readJsonManifest } from './json';
import { problem, type ManifestProblem } from './problems';
import { otherText } from './other-files';
import { toRequests, type ManifestRequest, type ReadManifest } from './requests';
import { readYamlManifest } from './yaml';

export { readJsonText } from './json';
export { describeManifestProblem, describeManifestProblems, type ManifestProblem } from './problems';
export type { SkippedAccount } from '../fleet/skipped';
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

const SAVE = 'save it as UTF-8 (in Excel: "CSV UTF-8")';

/** Reads the text of a file, without the byte order mark that Excel and Windows editors put before UTF-8. */
function readText(bytes: Uint8Array): string | ManifestProblem {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff))
    return problem(0, undefined, `is UTF-16 text: ${SAVE}`);
  const text = new TextDecoder().decode(bytes);
  const line = (character: string) => text.slice(0, text.indexOf(character)).split('\n').length;
  if (!isUtf8(bytes)) return problem(line('\ufffd'), undefined, `is not UTF-8 text: ${SAVE}`);
  // UTF-16 without a mark is valid UTF-8 with a zero beside each letter.
  if (text.includes('\0')) return problem(line('\0'), undefined, `holds a zero byte: is it UTF-16? ${SAVE}`);
  if (text.trim() === '') return problem(0, undefined, 'is empty');
  return text;
}

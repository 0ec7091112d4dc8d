import { isUtf8 } from 'node:buffer';
import { extname } from 'node:path';
import { readCsv } from './csv';
import { readJsonLines, readJsonManifest } from './json';
import { problem, type ManifestProblem } from './problems';
import { toRequests, type Parsed, type ReadManifest } from './requests';
import { readYamlManifest } from './yaml';

export { describeManifestProblem, describeManifestProblems, type ManifestProblem } from './problems';
export type { ManifestRequest, ReadManifest } from './requests';

const READERS = new Map<string, (text: string) => Parsed>([
  ['.csv', readCsv],
  ['.json', readJsonManifest],
  ['.jsonl', readJsonLines],
  ['.ndjson', readJsonLines],
  ['.yaml', readYamlManifest],
  ['.yml', readYamlManifest],
]);

/**
 * Reads a manifest: a file that lists accounts to provision, in CSV, JSON, JSON Lines or YAML, by the end of its name.
 *
 * - CSV: the first row names the fields, dotted where they are inside others: `tags.team`, `timing.createTimeout`.
 * - JSON and YAML: a list of requests, or `{ defaults, accounts }`. Where the defaults give the rest, an account may be
 *   its ID alone. The fields of an account win over the defaults; tags and timing are merged key by key.
 * - JSON Lines: a request a line.
 *
 * All requests are valid and each account is there once, or else there are problems: all of them, by line. Never throws.
 */
export function readManifest({ name, bytes }: { name: string; bytes: Uint8Array }): ReadManifest {
  const reader = READERS.get(extname(name).toLowerCase());
  if (reader === undefined) {
    const message = `the name must end in ${[...READERS.keys()].join(', ')}`;
    return { problems: [problem(0, undefined, message)] };
  }
  try {
    const text = readText(bytes);
    return typeof text === 'string' ? toRequests(reader(text)) : { problems: [text] };
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

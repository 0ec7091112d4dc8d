import { extname } from 'node:path';
import { readCsv } from './csv';
import { readJsonManifest } from './json';
import { readJsonLines } from './json-lines';
import type { Parsed } from './parsed';
import { problem } from './problems';
import { toRequests, type ReadManifest } from './requests';
import { readText } from './text';
import { readYamlManifest } from './yaml';

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

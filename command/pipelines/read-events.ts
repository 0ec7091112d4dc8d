import { readFileSync } from 'node:fs';
import { oneLine } from '../../contract';
import { deliveriesIn, type Delivery } from '../../pipelines';
import { UsageError } from '../errors';

/**
 * Reads the events of a file, or of stdin: one JSON document (an event, a list, a batch), JSON Lines, or documents one after the
 * other, as `jq` writes them.
 *
 * @throws UsageError where the file cannot be read
 */
export function readEvents(file: string): Delivery[] {
  const name = file === '-' ? 'stdin' : oneLine(file, 200) || '""';
  return eventsIn(readText(file, name));
}

/** Takes the events out of a text. What of it cannot be read is told, with where it begins. */
export function eventsIn(text: string): Delivery[] {
  if (parses(text)) return deliveriesIn(text);
  return documentsIn(text).flatMap(({ line, text: document }) =>
    deliveriesIn(document).map((it) =>
      'problem' in it
        ? { ...it, problem: { ...it.problem, field: it.problem.field.replace(/^event/, `line ${line}`) } }
        : it,
    ),
  );
}

interface Document {
  /** From 1. */
  line: number;
  text: string;
}

/** A line by itself, where the first is a document by itself: then what is wrong in one does not reach into the next. */
function documentsIn(text: string): Document[] {
  const lines = text.split('\n').map((it, index) => ({ line: index + 1, text: it.trim() }));
  const written = lines.filter(({ text: it }) => it !== '');
  const [first] = written;
  if (first === undefined) return [{ line: 1, text: '' }];
  if (parses(first.text)) return written;
  const documents: Document[] = [];
  let open: string[] = [];
  let [begin, depth] = [0, 0];
  for (const { line, text: it } of lines) {
    if (it === '' && depth === 0) continue;
    if (open.length === 0) begin = line;
    open.push(it);
    depth += nesting(it);
    if (depth > 0) continue;
    documents.push({ line: begin, text: open.join('\n') });
    [open, depth] = [[], 0];
  }
  if (open.length > 0) documents.push({ line: begin, text: open.join('\n') });
  return documents;
}

/** By how much a line nests deeper; what is in quotes does not count, and no JSON text has a line end in quotes. */
function nesting(line: string): number {
  const bare = line.replace(/"(?:[^"\\]|\\.)*"/g, '');
  const count = (brackets: RegExp) => bare.match(brackets)?.length ?? 0;
  return count(/[{[]/g) - count(/[}\]]/g);
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function readText(file: string, name: string): string {
  try {
    // The decoder takes a byte order mark away.
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file === '-' ? 0 : file));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'ERR_ENCODING_INVALID_ENCODED_DATA' ? 'it is not UTF-8 text' : oneLine(message, 300);
    throw new UsageError(`The events of ${name} cannot be read: ${why}`);
  }
}

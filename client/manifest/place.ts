import { LineCounter } from 'yaml';

/**
 * Where a value is in its file: what the trees of JSON and of YAML have in common. Looked into for what is wrong only, as
 * 100,000 accounts have a million fields.
 */
export interface Place {
  readonly line: number;
  /** Of an object. */
  fields: () => { key: string; line: number; value: Place }[];
  /** Of a list. */
  items: () => Place[];
}

/** The line, from 1, of an offset in a text. */
export type LineAt = (offset: number) => number;

export function lineFinder(text: string): LineAt {
  const counter = new LineCounter();
  counter.addNewLine(0);
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) counter.addNewLine(at + 1);
  return (offset) => counter.linePos(offset).line;
}

/** The line of a dotted field. A key of a tag may have dots of its own, so that it cannot be split. */
export function lineOf(place: Place, field: string): number | undefined {
  for (const { key, line, value } of place.fields()) {
    if (key === field) return line;
    const inner = field.startsWith(`${key}.`) ? lineOf(value, field.slice(key.length + 1)) : undefined;
    if (inner !== undefined) return inner;
  }
  return undefined;
}

import { LineCounter } from 'yaml';
import { defined, oneLine } from '../../contract';

/** One thing that is wrong with a manifest. */
export interface ManifestProblem {
  /** From 1; 0 for the file as a whole. */
  line: number;
  /** Dotted path of the field, or the column: `timing.retry.maximumInterval`. */
  field?: string;
  message: string;
}

/** A file of 100,000 wrong lines would push what matters off the screen. */
const MOST_LINES = 50;

/** Describes a problem in one line: `accounts.csv:12: region: must be an AWS Region code, such as "eu-west-1"`. */
export function describeManifestProblem(name: string, { line, field, message }: ManifestProblem): string {
  const place = `${oneLine(name, 200)}${line > 0 ? `:${line}` : ''}`;
  return [place, ...(field === undefined ? [] : [field]), message].join(': ');
}

/** Describes up to 50 problems, each in a line, and says how many more there are. */
export function describeManifestProblems(name: string, problems: readonly ManifestProblem[]): string {
  const more = problems.length - MOST_LINES;
  return [
    ...problems.slice(0, MOST_LINES).map((problem) => describeManifestProblem(name, problem)),
    ...(more > 0 ? [`and ${more} more`] : []),
  ].join('\n');
}

export function problem(line: number, field: string | undefined, message: string): ManifestProblem {
  return defined({ line, field, message });
}

/**
 * Where a value is in its file: what the trees of JSON and of YAML have in common. Places are looked up for what is wrong
 * only, as 100,000 accounts have a million fields.
 */
export interface Place {
  readonly line: number;
  /** The fields of an object. */
  fields: () => { key: string; line: number; value: Place }[];
  /** The items of a list. */
  items: () => Place[];
}

/** Finds the line, from 1, of an offset in a text. */
export type LineAt = (offset: number) => number;

export function lineFinder(text: string): LineAt {
  const counter = new LineCounter();
  counter.addNewLine(0);
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) counter.addNewLine(at + 1);
  return (offset) => counter.linePos(offset).line;
}

/** Finds the line of a dotted field. A key of a tag may have dots of its own, so that the field cannot be split. */
export function lineOf(place: Place, field: string): number | undefined {
  for (const { key, line, value } of place.fields()) {
    if (key === field) return line;
    const inner = field.startsWith(`${key}.`) ? lineOf(value, field.slice(key.length + 1)) : undefined;
    if (inner !== undefined) return inner;
  }
  return undefined;
}

/** Makes a value when it is first asked for. */
export function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

import { LineCounter } from 'yaml';
import { defined, oneLine } from '../../contract';

/** One thing that is wrong with a manifest. */
export interface ManifestProblem {
  /** From 1; 0 for the file as a whole. */
  line: number;
  /** Dotted path of the field, or the column: `timing.retry.maximumInterval`. */
  field?: string;
  message: string;
  /** Which account of the file it is, from 1, where the file is one line. */
  account?: number;
}

/** A file of 100,000 wrong lines would push what matters off the screen. */
const MOST_LINES = 50;
/** So many problems of one cause are told one by one. */
const FEW = 3;
/** More places than these help nobody. */
const NAMED_PLACES = 5;

/** Describes a problem in one line: `accounts.csv:12: region: must be an AWS Region code, such as "eu-west-1"`. */
export function describeManifestProblem(name: string, problem: ManifestProblem): string {
  const { line, field, message, account } = problem;
  const place = `${oneLine(name, 200)}${line > 0 ? `:${line}` : ''}`;
  const which = account === undefined ? '' : ` (account ${account} of the file)`;
  return [place, ...(field === undefined ? [] : [field]), `${message}${which}`].join(': ');
}

/**
 * Describes problems in up to 50 lines, and says how many more there are. Where many have one cause, the first stands for
 * all of them.
 */
export function describeManifestProblems(name: string, problems: readonly ManifestProblem[]): string {
  const told = groupByCause(problems);
  const more = told.slice(MOST_LINES).reduce((sum, { length }) => sum + length, 0);
  return [
    ...told.slice(0, MOST_LINES).map((group) => describeGroup(name, group)),
    ...(more > 0 ? [`and ${more} more`] : []),
  ].join('\n');
}

/** Gathers what has one cause behind the first of it; what is rare stays by itself, where it is. */
function groupByCause(problems: readonly ManifestProblem[]): ManifestProblem[][] {
  const groups = new Map<string, ManifestProblem[]>();
  // Values that differ, such as account IDs, do not make another cause.
  const causeOf = ({ field, message }: ManifestProblem) => `${field ?? ''}: ${message.replace(/\d+/g, '0')}`;
  for (const it of problems) {
    const group = groups.get(causeOf(it));
    if (group === undefined) groups.set(causeOf(it), [it]);
    else group.push(it);
  }
  return problems.flatMap((it) => {
    const group = groups.get(causeOf(it)) ?? [];
    if (group.length <= FEW) return [[it]];
    return group[0] === it ? [group] : [];
  });
}

function describeGroup(name: string, [first, ...others]: readonly ManifestProblem[]): string {
  if (first === undefined) return '';
  const text = describeManifestProblem(name, first);
  if (others.length === 0) return text;
  const what = first.account === undefined ? 'line' : 'account';
  const places = others.slice(0, NAMED_PLACES).map(({ line, account = line }) => account);
  const more = others.length > places.length ? ', …' : '';
  return `${text} (and the same ${others.length} times more, in ${what} ${places.join(', ')}${more})`;
}

export function problem(line: number, field: string | undefined, message: string): ManifestProblem {
  // Both may quote what the file has, up to what would steer a terminal.
  return defined({ line, field: field && oneLine(field, 200), message: oneLine(message, 2_000) });
}

/**
 * Where a value is in its file: what the trees of JSON and of YAML have in common. Places are looked up for what is wrong
 * only, as 100,000 accounts have a million fields.
 */
export interface Place {
  readonly line: number;
  /** A value that is neither object nor list, as the file writes it: `0042`. */
  readonly text?: string | undefined;
  /** An object or a list that has a name in YAML (`&name`), for others to refer to. */
  readonly isAnchored?: boolean;
  /** The fields of an object. */
  fields: () => { key: string; line: number; value: Place }[];
  /** The items of a list. */
  items: () => Place[];
}

/** Where a field is, and how the file writes its value. */
export interface Found {
  line: number;
  text?: string | undefined;
}

/** Finds the line, from 1, of an offset in a text. */
export type LineAt = (offset: number) => number;

export function lineFinder(text: string): LineAt {
  const counter = new LineCounter();
  counter.addNewLine(0);
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) counter.addNewLine(at + 1);
  return (offset) => counter.linePos(offset).line;
}

/** Finds a dotted field, of a list by its index. A key of a tag may have dots of its own, so that the field cannot be split. */
export function findField(place: Place, field: string): Found | undefined {
  for (const { key, line, value } of place.fields()) {
    if (key === field) return { line, text: value.text };
    const inner = field.startsWith(`${key}.`) ? findField(value, field.slice(key.length + 1)) : undefined;
    if (inner !== undefined) return inner;
  }
  const [, index, rest] = /^(\d{1,6})(?:\.(.*))?$/s.exec(field) ?? [];
  const item = index === undefined ? undefined : place.items()[Number(index)];
  if (item === undefined) return undefined;
  return rest === undefined ? { line: item.line, text: item.text } : findField(item, rest);
}

/** Makes a value when it is first asked for. */
export function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

import {
  Composer,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  Lexer,
  Parser,
  visit,
  type CST,
  type Document,
  type YAMLError,
} from 'yaml';
import { keyName } from '../../contract';
import { isObject, refused, type Parsed } from './entry';
import { mentionsOrgFormation } from './org-formation';
import { lineFinder, problem, type LineAt, type ManifestProblem, type Place } from './problems';
import { readShape } from './shape';

const NOT_YAML = 'is not valid YAML';
const SECOND = 'begins a second document (---): put all into one';
const NO_ANCHOR =
  'an alias (*name) has no anchor (&name) before it; a text that begins with * must be in quotes';

const NO_MERGE = 'a merge key (<<) must have an object, or a list of objects: <<: *name';
const ALIASES = 'has aliases (*name) of itself, or too many: write the values out';

/** A manifest nests five levels deep. */
const DEEPEST = 100;

/** An alias in each account is fine; aliases of aliases of aliases are not. */
const MOST_ALIASES = 200_000;

const OPTIONS = {
  logLevel: 'error',
  prettyErrors: false,
  // !!binary and the like would make values that no request has.
  resolveKnownTags: false,
  stringKeys: true,
  // The library compares each key with each; see lookOver.
  uniqueKeys: false,
} as const;

/** A value of a YAML text, and where it is in it. */
interface YamlValue {
  value: unknown;
  place: Place;
  /** What is wrong, though the value can be told. */
  problems: ManifestProblem[];
}

/** Reads a manifest in YAML. */
export function readYamlManifest(text: string): Parsed {
  const read = readYamlValue(text, mentionsOrgFormation(text));
  if ('refused' in read) return refused(read.refused);
  const parsed = readShape(read.value, read.place);
  return { ...parsed, problems: [...read.problems, ...parsed.problems] };
}

/**
 * Reads the value of a YAML text.
 *
 * @param hasTags lets tags such as `!Ref` be there, which mean nothing here
 */
export function readYamlValue(text: string, hasTags = false): YamlValue | { refused: ManifestProblem[] } {
  const lineAt = lineFinder(text);
  const tokens = readTokens(text);
  if ('message' in tokens) return { refused: [tokens] };
  const [document, second] = new Composer(OPTIONS).compose(tokens, true, text.length);
  if (document === undefined) return { refused: [problem(0, undefined, NOT_YAML)] };
  const errors = [...document.errors, ...document.warnings].filter(
    ({ code }) => !(hasTags && code === 'TAG_RESOLVE_FAILED'),
  );
  const broken = errors.map((error) => problem(lineAt(error.pos[0]), undefined, syntaxMessage(error)));
  if (second !== undefined) broken.push(problem(lineAt(second.range[0]), undefined, SECOND));
  if (broken.length > 0) return { refused: firstOfEachLine(broken) };
  const { doubled, unknown } = lookOver(document, lineAt);
  if (unknown.length > 0) return { refused: unknown };
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: MOST_ALIASES });
  } catch {
    return { refused: [problem(0, undefined, ALIASES)] };
  }
  if (!carryOutMerges(value)) return { refused: [problem(0, undefined, NO_MERGE)] };
  return { value, place: placeOf(document.contents, lineAt, 1), problems: doubled };
}

/**
 * The tokens of a text that does not nest deeper than a manifest can. The composer calls itself for what is inside; near
 * the end of the stack, V8 may end the whole process where it compiles a regular expression.
 */
function readTokens(text: string): CST.Token[] | ManifestProblem {
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  let line = 1;
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) tokens.push(token);
    if (lexeme.includes('\n')) line += lexeme.split('\n').length - 1;
    if (parser.stack.length > DEEPEST) return problem(line, undefined, 'is nested too deeply');
  }
  return [...tokens, ...parser.end()];
}

/** What else is wrong in a line comes of what is wrong first. */
function firstOfEachLine(problems: ManifestProblem[]): ManifestProblem[] {
  const lines = new Set<number>();
  return problems.filter(({ line }) => !lines.has(line) && lines.add(line));
}

function syntaxMessage({ code }: YAMLError): string {
  switch (code) {
    case 'BAD_INDENT':
      return `${NOT_YAML}: the line is indented too little or too much`;
    case 'TAB_AS_INDENT':
      return `${NOT_YAML}: tabs cannot indent; use spaces`;
    case 'MISSING_CHAR':
      return `${NOT_YAML}: a quote, bracket, comma, colon or space is missing`;
    case 'MULTILINE_IMPLICIT_KEY':
      return `${NOT_YAML}: a key must be on one line; is a colon missing?`;
    case 'NON_STRING_KEY':
      return 'a key must be a text';
    case 'TAG_RESOLVE_FAILED':
      return 'tags such as !name have no meaning here; a text that begins with ! must be in quotes';
    case 'BAD_SCALAR_START':
      return 'a text that begins with @, ` or % must be in quotes';
    default:
      return NOT_YAML;
  }
}

/**
 * Carries out `<<: *name` and `<<: [*one, *other]`: what an object does not have itself, it gets from there. The library can
 * do it, but goes over the whole document for each.
 *
 * @returns whether all of them name objects
 */
function carryOutMerges(value: unknown, seen = new Set<unknown>()): boolean {
  // What several aliases name is there once.
  if (typeof value !== 'object' || value === null || seen.has(value)) return true;
  seen.add(value);
  if (!Object.values(value).every((inner) => carryOutMerges(inner, seen))) return false;
  if (!Object.hasOwn(value, '<<')) return true;
  const holder = value as Record<string, unknown>;
  const sources = [holder['<<']].flat();
  delete holder['<<'];
  for (const source of sources) {
    if (!isObject(source)) return false;
    for (const [key, inner] of Object.entries(source))
      if (!Object.hasOwn(holder, key))
        // An assignment to __proto__ would vanish.
        Object.defineProperty(holder, key, {
          value: inner,
          enumerable: true,
          writable: true,
          configurable: true,
        });
  }
  return true;
}

/** Through an alias it does not go: to resolve one, the library goes over the whole document. */
function placeOf(node: unknown, lineAt: LineAt, outer: number): Place {
  const line = lineOfNode(node, lineAt) ?? outer;
  return {
    line,
    text: isScalar(node) ? node.source : undefined,
    isAnchored: (isMap(node) || isSeq(node)) && node.anchor !== undefined,
    fields: () =>
      isMap(node)
        ? node.items.map(({ key, value }) => {
            const at = lineOfNode(key, lineAt) ?? line;
            return { key: keyText(key), line: at, value: placeOf(value, lineAt, at) };
          })
        : [],
    items: () => (isSeq(node) ? node.items.map((item) => placeOf(item, lineAt, line)) : []),
  };
}

function lineOfNode(node: unknown, lineAt: LineAt): number | undefined {
  const { range } = (node ?? {}) as { range?: [number, number, number] | null };
  return range ? lineAt(range[0]) : undefined;
}

function keyText(key: unknown): string {
  return isScalar(key) ? String(key.value) : '';
}

/** What the library does not say: a key that is there twice, and an alias of nothing. */
function lookOver(document: Document.Parsed, lineAt: LineAt) {
  const [doubled, unknown]: [ManifestProblem[], ManifestProblem[]] = [[], []];
  const anchors = new Set<string>();
  visit(document, (_, node) => {
    if (!isNode(node)) return;
    if (isAlias(node)) {
      if (!anchors.has(node.source))
        unknown.push(problem(lineOfNode(node, lineAt) ?? 0, undefined, NO_ANCHOR));
      return;
    }
    if (node.anchor !== undefined) anchors.add(node.anchor);
    if (!isMap(node)) return;
    const keys = new Set<string>();
    for (const { key } of node.items) {
      const text = keyText(key);
      if (keys.has(text))
        doubled.push(problem(lineOfNode(key, lineAt) ?? 0, keyName(text), 'is given twice'));
      keys.add(text);
    }
  });
  return { doubled, unknown };
}

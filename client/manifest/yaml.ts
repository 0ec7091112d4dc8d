import { isAlias, isMap, isScalar, isSeq, parseDocument, visit, type Document, type YAMLError } from 'yaml';
import { refused, type Parsed } from './parsed';
import { lineFinder, type LineAt, type Place } from './place';
import { keyName, problem, type ManifestProblem } from './problems';
import { readShape } from './shape';

/** An alias in each account is fine; aliases of aliases of aliases are not. */
const MOST_ALIASES = 200_000;

const OPTIONS = {
  logLevel: 'error',
  prettyErrors: false,
  // !!binary and the like would make values that no request has.
  resolveKnownTags: false,
  stringKeys: true,
  // The library compares each key with each; see doubledKeys.
  uniqueKeys: false,
} as const;

/** Reads a manifest in YAML. */
export function readYamlManifest(text: string): Parsed {
  const lineAt = lineFinder(text);
  const document = parseDocument(text, OPTIONS);
  const errors = [...document.errors, ...document.warnings];
  if (errors.length > 0)
    return refused(errors.map((error) => problem(lineAt(error.pos[0]), undefined, syntaxMessage(error))));
  const place = placeOf(document.contents, document, lineAt, 1);
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: MOST_ALIASES });
  } catch {
    return refused([
      problem(0, undefined, 'has aliases (*name) of itself, or too many: write the values out'),
    ]);
  }
  const parsed = readShape(value, place);
  return { ...parsed, problems: [...doubledKeys(document, lineAt), ...parsed.problems] };
}

function syntaxMessage({ code }: YAMLError): string {
  switch (code) {
    case 'BAD_INDENT':
      return 'is not valid YAML: the line is indented too little or too much';
    case 'TAB_AS_INDENT':
      return 'is not valid YAML: tabs cannot indent; use spaces';
    case 'MULTIPLE_DOCS':
      return 'begins a second document (---): put all accounts into one';
    case 'BAD_ALIAS':
      return 'an alias (*name) has no anchor (&name) before it; a text that begins with * must be in quotes';
    case 'MISSING_CHAR':
      return 'is not valid YAML: a quote, bracket, comma, colon or space is missing';
    case 'MULTILINE_IMPLICIT_KEY':
      return 'is not valid YAML: a key must be on one line; is a colon missing?';
    case 'NON_STRING_KEY':
      return 'a key must be a text';
    case 'TAG_RESOLVE_FAILED':
      return 'tags such as !name have no meaning here; a text that begins with ! must be in quotes';
    case 'BAD_SCALAR_START':
      return 'a text that begins with @, ` or % must be in quotes';
    case 'RESOURCE_EXHAUSTION':
      return 'is nested too deeply';
    default:
      return 'is not valid YAML';
  }
}

function placeOf(node: unknown, document: Document.Parsed, lineAt: LineAt, outer: number): Place {
  const line = lineOfNode(node, lineAt) ?? outer;
  const real = isAlias(node) ? node.resolve(document) : node;
  const inside = (inner: unknown, at: number) => placeOf(inner, document, lineAt, at);
  return {
    line,
    fields: () =>
      isMap(real)
        ? real.items.map(({ key, value }) => {
            const at = lineOfNode(key, lineAt) ?? line;
            return { key: keyText(key), line: at, value: inside(value, at) };
          })
        : [],
    items: () => (isSeq(real) ? real.items.map((item) => inside(item, line)) : []),
  };
}

function lineOfNode(node: unknown, lineAt: LineAt): number | undefined {
  const { range } = (node ?? {}) as { range?: [number, number, number] | null };
  return range ? lineAt(range[0]) : undefined;
}

function keyText(key: unknown): string {
  return isScalar(key) ? String(key.value) : '';
}

/** Of two equal keys the last would win, and say nothing. */
function doubledKeys(document: Document.Parsed, lineAt: LineAt): ManifestProblem[] {
  const problems: ManifestProblem[] = [];
  visit(document, {
    Map: (_, { items }) => {
      const seen = new Set<string>();
      for (const { key } of items) {
        const text = keyText(key);
        if (seen.has(text))
          problems.push(problem(lineOfNode(key, lineAt) ?? 0, keyName(text), 'is given twice'));
        seen.add(text);
      }
    },
  });
  return problems;
}

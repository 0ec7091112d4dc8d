import { parseTree, printParseErrorCode, type Node, type ParseError } from 'jsonc-parser';
import { refused, type Parsed } from './parsed';
import { lineFinder, type Place } from './place';
import { keyName, problem, type ManifestProblem } from './problems';
import { readShape } from './shape';

const STRICT = { disallowComments: true, allowTrailingComma: false };

/** A JSON text: its value, with the place of it, and what is wrong with it. */
export type ReadJson = { value: unknown; place: Place; problems: ManifestProblem[] } | ManifestProblem;

/** Reads a manifest in JSON. */
export function readJsonManifest(text: string): Parsed {
  const read = readJson(text, lineFinder(text));
  if ('message' in read) return refused(read);
  const parsed = readShape(read.value, read.place);
  return { ...parsed, problems: [...read.problems, ...parsed.problems] };
}

/** Reads JSON with lines: the value from Node's own parser, its places from one that knows them. */
export function readJson(text: string, lineAt: (offset: number) => number): ReadJson {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, STRICT);
  const [first] = errors;
  // The errors behind the first come of it.
  if (first !== undefined) return problem(lineAt(first.offset), undefined, syntaxMessage(first));
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return problem(lineAt(0), undefined, NOT_JSON);
  }
  if (root === undefined) return problem(lineAt(0), undefined, NOT_JSON);
  return { value, place: placeOf(root, lineAt), problems: doubledKeys(root, lineAt) };
}

const NOT_JSON = 'is not valid JSON';

function syntaxMessage({ error }: ParseError): string {
  switch (printParseErrorCode(error)) {
    case 'InvalidCommentToken':
      return `${NOT_JSON}: comments are not part of it`;
    case 'PropertyNameExpected':
      return `${NOT_JSON}: there is no key in double quotes here; is there a comma too many?`;
    case 'ValueExpected':
      return `${NOT_JSON}: there is no value here; is there a comma too many?`;
    case 'ColonExpected':
      return `${NOT_JSON}: a colon is missing before this`;
    case 'CommaExpected':
      return `${NOT_JSON}: a comma is missing before this`;
    case 'CloseBraceExpected':
    case 'CloseBracketExpected':
      return `${NOT_JSON}: a closing bracket is missing`;
    case 'EndOfFileExpected':
      return `${NOT_JSON}: something follows its end; put all accounts into one list`;
    case 'UnexpectedEndOfString':
      return `${NOT_JSON}: a text has no closing quote`;
    case 'InvalidCharacter':
    case 'InvalidEscapeCharacter':
    case 'InvalidUnicode':
      return `${NOT_JSON}: a text has a character that must be written as \\u…`;
    default:
      return NOT_JSON;
  }
}

function placeOf(node: Node, lineAt: (offset: number) => number): Place {
  return {
    get line() {
      return lineAt(node.offset);
    },
    fields: () =>
      propertiesOf(node).map(({ key, offset, value }) => ({
        key,
        line: lineAt(offset),
        value: placeOf(value, lineAt),
      })),
    items: () => (node.children ?? []).map((item) => placeOf(item, lineAt)),
  };
}

function propertiesOf(node: Node): { key: string; offset: number; value: Node }[] {
  if (node.type !== 'object') return [];
  return (node.children ?? []).flatMap(({ offset, children: [key, value] = [] }) =>
    key === undefined || value === undefined ? [] : [{ key: String(key.value), offset, value }],
  );
}

/** JSON.parse takes the last of two and says nothing. */
function doubledKeys(node: Node, lineAt: (offset: number) => number): ManifestProblem[] {
  const problems: ManifestProblem[] = [];
  const look = (at: Node): void => {
    if (at.type === 'object') {
      const seen = new Set<string>();
      for (const { key, offset } of propertiesOf(at)) {
        if (seen.has(key)) problems.push(problem(lineAt(offset), keyName(key), 'is given twice'));
        seen.add(key);
      }
    }
    at.children?.forEach(look);
  };
  look(node);
  return problems;
}

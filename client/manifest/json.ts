import { parseTree, printParseErrorCode, visit, type Node, type ParseErrorCode } from 'jsonc-parser';
import { keyName } from '../../contract';
import { refused, type Parsed } from './entry';
import { lineFinder, once, problem, type LineAt, type ManifestProblem, type Place } from './problems';
import { readAccount, readShape } from './shape';

const STRICT = { disallowComments: true, allowTrailingComma: false };

/** Reads a manifest in JSON. */
export function readJsonManifest(text: string): Parsed {
  const lines = once(() => lineFinder(text));
  const lineAt: LineAt = (offset) => lines()(offset);
  const read = readJson(text, lineAt);
  if ('message' in read) return refused([read]);
  // The tree takes many times what the value takes: made only where something is wrong.
  const root = once(() => parseTree(text, [], STRICT));
  const parsed = readShape(read.value, placeOf(root, lineAt));
  return { ...parsed, problems: [...read.problems, ...parsed.problems] };
}

/** Reads the one value of a strict JSON text; what is wrong with the text is told by line, and so is a key that is there twice. */
export function readJsonText(text: string): { value: unknown } | { problems: ManifestProblem[] } {
  const lines = once(() => lineFinder(text));
  const read = readJson(text, (offset) => lines()(offset));
  if ('message' in read) return { problems: [read] };
  return read.problems.length > 0 ? { problems: read.problems } : { value: read.value };
}

/** Reads a manifest in JSON Lines: one account a line; blank lines are skipped. It has no defaults. */
export function readJsonLines(text: string): Parsed {
  const parsed: Parsed = { accounts: [], problems: [] };
  text.split('\n').forEach((line, index) => {
    if (line.trim() === '') return;
    const read = readJson(line, () => index + 1);
    if ('message' in read) {
      parsed.problems.push(read);
      return;
    }
    for (const it of read.problems) parsed.problems.push(it);
    const account = readAccount(read.value, () => ({ line: index + 1, fields: () => [], items: () => [] }));
    if ('message' in account) parsed.problems.push(account);
    else parsed.accounts.push(account);
  });
  return parsed;
}

/** Reads the value of a strict JSON text, and its doubled keys; or the first error, as those behind it come of it. */
function readJson(
  text: string,
  lineAt: LineAt,
): { value: unknown; problems: ManifestProblem[] } | ManifestProblem {
  const problems: ManifestProblem[] = [];
  let wrong: ManifestProblem | undefined;
  const open: Set<string>[] = [];
  const enter = (offset: number): boolean => {
    open.push(new Set());
    // Near the end of the stack, V8 may end the whole process where it compiles a regular expression.
    if (open.length > DEEPEST) wrong ??= problem(lineAt(offset), undefined, 'is nested too deeply');
    return wrong === undefined;
  };
  try {
    visit(
      text,
      {
        onObjectBegin: (offset) => enter(offset),
        onObjectEnd: () => void open.pop(),
        onArrayBegin: (offset) => enter(offset),
        onArrayEnd: () => void open.pop(),
        onObjectProperty: (key, offset) => {
          const keys = open.at(-1);
          // JSON.parse takes the last of two and says nothing.
          if (keys?.has(key)) problems.push(problem(lineAt(offset), keyName(key), 'is given twice'));
          keys?.add(key);
        },
        onError: (error, offset) => {
          wrong ??= problem(lineAt(offset), undefined, syntaxMessage(error));
        },
      },
      STRICT,
    );
  } catch (error) {
    // The stack was not enough for what is inside; said already.
    if (wrong === undefined) throw error;
  }
  if (wrong !== undefined) return wrong;
  try {
    return { value: JSON.parse(text) as unknown, problems };
  } catch {
    return problem(lineAt(0), undefined, NOT_JSON);
  }
}

/** A manifest nests five levels deep. */
const DEEPEST = 100;

const NOT_JSON = 'is not valid JSON';

function syntaxMessage(error: ParseErrorCode): string {
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

function placeOf(node: () => Node | undefined, lineAt: LineAt): Place {
  return {
    get line() {
      return lineAt(node()?.offset ?? 0);
    },
    get text() {
      const { value } = (node() ?? {}) as { value?: unknown };
      return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
    },
    fields: () =>
      (node()?.type === 'object' ? (node()?.children ?? []) : []).flatMap((property) => {
        const [key, value] = property.children ?? [];
        if (key === undefined) return [];
        return [
          { key: String(key.value), line: lineAt(property.offset), value: placeOf(() => value, lineAt) },
        ];
      }),
    items: () => (node()?.children ?? []).map((item) => placeOf(() => item, lineAt)),
  };
}

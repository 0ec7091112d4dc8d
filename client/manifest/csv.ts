import { CsvError, parse } from 'csv-parse/sync';
import { keyName, nearestName, requestFields, type RequestField } from '../../contract';
import { awsParts, skipReason, type AwsPart } from './aws-accounts';
import { refused, type Entry, type Parsed } from './entry';
import { isIdList, isLikeId, readIdList, unwrap, withoutComments } from './id-list';
import { unseenCharacters } from './mangled';
import { problem, type ManifestProblem } from './problems';

/** A column: the field that its cells are, or what it is in a list of AWS. */
interface Column {
  path: readonly string[];
  read: (cell: string) => unknown;
  aws?: AwsPart;
}

/**
 * Reads a manifest in CSV, its cells parted by commas, semicolons or tabs. Its first row names the fields; without one it is
 * a list of account IDs. An empty cell is a field that is not given, and so is one that is missing at the end of a row; what
 * spreadsheets leave behind, rows and columns of nothing but empty cells, is none.
 */
export function readCsv(text: string): Parsed {
  const { delimiter, content } = readPreamble(withoutComments(text));
  if (isIdList(content)) return { accounts: readIdList(content), problems: [] };
  const { rows, problems: broken } = readRows(content, delimiter ?? guessDelimiter(content));
  const [header, ...accounts] = rows;
  if (header === undefined) return refused(broken.length > 0 ? broken : [noHeader]);
  const { columns, problems } = readHeader(header, accounts);
  if (columns === undefined) return refused([...problems, ...broken]);
  const parsed: Parsed = { accounts: [], problems: [...problems, ...broken] };
  for (const { line, cells } of accounts) {
    const quote = columns.findIndex(
      (column, index) => column !== undefined && hasQuote(column, cells[index]),
    );
    if (!cells.slice(columns.length).every(isEmpty))
      parsed.problems.push(problem(line, undefined, tooMany(cells.length, columns.length)));
    else if (quote !== -1) parsed.problems.push(problem(line, keyName(header.cells[quote] ?? ''), QUOTE));
    else parsed.accounts.push(entryOf(columns, cells, line));
  }
  return parsed;
}

const noHeader = problem(1, undefined, 'must begin with a row that names the columns');

function tooMany(cells: number, columns: number): string {
  return `has ${cells} cells where the first row has ${columns}: a comma too many; a cell with a comma in it must be in quotes`;
}

/** Reads the line in which a spreadsheet says what parts the cells: `sep=;`. It stays as an empty one. */
function readPreamble(text: string): { delimiter?: string; content: string } {
  const found = /^\s*"?sep=([^"\n])"?[ ]*(\n|$)/i.exec(text);
  const [all = '', delimiter] = found ?? [];
  return delimiter === undefined
    ? { content: text }
    : { delimiter, content: all.replaceAll(/[^\n]/g, '') + text.slice(all.length) };
}

/** What parts the cells of the first row, outside of quotes. */
function guessDelimiter(text: string): string {
  const header = (/\S.*/.exec(text)?.[0] ?? '').slice(0, 10_000).replaceAll(/"[^"]*"/g, '');
  const counts = [',', ';', '\t', '|'].map((it) => [it, header.split(it).length] as const);
  return counts.reduce((most, it) => (it[1] > most[1] ? it : most))[0];
}

interface Row {
  /** Where it begins; a quoted cell may go on over several lines. */
  line: number;
  cells: string[];
}

/** The parser takes them for blanks and cuts them off; at an ID they are to be named. */
const WIDE_BLANKS = /[\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]/g;

/** Tells a cell that looks empty, but for a blank in quotes. */
function isEmpty(cell = ''): boolean {
  return cell.replaceAll(WIDE_BLANKS, '') === '';
}

/** Keeps a blank from being cut off: a character that no text has. */
const GUARD = '\ufdd0';

function readRows(text: string, delimiter: string): { rows: Row[]; problems: ManifestProblem[] } {
  const rows: Row[] = [];
  let end = 0;
  try {
    parse(
      text.replaceAll(WIDE_BLANKS, (blank) => `${GUARD}${blank}${GUARD}`),
      {
        delimiter,
        // The parser takes CRLF inside a cell for two lines, so there is none left.
        record_delimiter: '\n',
        relax_column_count: true,
        // A quote out of place stays in its cell. As an error it would cost time by the square of the row's length.
        relax_quotes: true,
        trim: true,
        on_record: (cells, { lines }) => {
          const read = cells.map((cell) => unwrap(cell.replaceAll(GUARD, '')));
          if (!read.every(isEmpty)) rows.push({ line: end + 1, cells: read });
          end = lines;
          return null;
        },
      },
    );
    return { rows, problems: [] };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return { rows, problems: [problem(end + 1, undefined, NOT_CLOSED)] };
  }
}

const NOT_CLOSED =
  'has a quote that is not closed at the end of its cell; the rows from here on were not read';
const ONE_CELL = 'is one cell, as quotes are around the whole row: take them away from all rows';
const QUOTE =
  'has a quote out of place: no field may hold one, and a cell in quotes begins and ends with them';

/** Names of accounts may have quotes; nothing that is read does. */
function hasQuote({ aws }: Column, cell = ''): boolean {
  return aws !== 'other' && cell.includes('"');
}

function entryOf(columns: readonly (Column | undefined)[], cells: readonly string[], line: number): Entry {
  const input: Record<string, unknown> = {};
  const [states, arns]: [string[], string[]] = [[], []];
  columns.forEach((column, index) => {
    const cell = cells[index];
    if (column === undefined || cell === undefined || isEmpty(cell)) return;
    if (column.aws === 'status') states.push(cell);
    else if (column.aws === 'arn') arns.push(cell);
    else if (column.aws !== 'other') put(input, column.path, column.read(cell));
  });
  return { line, input, find: () => undefined, skip: skipReason(states, arns[0]) };
}

function put(holder: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [key = '', ...rest] = path;
  if (rest.length > 0) put((holder[key] ??= {}) as Record<string, unknown>, rest, value);
  // An assignment to __proto__ would vanish.
  else Object.defineProperty(holder, key, { value, enumerable: true, writable: true, configurable: true });
}

/** Reads the first row; without columns where nothing can be made of the cells below. */
function readHeader(
  { line, cells: names }: Row,
  rows: readonly Row[],
): { columns?: (Column | undefined)[]; problems: ManifestProblem[] } {
  if (names.some(isLikeId))
    return { problems: [problem(line, undefined, `${noHeader.message}, such as accountId,region`)] };
  const [only = ''] = names;
  if (names.length === 1 && /[,;\t|]/.test(only)) return { problems: [problem(line, undefined, ONE_CELL)] };
  const fields = requestFields();
  const parts = awsParts(names);
  const problems: ManifestProblem[] = [];
  const seen = new Set<string>();
  const columns = names.map((name, index) => {
    // What a spreadsheet leaves behind.
    if (isEmpty(name) && rows.every(({ cells }) => isEmpty(cells[index]))) return undefined;
    const aws = parts.get(name);
    const column =
      seen.has(name) && name !== '' && aws !== 'other'
        ? 'the column is there twice'
        : readColumn(name, fields, aws);
    seen.add(name);
    if (typeof column !== 'string') return column;
    problems.push(problem(line, name === '' ? `column ${index + 1}` : keyName(name), column));
    return undefined;
  });
  if ([...parts.values()].includes('accountId')) return { columns, problems };
  return { problems: [problem(line, 'accountId', 'the first row must name this column'), ...problems] };
}

/** Finds the field that a column holds; a text says what is wrong with its name. */
function readColumn(name: string, fields: readonly RequestField[], aws?: AwsPart): Column | string {
  if (name === '') return 'has no name in the first row';
  if (aws !== undefined) return { path: ['accountId'], read: (cell) => cell, aws };
  for (const { path, kind } of fields) {
    if (kind === 'tags') {
      // A tag key may have dots of its own.
      const key = name.startsWith(`${path}.`) ? name.slice(path.length + 1) : '';
      if (key !== '') return { path: [path, key], read: (cell) => cell };
    } else if (name === path) {
      return { path: path.split('.'), read: kind === 'number' ? numberOf : (cell) => cell };
    } else if (name.toLowerCase() === path.toLowerCase()) return `unknown column: write it ${path}`;
  }
  const unseen = unseenCharacters(name);
  if (unseen !== undefined) return `unknown column: its name has ${unseen}`;
  const meant = nearestName(
    name,
    fields.map(({ path }) => path),
  );
  if (meant !== undefined && meant !== 'tags') return `unknown column (did you mean "${meant}"?)`;
  return 'unknown column; a tag is tags.KEY, a time is timing.createTimeout and the like';
}

/** Reads a number; a cell that is none stays a text, which the request does not take. */
function numberOf(cell: string): number | string {
  return /^-?\d+(\.\d+)?$/.test(cell) ? Number(cell) : cell;
}

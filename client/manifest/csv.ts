import { CsvError, parse } from 'csv-parse/sync';
import { keyName, requestFields, type RequestField } from '../../contract';
import { problem, type ManifestProblem } from './problems';
import { refused, type Entry, type Parsed } from './requests';

/** A column: the field that its cells are. */
interface Column {
  path: readonly string[];
  read: (cell: string) => unknown;
}

/**
 * Reads a manifest in CSV. Its first row names the fields. An empty cell is a field that is not given; a row of nothing
 * but empty cells, such as spreadsheets leave behind, is none.
 */
export function readCsv(text: string): Parsed {
  const { rows, problems: broken } = readRows(text);
  const [header, ...accounts] = rows;
  if (header === undefined) return refused(broken.length > 0 ? broken : [noHeader]);
  const { columns, problems } = readHeader(header.cells, header.line);
  if (columns === undefined) return refused([...problems, ...broken]);
  const parsed: Parsed = { accounts: [], problems: [...problems, ...broken] };
  for (const { line, cells } of accounts) {
    const quote = cells.findIndex((cell) => cell.includes('"'));
    if (cells.length !== columns.length)
      parsed.problems.push(problem(line, undefined, wrongNumber(cells.length, columns.length)));
    else if (quote !== -1) parsed.problems.push(problem(line, keyName(header.cells[quote] ?? ''), QUOTE));
    else parsed.accounts.push(entryOf(columns, cells, line));
  }
  return parsed;
}

const noHeader = problem(1, undefined, 'must begin with a row that names the columns');

function wrongNumber(cells: number, columns: number): string {
  const why =
    cells < columns ? 'a comma is missing' : 'a comma too many; a cell with a comma in it must be in quotes';
  return `has ${cells} ${cells === 1 ? 'cell' : 'cells'} where the first row has ${columns}: ${why}`;
}

interface Row {
  /** Where it begins; a quoted cell may go on over several lines. */
  line: number;
  cells: string[];
}

function readRows(text: string): { rows: Row[]; problems: ManifestProblem[] } {
  const rows: Row[] = [];
  let end = 0;
  try {
    // The parser takes CRLF inside a cell for two lines.
    parse(text.replaceAll(/\r\n?/g, '\n'), {
      record_delimiter: '\n',
      relax_column_count: true,
      // A quote out of place stays in its cell. As an error it would cost time by the square of the row's length.
      relax_quotes: true,
      trim: true,
      on_record: (cells, { lines }) => {
        if (cells.some((cell) => cell !== '')) rows.push({ line: end + 1, cells });
        end = lines;
        return null;
      },
    });
    return { rows, problems: [] };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return { rows, problems: [problem(end + 1, undefined, NOT_CLOSED)] };
  }
}

const NOT_CLOSED =
  'has a quote that is not closed at the end of its cell; the rows from here on were not read';
const QUOTE =
  'has a quote out of place: no field may hold one, and a cell in quotes begins and ends with them';

function entryOf(columns: readonly (Column | undefined)[], cells: readonly string[], line: number): Entry {
  const input: Record<string, unknown> = {};
  columns.forEach((column, index) => {
    const cell = cells[index];
    if (column !== undefined && cell !== undefined && cell !== '') put(input, column.path, column.read(cell));
  });
  return { line, input, lineOf: () => undefined };
}

function put(holder: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [key = '', ...rest] = path;
  if (rest.length > 0) put((holder[key] ??= {}) as Record<string, unknown>, rest, value);
  // An assignment to __proto__ would vanish.
  else Object.defineProperty(holder, key, { value, enumerable: true, writable: true, configurable: true });
}

/** Reads the first row; without columns where nothing can be made of the cells below. */
function readHeader(
  names: readonly string[],
  line: number,
): { columns?: (Column | undefined)[]; problems: ManifestProblem[] } {
  const fields = requestFields();
  const problems: ManifestProblem[] = [];
  const seen = new Set<string>();
  const columns = names.map((name, index) => {
    const column = seen.has(name) ? 'the column is there twice' : readColumn(name, fields);
    seen.add(name);
    if (typeof column !== 'string') return column;
    problems.push(problem(line, name === '' ? `column ${index + 1}` : keyName(name), column));
    return undefined;
  });
  if (seen.has('accountId')) return { columns, problems };
  const [only] = names;
  if (names.length === 1 && only !== undefined && /[;\t|]/.test(only))
    return { problems: [problem(line, undefined, 'cells must be separated by commas')] };
  return { problems: [problem(line, 'accountId', 'the first row must name this column'), ...problems] };
}

/** Finds the field that a column holds; a text says what is wrong with its name. */
function readColumn(name: string, fields: readonly RequestField[]): Column | string {
  if (name === '') return 'has no name in the first row';
  for (const { path, kind } of fields) {
    if (kind === 'tags') {
      // A tag key may have dots of its own.
      const key = name.startsWith(`${path}.`) ? name.slice(path.length + 1) : '';
      if (key !== '') return { path: [path, key], read: (cell) => cell };
    } else if (name === path) {
      return { path: path.split('.'), read: kind === 'number' ? numberOf : (cell) => cell };
    } else if (name.toLowerCase() === path.toLowerCase()) return `unknown column: write it ${path}`;
  }
  return 'unknown column; a tag is tags.KEY, a time is timing.createTimeout and the like';
}

/** Reads a number; a cell that is none stays a text, which the request does not take. */
function numberOf(cell: string): number | string {
  return /^-?\d+(\.\d+)?$/.test(cell) ? Number(cell) : cell;
}

import { parse, type CsvError } from 'csv-parse/sync';
import { readHeader, type Column } from './csv-header';
import { refused, type Entry, type Parsed } from './parsed';
import { problem, type ManifestProblem } from './problems';

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
    const wrong = cells.length - header.cells.length;
    if (wrong === 0) parsed.accounts.push(entryOf(columns, cells, line));
    else parsed.problems.push(problem(line, undefined, wrongNumber(cells.length, header.cells.length)));
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
  const problems: ManifestProblem[] = [];
  let end = 0;
  let lost = false;
  parse(text, {
    // Not as the first line has it: files that were put together have both.
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    skip_records_with_error: true,
    trim: true,
    on_record: (cells, { lines }) => {
      if (!lost && cells.some((cell) => cell !== '')) rows.push({ line: end + 1, cells });
      end = lines;
      return null;
    },
    on_skip: (error): undefined => {
      if (lost || error === undefined) return;
      const last = Number(error['lines']);
      // It is told of each quote of a row.
      if (last !== end) problems.push(problem(end + 1, undefined, quotesMessage(error)));
      end = last;
      // Past a quote that opens or closes nothing, the parser takes rows for text and text for rows.
      if (error.code !== 'INVALID_OPENING_QUOTE') lost = true;
    },
  });
  return { rows, problems };
}

function quotesMessage({ code }: CsvError): string {
  switch (code) {
    case 'INVALID_OPENING_QUOTE':
      return 'has a quote inside a cell: put the whole cell in quotes, and double the quotes in it';
    case 'CSV_QUOTE_NOT_CLOSED':
      return 'has a quote that is not closed; the rows from here on were not read';
    default:
      return 'has text behind a closing quote; the rows from here on were not read';
  }
}

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

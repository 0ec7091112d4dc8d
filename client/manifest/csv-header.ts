import { keyName, problem, type ManifestProblem } from './problems';

/** A column: the field that its cells are. */
export interface Column {
  path: readonly string[];
  read: (cell: string) => unknown;
}

const FIELDS = [
  ...['accountId', 'region', 'name', 'existing', 'onCancel', 'onFailure', 'onCreateFailed'],
  ...['createTimeout', 'activeTimeout', 'accountReadyTimeout', 'holdTimeout', 'pollInterval'].map(
    (wait) => `timing.${wait}`,
  ),
  ...['initialInterval', 'backoffCoefficient', 'maximumInterval'].map((part) => `timing.retry.${part}`),
];
const NUMBERS: readonly string[] = ['timing.retry.backoffCoefficient'];
const TAG = 'tags.';

/** What the first row makes of the cells below; without columns where nothing can be made of them. */
export function readHeader(
  names: readonly string[],
  line: number,
): { columns?: (Column | undefined)[]; problems: ManifestProblem[] } {
  const problems: ManifestProblem[] = [];
  const seen = new Set<string>();
  const columns = names.map((name, index) => {
    const message = seen.has(name) ? 'the column is there twice' : wrongName(name);
    const named = name === '' ? `column ${index + 1}` : keyName(name);
    seen.add(name);
    if (message === undefined) return columnOf(name);
    problems.push(problem(line, named, message));
    return undefined;
  });
  if (seen.has('accountId')) return { columns, problems };
  const [only] = names;
  if (names.length === 1 && only !== undefined && /[;\t|]/.test(only))
    return { problems: [problem(line, undefined, 'cells must be separated by commas')] };
  return { problems: [problem(line, 'accountId', 'the first row must name this column'), ...problems] };
}

function wrongName(name: string): string | undefined {
  if (name === '') return 'has no name in the first row';
  if (FIELDS.includes(name) || (name.startsWith(TAG) && name.length > TAG.length)) return undefined;
  const like = FIELDS.find((field) => field.toLowerCase() === name.toLowerCase());
  if (like !== undefined) return `unknown column: write it ${like}`;
  return 'unknown column; a tag is tags.KEY, a time is timing.createTimeout and the like';
}

function columnOf(name: string): Column {
  // A tag key may have dots of its own.
  const path = name.startsWith(TAG) ? ['tags', name.slice(TAG.length)] : name.split('.');
  return { path, read: NUMBERS.includes(name) ? numberOf : (cell) => cell };
}

/** A cell that is no number stays a text, which the request does not take. */
function numberOf(cell: string): number | string {
  return /^-?\d+(\.\d+)?$/.test(cell) ? Number(cell) : cell;
}

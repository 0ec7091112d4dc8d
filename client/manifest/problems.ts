import { oneLine } from '../../contract';

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

/** One line for people: `accounts.csv:12: region: must be an AWS Region code, such as "eu-west-1"`. */
export function describeManifestProblem(name: string, { line, field, message }: ManifestProblem): string {
  const place = `${oneLine(name, 200)}${line > 0 ? `:${line}` : ''}`;
  return [place, ...(field === undefined ? [] : [field]), message].join(': ');
}

/** A line for each problem, up to 50, and one that says how many more there are. */
export function describeManifestProblems(name: string, problems: readonly ManifestProblem[]): string {
  const more = problems.length - MOST_LINES;
  return [
    ...problems.slice(0, MOST_LINES).map((problem) => describeManifestProblem(name, problem)),
    ...(more > 0 ? [`and ${more} more`] : []),
  ].join('\n');
}

/** A key of a file, as it may stand in a message. */
export function keyName(key: string): string {
  const short = oneLine(key, 128);
  return key !== '' && key === short ? key : JSON.stringify(short);
}

export function problem(line: number, field: string | undefined, message: string): ManifestProblem {
  return { line, ...(field !== undefined && { field }), message };
}

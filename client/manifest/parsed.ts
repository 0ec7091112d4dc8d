import type { ManifestProblem } from './problems';

/** A request as a file has it, unchecked. */
export interface Entry {
  /** The line where it begins. Slow, as is `lineOf`: for what is wrong only. */
  readonly line: number;
  input: unknown;
  /** The line of a field; `undefined` where the file does not have the field. */
  lineOf: (field: string) => number | undefined;
}

/** A file after its syntax: what each reader makes of its format. */
export interface Parsed {
  accounts: Entry[];
  defaults?: Entry;
  problems: ManifestProblem[];
}

/** A file of which no account can be told. */
export function refused(problems: ManifestProblem[]): Parsed {
  return { accounts: [], problems };
}

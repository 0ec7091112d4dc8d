import type { ManifestProblem } from './problems';

/** A request as a file has it, unchecked. */
export interface Entry {
  /** The line where it begins. */
  line: number;
  input: unknown;
  /** The line of a field; `undefined` where the file does not have the field. Slow: for what is wrong only. */
  lineOf: (field: string) => number | undefined;
}

/** A file after its syntax: what each reader makes of its format. */
export interface Parsed {
  accounts: Entry[];
  defaults?: Entry;
  problems: ManifestProblem[];
}

export function refused(...problems: ManifestProblem[]): Parsed {
  return { accounts: [], problems };
}

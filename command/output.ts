import Table from 'cli-table3';
import picocolors from 'picocolors';

const { NO_COLOR, FORCE_COLOR } = process.env;

/** Colours on a terminal, or as NO_COLOR and FORCE_COLOR say. A `CI` that is set makes no terminal of a pipe. */
export const pc = picocolors.createColors(!NO_COLOR && (Boolean(FORCE_COLOR) || process.stdout.isTTY));

/** Writes the one JSON document of a verb, or one of a stream's. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

export function print(line = ''): void {
  process.stdout.write(`${line}\n`);
}

/** A label and what is said under it; without a text it is left out. */
export type Row = readonly [label: string, text: string | false | undefined];

/** Prints what a person reads line by line, each with its label. */
export function printRows(rows: readonly Row[]): void {
  for (const [label, text] of rows) if (text) print(`${pc.dim(label.padEnd(15))}${text}`);
}

/** Prints a table; with the widths of its columns, its cells are wrapped into them. */
export function printTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  colWidths?: readonly number[],
): void {
  const table = new Table({
    head: [...head],
    style: { head: [], border: [] },
    ...(colWidths && { colWidths: [...colWidths], wordWrap: true }),
  });
  for (const row of rows) table.push([...row]);
  print(table.toString());
}

/** Lets a verb that serves go on where nobody reads what it prints: it has other work than that. */
export function keepServingWithoutReader(): void {
  process.stdout.removeAllListeners('error').on('error', () => undefined);
}

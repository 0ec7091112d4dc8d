import Table from 'cli-table3';
import { print } from './output';

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

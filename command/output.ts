import { stripVTControlCharacters } from 'node:util';
import picocolors from 'picocolors';

/**
 * Tells whether a stream takes colours: a terminal does, but for NO_COLOR and `TERM=dumb`; FORCE_COLOR makes others do, and
 * where it is 0 or false none. A `CI` that is set makes no terminal of a pipe.
 */
export function takesColours(
  { isTTY }: { isTTY?: boolean },
  { NO_COLOR, FORCE_COLOR, TERM }: NodeJS.ProcessEnv = process.env,
): boolean {
  if (NO_COLOR) return false;
  if (FORCE_COLOR) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  return isTTY === true && TERM !== 'dumb';
}

/**
 * Tells whether a line of a stream can be drawn anew: on a terminal that knows its width, as `script` makes none, and that is
 * neither a dumb one nor kept as a log of CI, where every drawing would be a line of its own.
 */
export function canRedraw(
  { isTTY, columns = 0 }: { isTTY?: boolean; columns?: number },
  { TERM, CI }: NodeJS.ProcessEnv = process.env,
): boolean {
  return isTTY === true && columns > 0 && TERM !== 'dumb' && CI === undefined;
}

/** The colours of what is printed on stdout; stderr has none. */
export const pc = picocolors.createColors(takesColours(process.stdout));

let readerLeft = false;

/** Whoever reads the output (`head`) may have seen enough: the verb goes on without, and one that follows a run ends. */
export function outputIsRead(): boolean {
  return !readerLeft;
}

/**
 * Has the process outlive a reader that leaves.
 *
 * @param onFailure told why output could not be written, as on a disk that is full
 */
export function watchOutput(onFailure: (error: NodeJS.ErrnoException) => void): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // A terminal that was closed says EIO.
    if (['EPIPE', 'ECONNRESET', 'EIO', 'ERR_STREAM_DESTROYED'].includes(error.code ?? '')) readerLeft = true;
    else onFailure(error);
  });
  process.stderr.on('error', () => undefined);
}

/** Waits until what was printed has left the process, however slowly it is read. */
export async function flushOutput(): Promise<void> {
  await Promise.all(
    [process.stdout, process.stderr].map(
      (stream) =>
        new Promise<void>((resolve) => {
          stream.write('', () => {
            resolve();
          });
        }),
    ),
  );
}

/** Writes the one JSON document of a verb, or one of a stream's. */
export function printJson(value: unknown): void {
  write(`${JSON.stringify(value)}\n`);
}

export function print(line = ''): void {
  write(`${line}\n`);
}

function write(text: string): void {
  if (!readerLeft) process.stdout.write(text);
}

/** Says something beside the output, as an error or a notice. */
export function printAside(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** A label and what is said under it; without a text it is left out. */
export type Row = readonly [label: string, text: string | false | undefined];

/** Prints what a person reads line by line, each with its label. */
export function printRows(rows: readonly Row[]): void {
  for (const [label, text] of rows) if (text) print(`${pc.dim(label.padEnd(15))}${text}`);
}

/**
 * Prints a table, its columns two spaces apart: a line a row, without rules, so that it can be searched and cut. A cell without
 * a text is a dash.
 */
export function printTable(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const filled = rows.map((row) => row.map((cell) => cell || '-'));
  const widths = head.map((label, column) =>
    filled.reduce((most, row) => Math.max(most, widthOf(row[column] ?? '')), label.length),
  );
  for (const [index, row] of [head, ...filled].entries()) {
    const line = row
      .map((cell, column) => `${cell}${' '.repeat((widths[column] ?? 0) - widthOf(cell))}`)
      .join('  ')
      .trimEnd();
    print(index === 0 ? pc.bold(line) : line);
  }
}

/** Counts the characters of a text that are seen: its colours are not. */
function widthOf(text: string): number {
  return stripVTControlCharacters(text).length;
}

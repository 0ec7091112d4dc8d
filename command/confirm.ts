import { createInterface } from 'node:readline';
import { DeclinedError, UsageError } from './errors';
import { printAside } from './output';

/** The options of a verb that deletes. */
export interface ConfirmOptions {
  json?: boolean;
  yes?: boolean;
}

/** Tells whether somebody can be asked: there is a terminal on both ends, and it is no program that reads JSON. */
function canAsk({ json }: ConfirmOptions): boolean {
  return json !== true && process.stdin.isTTY && process.stderr.isTTY;
}

/** @throws UsageError where nobody can be asked, and nobody has said yes beforehand */
export function checkCanConfirm(what: string, options: ConfirmOptions): void {
  if (options.yes === true || canAsk(options)) return;
  throw new UsageError(
    `${what} Nothing was started, as nobody can be asked here: add --yes to say that this is meant.`,
  );
}

/**
 * Asks on the terminal, unless `--yes` has said it.
 *
 * @throws DeclinedError where the answer is anything but "yes"
 */
export async function confirm(what: string, options: ConfirmOptions): Promise<void> {
  if (options.yes === true) return;
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  // The default of Ctrl-C ends the process without a word.
  const answer = await new Promise<string>((resolve) => {
    lines.once('close', () => {
      resolve('');
    });
    lines.once('SIGINT', () => {
      printAside('');
      resolve('');
    });
    lines.question(`${what}\nType "yes" to go on: `, resolve);
  });
  lines.close();
  if (answer.trim().toLowerCase() !== 'yes') throw new DeclinedError('Nothing was started.');
}

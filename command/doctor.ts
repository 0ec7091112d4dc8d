import { readReceivers } from '../activities';
import { checkServer, type Check } from '../client';
import { defined, oneLine } from '../contract';
import { EXIT } from './exit-codes';
import { pc, print, printJson } from './output';
import { checkAccountId, withClient, type CommonOptions } from './with-client';

const RECEIVERS_FILE = 'IDENTITY_CENTER_RECEIVERS_FILE';
const WIDTH = 18;

/** Checks what runs need, of an account what a worker finds there; each failed check comes with its remedy. */
export async function doctor(
  accountId: string | undefined,
  { json, fix = false }: CommonOptions & { fix?: boolean },
): Promise<number> {
  if (accountId !== undefined) checkAccountId(accountId);
  return withClient(async (client) => {
    const checks = [...(await checkServer(client, { fix, ...defined({ accountId }) })), ...checkReceivers()];
    if (json) printJson({ checks });
    else checks.forEach(printCheck);
    return checks.every(({ ok }) => ok) ? EXIT.done : EXIT.failed;
  });
}

/** Where the environment is that of a worker which announces runs: whether it could read what it is to read at its start. */
function checkReceivers(): Check[] {
  const file = process.env[RECEIVERS_FILE];
  if (file === undefined || file === '') return [];
  const check = 'receivers';
  try {
    const names = readReceivers(file).map(({ name }) => name);
    return [{ check, ok: true, found: `${file}: ${names.join(', ') || 'none'}` }];
  } catch (error) {
    const remedy = `Correct it, or take ${RECEIVERS_FILE} out: a worker does not start with it as it is.`;
    return [{ check, ok: false, found: oneLine((error as Error).message, 600), remedy }];
  }
}

function printCheck({ check, ok, found, remedy }: Check): void {
  print(`${ok ? pc.green('ok    ') : pc.red('failed')}  ${check.padEnd(WIDTH)} ${found}`);
  if (remedy !== undefined) print(`${' '.repeat(WIDTH + 9)}${pc.yellow(remedy)}`);
}

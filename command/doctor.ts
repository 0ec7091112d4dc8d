import { checkServer, type Check } from '../client';
import { defined } from '../contract';
import { EXIT } from './exit-codes';
import { pc, print, printJson } from './output';
import { checkAccountId, withClient, type CommonOptions } from './with-client';

const WIDTH = 18;

/** Checks what runs need, of an account what a worker finds there; each failed check comes with its remedy. */
export async function doctor(
  accountId: string | undefined,
  { json, fix = false }: CommonOptions & { fix?: boolean },
): Promise<number> {
  if (accountId !== undefined) checkAccountId(accountId);
  return withClient(async (client) => {
    const checks = await checkServer(client, { fix, ...defined({ accountId }) });
    if (json) printJson({ checks });
    else checks.forEach(printCheck);
    return checks.every(({ ok }) => ok) ? EXIT.done : EXIT.failed;
  });
}

function printCheck({ check, ok, found, remedy }: Check): void {
  print(`${ok ? pc.green('ok    ') : pc.red('failed')}  ${check.padEnd(WIDTH)} ${found}`);
  if (remedy !== undefined) print(`${' '.repeat(WIDTH + 9)}${pc.yellow(remedy)}`);
}

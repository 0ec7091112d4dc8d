import { checkServer, type Check } from '../client';
import { EXIT } from './exit-codes';
import { pc, print, printJson } from './output';
import { withClient, type CommonOptions } from './with-client';

/** Checks what runs need; each failed check comes with its remedy. */
export async function doctor({ json, fix }: CommonOptions & { fix?: boolean }): Promise<number> {
  return withClient(async (client) => {
    const checks = await checkServer(client, { fix: fix === true });
    if (json) printJson({ checks });
    else checks.forEach(printCheck);
    return checks.every(({ ok }) => ok) ? EXIT.done : EXIT.failed;
  });
}

function printCheck({ check, ok, found, remedy }: Check): void {
  print(`${ok ? pc.green('ok    ') : pc.red('failed')}  ${check.padEnd(18)} ${found}`);
  if (remedy !== undefined) print(`${' '.repeat(27)}${pc.yellow(remedy)}`);
}

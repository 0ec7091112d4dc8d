import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { commandSuite, documentOf } from '../../support/command';
import { freshAccount, requestFor, startHarness, until } from '../../support/harness';

const its = commandSuite(startHarness);

async function provisioned(): Promise<{ account: string; instanceArn: string }> {
  const account = freshAccount();
  const { instanceArn } = await its.harness.client.provision(requestFor(account));
  return { account, instanceArn };
}
const isThere = (account: string) => its.harness.emulator.instances().some((it) => it.accountId === account);
const lastType = async (account: string) => (await its.harness.client.status(account)).workflowType;

describe('without a terminal', () => {
  test.concurrent.each([[[]], [['--json']], [['--no-wait']]])(
    'and without --yes %j: exit 2, nothing is started',
    async (more) => {
      const { account } = await provisioned();
      const finished = await its.command.run(['deprovision', account, ...more], { stdin: 'yes\n' });
      expect(finished.code).toBe(2);
      const said = more.includes('--json') ? JSON.stringify(documentOf(finished)) : finished.stderr;
      expect(said).toContain('--yes');
      expect(said).toContain(`Account ${account}`);
      expect(said).toContain('users and groups');
      expect(isThere(account)).toBe(true);
      await expect(lastType(account)).resolves.toBe('provisionIdentityCenter');
    },
  );

  test.concurrent('with --yes it is asked nothing', async () => {
    const { account } = await provisioned();
    await expect(its.command.run(['deprovision', account, '--yes'])).resolves.toMatchObject({ code: 0 });
    expect(isThere(account)).toBe(false);
  });
});

/** `script` of util-linux makes a terminal. */
const hasTerminals = spawnSync('script', ['-qec', 'true', '/dev/null']).status === 0;
const onTerminal = hasTerminals ? describe : describe.skip;

onTerminal('on a terminal', () => {
  /** Runs the command on a terminal, and types once it asks. */
  async function ask(args: string[], typed: string) {
    const line = [process.execPath, its.command.main, ...args].map((part) => `'${part}'`).join(' ');
    const child = spawn('script', ['-qec', line, '/dev/null'], {
      env: { ...its.command.env, TERM: 'xterm' },
    });
    let seen = '';
    child.stdout.on('data', (chunk: Buffer) => (seen += chunk.toString()));
    const closed = once(child, 'close');
    await Promise.race([
      closed,
      until(
        () => seen,
        (text) => text.includes('Type "yes"'),
      ),
    ]);
    if (child.exitCode === null) child.stdin.write(typed);
    await closed;
    return { code: child.exitCode, seen };
  }

  test.concurrent.each(['no\n', '\n', 'y\n', '\u0004', '\u0003'])(
    'it asks; %j deletes nothing: exit 4',
    async (typed) => {
      const { account, instanceArn } = await provisioned();
      const { code, seen } = await ask(['deprovision', account], typed);
      expect(seen).toContain(`Account ${account}`);
      expect(seen).toContain(instanceArn);
      expect(seen).toContain('users and groups');
      expect(seen).toContain('Nothing was started.');
      expect(code).toBe(4);
      expect(isThere(account)).toBe(true);
    },
  );

  test.concurrent('"yes" deletes', async () => {
    const { account } = await provisioned();
    await expect(ask(['deprovision', account], 'yes\n')).resolves.toMatchObject({ code: 0 });
    expect(isThere(account)).toBe(false);
  });

  test.concurrent('an account of which nothing is known is asked about all the same', async () => {
    const account = freshAccount();
    const { code, seen } = await ask(['deprovision', account], 'no\n');
    expect(code).toBe(4);
    expect(seen).toContain('the instance that carries the tag of its runs');
  });

  test.concurrent('--json asks nobody: exit 2', async () => {
    const { account } = await provisioned();
    await expect(ask(['deprovision', account, '--json'], '')).resolves.toMatchObject({ code: 2 });
    expect(isThere(account)).toBe(true);
  });
});

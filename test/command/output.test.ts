import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { commandFor, type CommandRunner } from '../support/command';
import { canRedraw, takesColours } from '../../command/output';
import { freshAccounts } from '../support/fleets';
import { freshAccount, requestFor, startHarness, type Harness } from '../support/harness';

describe('colours', () => {
  const [terminal, pipe] = [{ isTTY: true }, {}];
  test.each([
    [terminal, {}, true],
    [pipe, {}, false],
    [pipe, { CI: 'true' }, false],
    [terminal, { NO_COLOR: '1' }, false],
    [terminal, { NO_COLOR: '' }, true],
    [terminal, { TERM: 'dumb' }, false],
    [pipe, { FORCE_COLOR: '1' }, true],
    [terminal, { FORCE_COLOR: '0' }, false],
    [pipe, { FORCE_COLOR: 'false' }, false],
    [pipe, { FORCE_COLOR: '' }, false],
    [pipe, { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
  ])('%j with %j: %s', (stream, env, takes) => {
    expect(takesColours(stream, env)).toBe(takes);
  });
});

test.each([
  [{ isTTY: true, columns: 80 }, {}, true],
  [{ isTTY: true, columns: 80 }, { TERM: 'dumb' }, false],
  [{ isTTY: true, columns: 80 }, { CI: 'true' }, false],
  [{ isTTY: true, columns: 0 }, {}, false],
  [{}, {}, false],
])('a line can be drawn anew on %j with %j: %s', (stream, env, can) => {
  expect(canRedraw(stream, env)).toBe(can);
});

describe('what a verb prints', () => {
  let harness: Harness;
  let command: CommandRunner;
  const account = freshAccount();
  /** Far more than what a pipe and its reader take up between them, 128 kB. */
  const SKIPPED = 3_000;

  beforeAll(async () => {
    harness = await startHarness();
    command = commandFor(harness);
    await harness.client.provision(requestFor(account));
    await harness.client.fleets.start({
      name: account,
      accounts: [requestFor(account)],
      skipped: freshAccounts(SKIPPED).map((accountId) => ({ accountId, reason: 'AWS has suspended it' })),
    });
    await harness.client.fleets.result(account);
  });
  afterAll(async () => {
    command.dispose();
    await harness.stop();
  });

  test.concurrent('arrives whole, however slowly it is read', async () => {
    const { child, finished, stdout } = command.start(['fleet', 'report', account, '--json']);
    child.stdout?.pause();
    // Longer than a process that has done its work stays otherwise.
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    expect(child.exitCode).toBeNull();
    child.stdout?.resume();
    const { code } = await finished;
    expect(stdout().length).toBeGreaterThan(4 * 65_536);
    expect((JSON.parse(stdout()) as { accounts: unknown[] }).accounts).toHaveLength(SKIPPED + 1);
    expect(code).toBe(0);
  });

  test.concurrent.each([
    ['status', () => ['status', account], 0],
    ['status --json', () => ['status', account, '--json'], 0],
    ['list', () => ['list'], 0],
    ['list --json', () => ['list', '--json'], 0],
    ['a report', () => ['fleet', 'report', account], 0],
    ['an error', () => ['status', '1', '--json'], 2],
  ])(
    'to a reader that leaves at once: %s is no stack, and has its own exit code',
    async (_name, args, code) => {
      const { child, finished } = command.start(args());
      child.stdout?.destroy();
      const { code: seen, stderr } = await finished;
      expect(seen).toBe(code);
      // A list says on stderr how far back it goes.
      expect(stderr).toMatch(/^(Known from runs: [^\n]*\n)?$/);
    },
  );

  test.concurrent('to a reader that leaves, of a run that goes on: exit 3, and the run goes on', async () => {
    const open = freshAccount();
    harness.emulator.setFaults({ accounts: [open], creationMs: 600_000, deletionMs: 0 });
    const watching = command.start(['provision', open, '--region', 'eu-west-1']);
    watching.child.stdout?.destroy();
    await expect(watching.finished).resolves.toMatchObject({ code: 3, stderr: '' });
    await harness.client.cancel(open);
  });

  const onLinux = process.platform === 'linux' ? test.concurrent : test.skip;
  onLinux('to a disk that is full: the exit code says so, and stderr why', async () => {
    const shell = ['-c', '"$0" "$1" status "$2" --json > /dev/full', process.execPath, command.main, account];
    const child = spawn('/bin/sh', shell, { env: command.env });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    await once(child, 'close');
    expect(child.exitCode).toBe(70);
    expect(stderr).toContain('could not be written');
    expect(stderr).toContain('ENOSPC');
  });
});

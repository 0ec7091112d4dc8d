import { commandSuite, documentOf } from '../../support/command';
import { freshAccount, requestFor, startHarness, until } from '../../support/harness';
import { hurry, throttledOnce } from '../../support/steering';

const its = commandSuite(startHarness);

const provisionArgs = (account: string) => ['provision', account, '--region', 'eu-west-1'];
const failing = (account: string) => {
  its.harness.emulator.setFaults({ accounts: [account], organizationForbids: true });
};
const slow = (account: string) => {
  its.harness.emulator.setFaults({ accounts: [account], creationMs: 600_000, deletionMs: 0 });
};

describe('provision', () => {
  test.concurrent('for people: shows the stages and the instance, and exits 0', async () => {
    const account = freshAccount();
    const { code, stdout } = await its.call([
      ...provisionArgs(account),
      '--name',
      'workforce',
      '--tag',
      'team=a=b',
    ]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/creating[\s\S]*active[\s\S]*Outcome +created/);
    expect(its.harness.emulator.instances().find((it) => it.accountId === account)).toMatchObject({
      name: 'workforce',
      tags: { team: 'a=b' },
    });
  });

  test.concurrent('--json: one document on stdout and nothing else', async () => {
    const account = freshAccount();
    const finished = await its.call([...provisionArgs(account), '--json']);
    expect(finished).toMatchObject({ code: 0, stderr: '' });
    expect(documentOf(finished)).toMatchObject({
      stage: 'active',
      result: { accountId: account, outcome: 'created' },
    });
  });

  test.concurrent('a run that fails: exit 1, with the type, what happened and the remedy', async () => {
    const account = freshAccount();
    failing(account);
    const { code, stdout } = await its.call(provisionArgs(account));
    expect(code).toBe(1);
    expect(stdout).toContain('does not allow its members to create instances');
    expect(stdout).toContain('Enable account instances in the IAM Identity Center console');
  });

  test.concurrent('bad input: exit 2, every problem with its field, nothing sent to AWS', async () => {
    const account = freshAccount();
    const { code, stderr } = await its.call([
      'provision',
      account,
      '--region',
      'x',
      '--name',
      'a b',
      '--existing',
      'steal',
    ]);
    expect(code).toBe(2);
    for (const field of ['region', 'name', 'existing']) expect(stderr).toContain(`${field}: `);
    expect(its.harness.emulator.calls({ account })).toHaveLength(0);
    await expect(its.call(['provision', '12', '--region', 'eu-west-1'])).resolves.toMatchObject({
      code: 2,
    });
  });

  test.concurrent('bad input with --json: the problems as a document', async () => {
    const finished = await its.call(['provision', freshAccount(), '--json']);
    expect(finished.code).toBe(2);
    expect(documentOf(finished)).toMatchObject({
      error: { type: 'InvalidRequestError', problems: [{ field: 'region', message: 'is required' }] },
    });
  });

  test.concurrent('--request: the file, and options over it', async () => {
    const account = freshAccount();
    const request = { ...requestFor(account), name: 'from-file', tags: { a: 'b' } };
    const file = its.command.file(`${account}.json`, JSON.stringify(request));
    await expect(
      its.call(['provision', account, '--request', file, '--name', 'over']),
    ).resolves.toMatchObject({ code: 0 });
    const instance = its.harness.emulator.instances().find((it) => it.accountId === account);
    expect(instance).toMatchObject({ name: 'over', tags: { a: 'b' } });
  });

  test.concurrent.each([
    ['broken JSON', '{"accountId": ', '--request: stdin:1: is not valid JSON: '],
    ['a key twice', '{"region": "eu-west-1",\n"region": "eu-west-2"}', 'stdin:2: region: is given twice'],
    ['a list', '[]', 'one JSON object'],
    ['another account', '{"accountId": "999988887777"}', 'accountId'],
    ['an unknown field', '{"region": "eu-west-1", "colour": "red"}', 'colour: unknown field'],
  ])('--request from stdin with %s: exit 2', async (_name, stdin, message) => {
    const { code, stderr } = await its.command.run(['provision', freshAccount(), '--request', '-'], {
      stdin,
    });
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  test.concurrent.each([
    ['--tag', 'novalue'],
    ['--request', '/does/not/exist.json'],
  ])('%s %s: exit 2, naming the option', async (option, value) => {
    const { code, stderr } = await its.call([...provisionArgs(freshAccount()), option, value]);
    expect(code).toBe(2);
    expect(stderr).toContain(option);
  });

  test.concurrent(
    '--no-wait exits 0; the same request joins; another is refused with the fields that differ',
    async () => {
      const account = freshAccount();
      slow(account);
      const started = await its.call([...provisionArgs(account), '--no-wait', '--json']);
      expect(started.code).toBe(0);
      expect(documentOf(started)).toMatchObject({ accountId: account, joined: false });
      const joined = await its.call([...provisionArgs(account), '--no-wait', '--json']);
      expect(documentOf(joined)).toMatchObject({ joined: true, runId: documentOf(started)['runId'] });
      const { code, stderr } = await its.call([...provisionArgs(account), '--name', 'other']);
      expect(code).toBe(2);
      expect(stderr).toContain('name is not set, asked "other"');
      await its.harness.client.cancel(account);
    },
  );
});

describe('status, watch, list, cancel', () => {
  test.concurrent('status exits 0, 1, 3 or 4 as the run stands, and 2 where there is none', async () => {
    const [active, failed, running] = [freshAccount(), freshAccount(), freshAccount()];
    failing(failed);
    slow(running);
    await its.harness.client.provision(requestFor(active));
    await its.harness.client.provision(requestFor(failed)).catch(() => undefined);
    await its.harness.client.start(requestFor(running));
    const codeOf = async (account: string) => (await its.call(['status', account])).code;
    expect(await codeOf(active)).toBe(0);
    expect(await codeOf(failed)).toBe(1);
    expect(await codeOf(running)).toBe(3);
    await its.harness.client.cancel(running);
    await until(
      () => its.harness.client.status(running),
      ({ status }) => status !== 'RUNNING',
    );
    expect(await codeOf(running)).toBe(4);
    expect(await codeOf(freshAccount())).toBe(2);
    expect(await codeOf('12')).toBe(2);
  });

  test.concurrent('status --json shows what the server is retrying', async () => {
    const account = freshAccount();
    const failNext = [
      { operation: 'CreateInstance', error: 'ThrottlingException', retryAfterSeconds: 600, times: 9 },
    ];
    its.harness.emulator.setFaults({ accounts: [account], failNext });
    await its.harness.client.start(requestFor(account, { timing: { createTimeout: '1h' } }));
    await until(
      () => its.harness.client.status(account),
      ({ pending }) => pending?.nextAttemptAt !== undefined,
    );
    const shown = documentOf(await its.call(['status', account, '--json']));
    expect(shown).toMatchObject({
      stage: 'creating',
      pending: { activity: 'createInstance', attempt: 2, failure: { type: 'ThrottlingException' } },
    });
    const people = await its.call(['status', account]);
    expect(people.stdout).toMatch(/Server retries +createInstance, attempt 2 in \d/);
    await its.harness.client.cancel(account);
  });

  test.concurrent(
    'watch --json: a document each time something changes, until the run ends, with its exit code',
    async () => {
      const account = freshAccount();
      its.harness.emulator.setFaults({ accounts: [account], ...throttledOnce('DescribeInstance') });
      await its.harness.client.start(requestFor(account, { timing: { activeTimeout: '1h' } }));
      const watching = its.begin(['watch', account, '--json']);
      await until(
        () => [
          watching.stdout(),
          its.harness.emulator.calls({ account, operation: 'DescribeInstance' }).length,
        ],
        ([seen, looks]) => String(seen).includes('waitingForActive') && looks === 2,
      );
      await hurry(its.harness, account);
      const { code, stdout } = await watching.finished;
      const stages = stdout
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { stage: string }).stage);
      expect(code).toBe(0);
      expect(stages.at(-1)).toBe('active');
      expect(stages).toContain('waitingForActive');
    },
  );

  test.concurrent('list shows the latest run of each account; --failed and --stage choose', async () => {
    const [active, failed] = [freshAccount(), freshAccount()];
    failing(failed);
    await its.harness.client.provision(requestFor(active));
    await its.harness.client.provision(requestFor(failed)).catch(() => undefined);
    const accounts = async (...options: string[]) => {
      const { stdout } = await its.call(['list', '--json', ...options]);
      return stdout
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { accountId: string }).accountId);
    };
    // Visibility lags behind by a moment.
    const all = await until(
      () => accounts(),
      (seen) => seen.includes(active) && seen.includes(failed),
    );
    expect(new Set(all).size).toBe(all.length);
    const onlyFailed = await until(
      () => accounts('--failed'),
      (seen) => seen.includes(failed),
    );
    expect(onlyFailed).not.toContain(active);
    await until(
      () => accounts('--stage', 'active'),
      (seen) => seen.includes(active),
    );
    await expect(its.call(['list', '--stage', 'nowhere'])).resolves.toMatchObject({ code: 2 });
  });

  test.concurrent('cancel ends the run and removes its instance; without an open run: exit 2', async () => {
    const account = freshAccount();
    slow(account);
    await its.harness.client.start(requestFor(account));
    await until(
      () => its.harness.emulator.instances().filter((it) => it.accountId === account).length,
      (count) => count === 1,
    );
    await expect(its.call(['cancel', account])).resolves.toMatchObject({ code: 0 });
    expect(its.harness.emulator.instances().filter((it) => it.accountId === account)).toHaveLength(0);
    await expect(its.call(['cancel', account])).resolves.toMatchObject({ code: 2 });
  });
});

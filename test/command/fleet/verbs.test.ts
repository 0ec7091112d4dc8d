import path from 'node:path';
import { commandSuite, documentOf } from '../../support/command';
import { freshAccount, startHarness, until } from '../../support/harness';

const its = commandSuite(startHarness);

let files = 0;
function manifest(text: string, ending = 'csv'): string {
  files += 1;
  return its.command.file(`fleet-${process.pid}-${files}.${ending}`, text);
}

const csvOf = (ids: string[]) => ['accountId,region', ...ids.map((id) => `${id},eu-west-1`)].join('\n');

test.concurrent('fleet start provisions what the manifest lists, and says how it ended', async () => {
  const file = manifest(csvOf([freshAccount(), freshAccount(), freshAccount()]));
  const { code, stdout } = await its.call(['fleet', 'start', file]);
  expect(stdout).toContain('started with 3 accounts');
  expect(stdout).toContain('3: 3 succeeded, 0 failed');
  expect(code).toBe(0);
});

test.concurrent('a failure gives exit code 1, its cause and its next step', async () => {
  const [good, bad] = [freshAccount(), freshAccount()];
  its.harness.emulator.setFaults({ accounts: [bad], organizationForbids: true });
  const { code, stdout } = await its.call(['fleet', 'start', manifest(csvOf([good, bad]))]);
  expect(code).toBe(1);
  expect(stdout).toContain(bad);
  expect(stdout).toContain('Enable account instances');
});

test.concurrent('with --json there is one document, and its exit code', async () => {
  const started = await its.call(['fleet', 'start', manifest(csvOf([freshAccount()])), '--json']);
  expect(documentOf(started)).toMatchObject({ succeeded: 1, stage: 'done', status: 'COMPLETED' });
  expect(started.code).toBe(0);
});

test.concurrent('every problem of a manifest is told with its line, and nothing is started', async () => {
  const id = freshAccount();
  const file = manifest(`accountId,region\n${id},nowhere\n12,eu-west-1\n${id},eu-west-1\n`);
  const { code, stderr } = await its.call(['fleet', 'start', file, '--fleet-name', 'never-started']);
  expect(code).toBe(2);
  expect(stderr).toContain(`${file}:2: region: must be an AWS Region code`);
  expect(stderr).toMatch(/:3: accountId: must be/);
  expect(stderr).toContain(':4:');
  expect((await its.call(['fleet', 'status', 'never-started'])).code).toBe(2);
});

test.concurrent('a fleet is watched, paused, changed, resumed and cancelled by its name', async () => {
  const ids = Array.from({ length: 6 }, freshAccount);
  its.harness.emulator.setFaults({ accounts: ids, creationMs: 600_000 });
  const file = manifest(csvOf(ids));
  const name = path.parse(file).name;
  const verb = (...args: string[]) => its.call(['fleet', ...args, '--json']);
  expect((await verb('start', file, '--max-concurrent', '2', '--no-wait')).code).toBe(0);
  await until(
    async () => documentOf(await verb('status', name))['open'],
    (open) => open === 2,
  );
  expect(documentOf(await verb('pause', name))).toMatchObject({ stage: 'paused' });
  const again = await its.call(['fleet', 'pause', name]);
  expect(again).toMatchObject({ code: 0, stderr: '' });
  expect(again.stdout).toContain(
    `Fleet ${name}: the fleet was paused already; 4 accounts not begun and 2 open runs without writes to AWS, until:`,
  );
  expect(documentOf(await verb('set', name, '--max-concurrent', '3'))).toMatchObject({ maxConcurrent: 3 });
  expect((await its.call(['fleet', 'resume', name])).stdout).toContain(': goes on: starts accounts (');
  expect(documentOf(await verb('resume', name))).toMatchObject({
    stage: 'running',
    note: 'the fleet was not paused',
  });
  expect((await verb('status', name)).code).toBe(3);
  const cancelled = await verb('cancel', name);
  expect(cancelled.code).toBe(0);
  expect(documentOf(cancelled)).toMatchObject({ status: 'CANCELLED', succeeded: 0, open: 0 });
  expect((await its.call(['fleet', 'watch', name])).code).toBe(4);
});

test.concurrent(
  'the options of a request count for all accounts, what an account says wins; the report has who was skipped',
  async () => {
    const [one, two, closed] = [freshAccount(), freshAccount(), freshAccount()];
    const yaml = [
      'defaults: { region: us-east-1, tags: { stage: prod, team: other } }',
      'accounts:',
      `- '${one}'`,
      `- { accountId: '${two}', region: ap-southeast-2, name: own }`,
      `- { Id: '${closed}', State: CLOSED, Name: Smith }`,
    ].join('\n');
    const file = manifest(yaml, 'yaml');
    const options = [
      '--region',
      'eu-west-1',
      '--name',
      'workforce',
      '--tag',
      'team=identity',
      '--on-cancel',
      'keep',
    ];
    const { code, stderr, ...started } = await its.call(['fleet', 'start', file, ...options, '--json']);
    const skipped = [{ accountId: closed, reason: 'it is closed (CLOSED)' }];
    expect(stderr).toContain(`1 of 3 accounts skipped:\n  1: it is closed (CLOSED): ${closed}`);
    expect(JSON.parse(started.stdout)).toMatchObject({
      succeeded: 2,
      skipped: 0,
      manifest: { accounts: 2, skipped },
    });
    expect(code).toBe(0);
    const requestOf = async (account: string) => (await its.harness.client.status(account)).request;
    const tags = { stage: 'prod', team: 'identity' };
    expect(await requestOf(one)).toMatchObject({
      region: 'eu-west-1',
      name: 'workforce',
      onCancel: 'keep',
      tags,
    });
    expect(await requestOf(two)).toMatchObject({
      region: 'ap-southeast-2',
      name: 'own',
      onCancel: 'keep',
      tags,
    });
    const { name } = path.parse(file);
    const report = documentOf(await its.call(['fleet', 'report', name]));
    expect(report).toMatchObject({ counts: { accounts: 3, succeeded: 2, skipped: 1, unfinished: 0 } });
    expect(report['accounts']).toContainEqual(expect.objectContaining({ ...skipped[0], end: 'skipped' }));
    const csv = await its.call(['fleet', 'report', name, '--format', 'csv']);
    expect(csv.stdout).toMatch(new RegExp(`^${closed},,,skipped,.*it is closed \\(CLOSED\\)`, 'm'));
    const html = await its.call(['fleet', 'report', name, '--format', 'html']);
    expect(html.stdout).toContain('Was not begun: it is closed (CLOSED).');
  },
);

test('the rate is that of the task queue, until it is set again', async () => {
  const file = manifest(csvOf([freshAccount()]));
  const { name } = path.parse(file);
  expect((await its.call(['fleet', 'start', file, '--rate', '40'])).code).toBe(0);
  expect(await its.harness.client.rate()).toBe(40);
  const { code, stdout } = await its.call(['fleet', 'set', name, '--rate', 'none']);
  expect([code, stdout]).toEqual([0, expect.stringContaining('no limit')]);
  expect(await its.harness.client.rate()).toBeUndefined();
  expect((await its.call(['fleet', 'set', name])).stderr).toContain('--max-concurrent or --rate');
  expect((await its.call(['fleet', 'set', name, '--rate', '0'])).code).toBe(2);
});

test.concurrent('an option or a name that no fleet can have is told with what it may be', async () => {
  const file = manifest(csvOf([freshAccount(), freshAccount()]));
  const { stderr, code } = await its.call(['fleet', 'start', file, '--stop-after-failures', '150%']);
  expect([code, stderr]).toEqual([2, expect.stringContaining('a whole share such as "5%"')]);
  const odd = await its.call([
    'fleet',
    'start',
    its.command.file('my accounts.csv', csvOf([freshAccount()])),
  ]);
  expect(odd.stderr).toContain('give one with --fleet-name');
});

test.concurrent('a name that is none, and one that nobody started, say so', async () => {
  expect((await its.call(['fleet', 'status', 'a/b'])).stderr).toContain('is no name of a fleet');
  for (const verb of ['watch', 'status', 'pause']) {
    const { code, stderr } = await its.call(['fleet', verb, 'nobody']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('none of that name')]);
    expect(stderr).toContain('identity-center fleet list');
  }
});

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { startEmulator } from '../../sandbox';
import { freePort } from '../../sandbox/temporal-server';
import { call, commandRunner, documentOf, type CommandRunner } from '../support/command';
import { freshAccount, until } from '../support/harness';
import { NOWHERE } from '../support/ports';

const ROOT = path.join(__dirname, '..', '..');

let command: CommandRunner;
beforeAll(() => {
  command = commandRunner({ TEMPORAL_ADDRESS: NOWHERE });
  Object.assign(process.env, command.env);
});
afterAll(() => {
  command.dispose();
});

test.concurrent('token prints the golden tokens', async () => {
  const first = await call(['token', 'identity-center/111122223333']);
  expect(first).toEqual({ code: 0, stdout: '483d49ae-918c-5960-bb4b-13d19ca327a4\n', stderr: '' });
  const second = await call(['token', 'identity-center/111122223333', '--generation', '2', '--json']);
  expect(documentOf(second)).toEqual({
    workflowId: 'identity-center/111122223333',
    generation: 2,
    clientToken: '41ec7d5c-7f93-5ff7-8a72-85837f490619',
  });
});

test.concurrent('token of an account is that of its workflow ID, and says so beside the output', async () => {
  const { code, stdout, stderr } = await call(['token', '111122223333']);
  expect({ code, stdout }).toEqual({ code: 0, stdout: '483d49ae-918c-5960-bb4b-13d19ca327a4\n' });
  expect(stderr).toContain('workflow ID identity-center/111122223333');
  expect((await call(['token', 'identity-centre/1'])).stderr).toContain('No run of an account');
});

test.concurrent.each([
  [['token', 'x', '--generation', '0'], 'whole number'],
  [['token'], 'accountId'],
  [['token', '11112222333'], '12 digits, not \"11112222333\"'],
  [['explain', 'InstanceExist'], 'Did you mean InstanceExists?'],
  [['explain', 'Weather'], 'RequestRefused'],
  [['conjure'], 'unknown command'],
  [['provision', '111122223333', '--colour', 'red'], 'unknown option'],
  [['emulator', '--port', 'http'], 'whole number'],
  [['up', '--ui-port', '70000'], 'whole number'],
  [['up', '--fresh'], 'TEMPORAL_ADDRESS or --address names one that is there'],
  [['doctor', '12345'], '12 digits'],
  [['list', '--address', ''], 'must not be empty'],
])('wrong usage %p: exit 2, saying what is wrong', async (args, message) => {
  const { code, stderr } = await call(args);
  expect(code).toBe(2);
  expect(stderr).toContain(message);
});

test.concurrent.each([
  'up',
  'worker',
  'provision',
  'status',
  'watch',
  'list',
  'cancel',
  'token',
  'explain',
  'emulator',
])('%s --help has an example', async (verb) => {
  const { code, stdout } = await call([verb, '--help']);
  expect(code).toBe(0);
  expect(stdout).toContain(`Example:\n  identity-center ${verb}`);
  expect(stdout).toContain('--json');
});

test.concurrent.each([
  ['provision', freshAccount(), '--region', 'eu-west-1'],
  ['status', freshAccount()],
  ['watch', freshAccount()],
  ['list'],
  ['cancel', freshAccount()],
])('%s without a Temporal server: exit 5 within 10 s, with the address and the remedy', async (...args) => {
  const began = performance.now();
  const { code, stderr } = await call(args);
  expect(performance.now() - began).toBeLessThan(10_000);
  expect(code).toBe(5);
  expect(stderr).toContain(NOWHERE);
  expect(stderr).toContain('TEMPORAL_ADDRESS');
});

test.concurrent('worker with wrong settings: exit 2, naming every variable', async () => {
  const env = {
    IDENTITY_CENTER_ROLE_ARN: 'admin',
    IDENTITY_CENTER_MAX_CONCURRENT_CALLS: 'many',
    IDENTITY_CENTER_MAX_CALLS_PER_SECOND: '-1',
    IDENTITY_CENTER_LOG_LEVEL: 'loud',
  };
  const { code, stderr } = await command.run(['worker'], { env });
  expect(code).toBe(2);
  for (const [name, value] of Object.entries(env))
    expect(stderr).toMatch(new RegExp(`${name}: must be [^;"]+("none")?[^;"]*, not "${value}"`));
});

test.concurrent('--version is that of the package', async () => {
  const { version } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
    version: string;
  };
  await expect(command.run(['--version'])).resolves.toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
});

test.concurrent(
  'a variable of ours that is misspelled is warned of, with the right name; stdout stays the answer',
  async () => {
    const env = {
      IDENTITY_CENTER_TASKQUEUE: 'x',
      IDENTITY_CENTER_ROLE: 'y',
      IDENTITY_CENTER_PORT: 'tcp://10.0.0.1',
    };
    const { code, stdout, stderr } = await command.run(['token', 'identity-center/111122223333', '--json'], {
      env,
    });
    expect(code).toBe(0);
    expect(Object.keys(JSON.parse(stdout) as object)).toContain('clientToken');
    expect(stderr.trim().split('\n')).toEqual([
      'Warning: IDENTITY_CENTER_TASKQUEUE is set, and nothing reads it. Is IDENTITY_CENTER_TASK_QUEUE meant?',
      'Warning: IDENTITY_CENTER_ROLE is set, and nothing reads it. Is IDENTITY_CENTER_ROLE_ARN meant?',
    ]);
  },
);

test.concurrent('emulator serves until SIGTERM, then exits 0', async () => {
  const { child, finished, stdout } = command.start(['emulator', '--port', '0', '--json']);
  const { url } = JSON.parse(await until(stdout, (seen) => seen.endsWith('\n'))) as { url: string };
  await expect(fetch(`${url}/_emulator/calls`).then((response) => response.json())).resolves.toEqual([]);
  child.kill('SIGTERM');
  await expect(finished).resolves.toMatchObject({ code: 0 });
});

describe('up', () => {
  test.concurrent(
    'provisions the sample through throttling and a lost answer; the other verbs find it; Ctrl-C ends it within 10 s',
    async () => {
      // Its usual port is taken: that is no crash, and the others find it all the same.
      const inTheWay = await startEmulator({ port: 4599, freePortIfTaken: true });
      const env = { TEMPORAL_ADDRESS: '' };
      const { child, finished, stdout } = command.start(['up', '--json'], env);
      const started = JSON.parse(await until(stdout, (seen) => seen.endsWith('\n'))) as {
        emulatorUrl: string;
        uiUrl: string;
        runUrl: string;
        run: { stage: string; result: { outcome: string } };
      };
      expect(started.run).toMatchObject({ stage: 'active', result: { outcome: 'created', generation: 1 } });
      const calls = (await (
        await fetch(`${started.emulatorUrl}/_emulator/calls?operation=CreateInstance`)
      ).json()) as {
        token: string;
        outcome: string;
      }[];
      expect(calls.map((call) => call.outcome)).toEqual([
        'ThrottlingException',
        'ThrottlingException',
        'lost',
        'ok',
      ]);
      expect(new Set(calls.map((call) => call.token)).size).toBe(1);
      expect((await fetch(started.runUrl)).status).toBe(200);

      const second = await command.run(['up'], { env });
      expect(second.code).toBe(2);
      expect(second.stderr).toContain(`Already up, as process ${child.pid}`);
      const account = freshAccount();
      await expect(
        command.run(['provision', account, '--region', 'eu-west-1'], { env }),
      ).resolves.toMatchObject({ code: 0 });
      const refused = await command.run(['worker'], { env });
      expect(refused.code).toBe(2);
      expect(refused.stderr).toContain('has a worker of its own');

      const began = performance.now();
      child.kill('SIGINT');
      await expect(finished).resolves.toMatchObject({ code: 0 });
      expect(performance.now() - began).toBeLessThan(10_000);
      await inTheWay.close();

      // The server and AWS remember together, at whatever ports.
      const [port, uiPort, emulatorPort] = [
        await freePort(17_300),
        await freePort(18_300),
        await freePort(14_600),
      ];
      const ports = ['--port', `${port}`, '--ui-port', `${uiPort}`, '--emulator-port', `${emulatorPort}`];
      const again = command.start(['up', '--json', ...ports], env);
      const next = JSON.parse(await until(again.stdout, (seen) => seen.endsWith('\n'))) as typeof started;
      expect(next).toMatchObject({
        temporalAddress: `127.0.0.1:${port}`,
        uiUrl: `http://127.0.0.1:${uiPort}`,
        emulatorUrl: `http://127.0.0.1:${emulatorPort}`,
        dataFolder: command.env['IDENTITY_CENTER_HOME'],
        run: { stage: 'active', result: { outcome: 'alreadyProvisioned' } },
      });
      const status = await command.run(['status', account, '--json'], { env });
      const { instanceArn } = documentOf(status) as { instanceArn: string };
      expect(documentOf(status)).toMatchObject({ stage: 'active' });
      // Nobody has named the server: that it is this one is said.
      expect(status.stderr).toContain(
        `127.0.0.1:${port}, namespace default (the running "identity-center up")`,
      );
      const there = (await (await fetch(`${next.emulatorUrl}/_emulator/instances`)).json()) as object[];
      expect(there).toContainEqual(
        expect.objectContaining({ accountId: account, instanceArn, status: 'ACTIVE' }),
      );
      const home = path.join(command.env['IDENTITY_CENTER_HOME'] ?? '', 'another');
      const other = { ...env, IDENTITY_CENTER_HOME: home };
      const taken = await command.run(['up', '--port', `${port}`], { env: other });
      expect(taken).toMatchObject({
        code: 2,
        stderr: expect.stringContaining(`--port: port ${port}`) as unknown,
      });
      const twice = await command.run(['up', '--port', '17999', '--ui-port', '17999'], { env: other });
      expect(twice.stderr).toContain('--ui-port: port 17999 of 127.0.0.1 is asked for twice');
      again.child.kill('SIGTERM');
      await again.finished;

      // And they forget together.
      const fresh = await command.run(['up', '--fresh', '--exit', '--json'], { env });
      expect(documentOf(fresh)).toMatchObject({ run: { stage: 'active', result: { outcome: 'created' } } });
    },
  );

  test.concurrent('--exit leaves with the exit code of the run', async () => {
    const alone = commandRunner({});
    const { code, stdout } = await alone.run(['up', '--exit']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/Outcome +created/);
    alone.dispose();
  });

  test.concurrent(
    'a server that is not this machine is refused, as the emulator would answer its runs',
    async () => {
      const { code, stderr } = await command.run(['up'], {
        env: { TEMPORAL_ADDRESS: 'temporal.example.com:7233' },
      });
      expect(code).not.toBe(0);
      expect(stderr).toContain('not this machine');
    },
  );
});

import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Check } from '../../contract';
import { callAlone, commandRunner, documentOf, type CommandRunner } from '../support/command';
import { startHarness, type Harness } from '../support/harness';

let harness: Harness;
let command: CommandRunner;
beforeAll(async () => {
  // To list what all other tests have left would take long.
  harness = await startHarness({ worker: false, ownServer: {} });
  command = commandRunner({ TEMPORAL_ADDRESS: harness.address });
});
afterAll(async () => {
  command.dispose();
  await harness.stop();
});

const EMPTY = [
  ...['TEMPORAL_NAMESPACE', 'TEMPORAL_API_KEY', 'TEMPORAL_PROFILE', 'TEMPORAL_CONFIG_FILE', 'TEMPORAL_TLS'],
  ...['TEMPORAL_TLS_CLIENT_CERT_PATH', 'TEMPORAL_TLS_CLIENT_CERT_DATA', 'TEMPORAL_TLS_CLIENT_KEY_PATH'],
  ...['TEMPORAL_TLS_CLIENT_KEY_DATA', 'TEMPORAL_TLS_SERVER_CA_CERT_PATH', 'TEMPORAL_TLS_SERVER_CA_CERT_DATA'],
  ...['TEMPORAL_TLS_SERVER_NAME', 'IDENTITY_CENTER_TASK_QUEUE', 'IDENTITY_CENTER_ROLE_ARN'],
  ...['IDENTITY_CENTER_EXTERNAL_ID', 'AWS_REGION', 'AWS_PROFILE', 'https_proxy'],
];

test.each(['', ' ', '\n'])('variables that are %j count as unset', async (value) => {
  const env = Object.fromEntries(EMPTY.map((name) => [name, value]));
  const finished = await callAlone(['doctor', '--json'], { ...command.env, ...env });
  expect(finished.stderr).toBe('');
  const checks = documentOf(finished)['checks'] as Check[];
  expect(Object.fromEntries(checks.map(({ check, found }) => [check, found]))).toMatchObject({
    server: expect.any(String) as string,
    TLS: 'none, to this machine',
    namespace: 'default',
    workers: expect.stringContaining('task queue identity-center') as string,
  });
});

test('an address that is blank is the usual one; one with a line end is that without', async () => {
  const blank = await callAlone(['list', '--json'], { ...command.env, TEMPORAL_ADDRESS: ' ' });
  // Whether one listens at 7233 on this machine is not said here.
  expect(blank.stdout).not.toContain('TemporalSettingsError');
  const env = { TEMPORAL_ADDRESS: `${harness.address}\n` };
  await expect(callAlone(['list'], { ...command.env, ...env })).resolves.toMatchObject({ code: 0 });
});

test.each<[NodeJS.ProcessEnv, string]>([
  [{ TEMPORAL_TLS: 'yes' }, 'TEMPORAL_TLS'],
  [{ TEMPORAL_TLS_CLIENT_CERT_PATH: '/no/such.crt' }, 'TEMPORAL_TLS_CLIENT_CERT_PATH'],
  [{ TEMPORAL_TLS_CLIENT_KEY_DATA: 'garbage' }, 'TEMPORAL_TLS_CLIENT_KEY_DATA'],
  [{ TEMPORAL_TLS_SERVER_CA_CERT_PATH: __filename }, 'TEMPORAL_TLS_SERVER_CA_CERT_PATH'],
  [{ TEMPORAL_TLS_SERVER_CA_CERT_PATH: __dirname }, 'TEMPORAL_TLS_SERVER_CA_CERT_PATH'],
  [{ TEMPORAL_CONFIG_FILE: '/no/such.toml' }, 'TEMPORAL_CONFIG_FILE'],
  [{ TEMPORAL_CONFIG_FILE: __dirname }, 'TEMPORAL_CONFIG_FILE'],
  [{ TEMPORAL_PROFILE: 'nobody' }, 'TEMPORAL_PROFILE'],
  [{ TEMPORAL_API_KEY: 'two\nlines' }, 'TEMPORAL_API_KEY'],
  [{ TEMPORAL_GRPC_META_X: 'wörd' }, 'TEMPORAL_GRPC_META_X'],
])('%j: exit 2, which names the variable', async (env, setting) => {
  const finished = await callAlone(['list', '--json'], { ...command.env, ...env });
  expect([finished.code, finished.stderr]).toEqual([2, '']);
  expect(documentOf(finished)).toMatchObject({ error: { type: 'TemporalSettingsError', setting } });
});

test('a profile that is broken is named, and what it holds is not said', async () => {
  const file = command.file('broken.toml', '[profile.default]\napi_key = "tmprl_secret\n');
  const { code, stderr } = await callAlone(['list'], { ...command.env, TEMPORAL_CONFIG_FILE: file });
  expect(code).toBe(2);
  expect(stderr).toContain(file);
  expect(stderr).not.toContain('tmprl_secret');
});

describe('a home folder', () => {
  const verbs = [['list'], ['status', '111122223333'], ['token', 'w'], ['fleet', 'status', 'none']];

  test.concurrent.each(verbs)('that is not set, or is not there: %s is no stack', async (...args) => {
    for (const HOME of [undefined, '', '/nonexistent']) {
      const env = { HOME, IDENTITY_CENTER_HOME: undefined };
      const { code, stderr } = await command.run(args, { env });
      expect([0, 2]).toContain(code);
      expect(stderr).not.toMatch(/^ +at /m);
    }
  });

  test('that cannot be written to: up says what to set', async () => {
    const home = mkdtempSync(path.join(tmpdir(), 'identity-center-home-'));
    // The superuser may write anywhere but below a file.
    const folder = path.join(command.file('file', ''), 'below');
    chmodSync(home, 0o500);
    const { code, stderr } = await command.run(['up', '--exit'], { env: { IDENTITY_CENTER_HOME: folder } });
    rmSync(home, { recursive: true });
    expect(code).toBe(2);
    expect(stderr).toContain('Set IDENTITY_CENTER_HOME');
  });
});

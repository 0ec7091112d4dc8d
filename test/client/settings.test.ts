import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readTemporalSettings, TemporalSettingsError, type TemporalSettings } from '../../client';

const folder = mkdtempSync(path.join(tmpdir(), 'identity-center-settings-'));
const file = path.join(folder, 'temporal.toml');
const OURS = /^TEMPORAL_|_proxy$/i;
const before = { ...process.env };

afterAll(() => {
  rmSync(folder, { recursive: true });
});
afterEach(() => {
  process.env = { ...before };
});

/** Reads the settings as an environment and a profile have them. */
function read(env: NodeJS.ProcessEnv, profile = ''): TemporalSettings {
  writeFileSync(file, `[profile.default]\n${profile}\n[profile.prod]\naddress = "prod.example:7233"\n`);
  const others = Object.entries(before).filter(([name]) => !OURS.test(name));
  process.env = { ...Object.fromEntries(others), TEMPORAL_CONFIG_FILE: file, ...env };
  return readTemporalSettings();
}

function thrown(env: NodeJS.ProcessEnv, profile?: string): TemporalSettingsError {
  try {
    read(env, profile);
  } catch (error) {
    expect(error).toBeInstanceOf(TemporalSettingsError);
    return error as TemporalSettingsError;
  }
  throw new Error('nothing was thrown');
}

test('the environment goes before the profile that it names', () => {
  const profile = 'address = "own.example:7233"\nnamespace = "own"\napi_key = "a-key"';
  expect(read({ TEMPORAL_NAMESPACE: 'other' }, profile)).toEqual({
    connectionOptions: {
      address: 'own.example:7233',
      apiKey: 'a-key',
      tls: true,
      metadata: {},
    },
    namespace: 'other',
  });
  expect(read({ TEMPORAL_PROFILE: 'prod' }).connectionOptions.address).toBe('prod.example:7233');
});

test.each([
  ['address = 7233', 'profile.default.address', /must be text/],
  ['address = "https://own.example"', 'profile.default.address', /without "https/],
  ['tls = "on"', 'profile.default.tls', /must be a table/],
  ['[profile.default.tls]\ndisabled = "false"', 'profile.default.tls.disabled', /without quotes/],
  [
    '[profile.default.tls]\nclient_cert_path = "/no/such.pem"',
    'profile.default.tls.client_cert_path',
    /ENOENT/,
  ],
  ['[profile.default.tls]\nserver_ca_cert_data = "x"', 'profile.default.tls.server_ca_cert_data', /no cert/],
  ['api_key = "two\\nlines"', 'profile.default.api_key', /line end/],
  ['[profile.default.grpc_meta]\nx-team = "wörd"', 'profile.default.grpc_meta.x-team', /ASCII/],
  ['adress = "own.example:7233"', 'profile.default.adress', /did you mean address/],
  [
    '[profile.default.tls]\nclient_cert = "x"',
    'profile.default.tls.client_cert',
    /did you mean client_cert_/,
  ],
])('%j in a profile is named with its key and file', (profile, key, words) => {
  const { setting, message } = thrown({}, profile);
  expect(setting).toBe(`${key} in ${file}`);
  expect(message).toMatch(words);
});

test('what other tools keep in a profile is left alone', () => {
  const profile = 'oauth = { client_id = "x" }\n[profile.default.codec]\nendpoint = "http://localhost:8081"';
  expect(read({}, profile).connectionOptions.address).toBe('127.0.0.1:7233');
});

test('a profile that is not there is named, with those that are', () => {
  const { setting, message } = thrown({ TEMPORAL_PROFILE: 'prd' });
  expect(setting).toBe('TEMPORAL_PROFILE');
  expect(message).toContain('it has default, prod');
});

test('a file and its text at once: which of the two is wanted, nobody knows', () => {
  const profile = '[profile.default.tls]\nclient_cert_path = "/in/profile.pem"';
  const { setting, message } = thrown({ TEMPORAL_TLS_CLIENT_CERT_DATA: 'text' }, profile);
  expect(setting).toBe('TEMPORAL_TLS_CLIENT_CERT_DATA');
  expect(message).toContain(`profile.default.tls.client_cert_path in ${file} is set as well`);
});

test('headers have the names that every SDK gives them; an empty variable takes one away', () => {
  const profile = '[profile.default.grpc_meta]\nX-Team-Name = "profile"\nx_cost_centre_no = "7"';
  const env = { TEMPORAL_GRPC_META_X_TEAM_NAME: 'vending', TEMPORAL_GRPC_META_X_COST_CENTRE_NO: '' };
  expect(read({}, profile).connectionOptions.metadata).toEqual({
    'x-team-name': 'profile',
    'x-cost-centre-no': '7',
  });
  expect(read(env, profile).connectionOptions.metadata).toEqual({ 'x-team-name': 'vending' });
});

test('a key and an authorization header would be the same header', () => {
  const env = { TEMPORAL_API_KEY: 'a-key', TEMPORAL_GRPC_META_AUTHORIZATION: 'Bearer b-key' };
  const { setting, message } = thrown(env);
  expect(setting).toBe('TEMPORAL_GRPC_META_AUTHORIZATION');
  expect(message).toContain('TEMPORAL_API_KEY is set as well');
  expect(message).not.toMatch(/[ab]-key/);
});

test.each([
  [{ TEMPORAL_TLS_DISABLE_HOST_VERIFICATION: 'true' }, ''],
  [{}, '[profile.default.tls]\ndisable_host_verification = true'],
])('the name of the server is always checked: %j %j', (env, profile) => {
  expect(thrown(env, profile).message).toContain('TEMPORAL_TLS_SERVER_NAME');
});

test('a worker is told the proxy that the client finds by itself', () => {
  const env = {
    TEMPORAL_ADDRESS: 'temporal.example:7233',
    https_proxy: 'http://me:p%40ss@proxy.example:3128',
  };
  expect(read(env).connectionOptions.proxy).toEqual({
    type: 'http-connect',
    targetHost: 'proxy.example:3128',
    basicAuth: { username: 'me', password: 'p@ss' },
  });
  const odd = read({ ...env, https_proxy: 'http://me:100%@proxy.example:3128' }).connectionOptions.proxy;
  expect(odd?.basicAuth?.password).toBe('100%');
  expect(read({ ...env, no_proxy: '.example' }).connectionOptions).not.toHaveProperty('proxy');
});

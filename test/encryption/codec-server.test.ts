import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { defaultPayloadConverter } from '@temporalio/common';
import { exportJWK, generateKeyPair, SignJWT, type JWTPayload } from 'jose';
import {
  createTokenCheck,
  EncryptionCodec,
  KEYS_VARIABLE,
  KeyRing,
  readCodecSettings,
  startCodecServer,
  type CodecServer,
} from '../../encryption';
import { commandRunner } from '../support/command';
import { until } from '../support/harness';
import { keys, keysFile } from './keys';

const UI = 'https://temporal.example.com';
const TOKEN = 'a'.repeat(40);
const ISSUER = 'https://login.example.com/';

const file = keysFile(keys('current'));
const tokens = keysFile(`${TOKEN}\n`);
const plain = { metadata: { encoding: base64('json/plain') }, data: base64('{"accountId":"111122223333"}') };

let issuer: Server;
let signed: (
  claims: JWTPayload,
  more?: { issuer?: string; expires?: string; key?: 'another' },
) => Promise<string>;
let server: CodecServer;
const refusals: string[] = [];
const command = commandRunner({ [KEYS_VARIABLE]: file.path });

beforeAll(async () => {
  const pair = await generateKeyPair('ES256');
  const another = await generateKeyPair('ES256');
  const jwks = { keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'one', alg: 'ES256' }] };
  issuer = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(jwks));
  }).listen(0, '127.0.0.1');
  await until(
    () => issuer.listening,
    (listening) => listening,
  );
  signed = (claims, { issuer: by = ISSUER, expires = '5m', key } = {}) =>
    new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256', kid: 'one' })
      .setIssuer(by)
      .setAudience('temporal')
      .setExpirationTime(expires)
      .sign((key === 'another' ? another : pair).privateKey);
  const settings = readCodecSettings({
    IDENTITY_CENTER_CODEC_ORIGINS: `${UI}, http://127.0.0.1:8233`,
    IDENTITY_CENTER_CODEC_TOKENS_FILE: tokens.path,
    IDENTITY_CENTER_CODEC_JWKS_URL: `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/jwks.json`,
    IDENTITY_CENTER_CODEC_ISSUER: ISSUER,
    IDENTITY_CENTER_CODEC_AUDIENCE: 'temporal',
    IDENTITY_CENTER_CODEC_USERS: 'ada@example.com grace',
  });
  server = await startCodecServer({
    codec: new EncryptionCodec(await KeyRing.open(file.path)),
    host: '127.0.0.1',
    port: 0,
    origins: settings.origins,
    checkToken: await createTokenCheck(settings),
    onRefusal: (why) => refusals.push(why),
  });
});
afterAll(async () => {
  await server.close();
  issuer.close();
  issuer.closeAllConnections();
  command.dispose();
  file.dispose();
  tokens.dispose();
});

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

interface Asked {
  status: number;
  headers: Headers;
  body: { payloads?: { metadata: Record<string, string>; data: string }[]; error?: string };
}

async function ask(
  path: string,
  init: { token?: string; headers?: Record<string, string>; method?: string; body?: unknown } = {},
): Promise<Asked> {
  const { token = TOKEN, headers = {}, method = 'POST', body = { payloads: [plain] } } = init;
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: {
      'content-type': 'application/json',
      ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(method === 'POST' ? { body: typeof body === 'string' ? body : JSON.stringify(body) } : {}),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text === '' ? {} : (JSON.parse(text) as Asked['body']),
  };
}

test('what it encodes it decodes, under any path: the CLI puts the namespace there', async () => {
  const encoded = await ask('/encode');
  expect(encoded.status).toBe(200);
  expect(encoded.body.payloads?.[0]?.metadata['encoding']).toBe(base64('binary/encrypted'));
  expect(JSON.stringify(encoded.body)).not.toContain(plain.data);
  const decoded = await ask('/default/decode', { body: encoded.body });
  expect(decoded.body.payloads).toEqual([plain]);
  expect(
    defaultPayloadConverter.fromPayload({
      metadata: { encoding: Buffer.from('json/plain') },
      data: Buffer.from(decoded.body.payloads?.[0]?.data ?? '', 'base64'),
    }),
  ).toEqual({ accountId: '111122223333' });
});

test('plain payloads are handed back as they are, and none is none', async () => {
  expect((await ask('/decode')).body.payloads).toEqual([plain]);
  expect((await ask('/decode', { body: {} })).body.payloads).toEqual([]);
});

test('a page of the UI may ask, before and with its question', async () => {
  const headers = {
    origin: UI,
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization,content-type,x-namespace',
  };
  const before = await ask('/decode', { method: 'OPTIONS', token: '', headers });
  expect([before.status, before.headers.get('access-control-allow-origin')]).toEqual([204, UI]);
  expect(before.headers.get('access-control-allow-headers')).toBe('authorization, content-type, x-namespace');
  const asked = await ask('/decode', { headers: { origin: UI } });
  expect([asked.status, asked.headers.get('access-control-allow-origin')]).toEqual([200, UI]);
});

test.each(['https://evil.example.com', 'null', `${UI}.evil.example.com`, 'http://temporal.example.com'])(
  'a page of %s may not, though it had a token',
  async (origin) => {
    for (const method of ['OPTIONS', 'POST']) {
      const { status, headers, body } = await ask('/decode', { method, headers: { origin } });
      expect([status, headers.get('access-control-allow-origin')]).toEqual([403, null]);
      expect(body.error).toContain('IDENTITY_CENTER_CODEC_ORIGINS');
    }
  },
);

test.each([
  ['no token', ''],
  ['another token', 'b'.repeat(40)],
  ['a part of a token', TOKEN.slice(1)],
  ['what is no JWT', 'e30.e30.e30'],
])('%s: 401, and nothing is decoded', async (_case, token) => {
  const { status, headers, body } = await ask('/decode', { token });
  expect([status, headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
  expect(body.payloads).toBeUndefined();
  expect(refusals.at(-1)).toMatch(/^POST \/decode: 401 /);
  if (token !== '') expect(refusals.join()).not.toContain(token);
});

test('a JWT of the issuer is taken, of a user who may: by subject, or by e-mail address', async () => {
  for (const claims of [{ sub: 'grace' }, { sub: 'x', email: 'ada@example.com' }])
    expect((await ask('/decode', { token: await signed(claims) })).status).toBe(200);
});

test.each([
  ['another user', () => signed({ sub: 'mallory', email: 'mallory@example.com' })],
  ['a user without name', () => signed({})],
  [
    'an address that nobody has verified',
    () => signed({ sub: 'x', email: 'ada@example.com', email_verified: false }),
  ],
  ['another issuer', () => signed({ sub: 'grace' }, { issuer: 'https://evil.example.com/' })],
  ['one that is over', () => signed({ sub: 'grace' }, { expires: '-1m' })],
  ['one that another key has signed', () => signed({ sub: 'grace' }, { key: 'another' })],
  [
    'one that is not signed',
    async () => `${base64('{"alg":"none"}')}.${(await signed({ sub: 'grace' })).split('.')[1] ?? ''}.`,
  ],
])('a JWT of %s: 401', async (_case, token) => {
  expect((await ask('/decode', { token: await token() })).status).toBe(401);
});

test('a token that is withdrawn is of no more use', async () => {
  tokens.write('c'.repeat(40));
  expect((await ask('/decode')).status).toBe(401);
  tokens.write(`${TOKEN}\n`);
  expect((await ask('/decode')).status).toBe(200);
});

test.each([
  [
    'a tampered payload',
    {
      metadata: { encoding: base64('binary/encrypted'), 'encryption-key-id': base64('current') },
      data: base64('x'.repeat(60)),
    },
    /cannot be decrypted/,
  ],
  [
    'an unknown key',
    { metadata: { encoding: base64('binary/encrypted'), 'encryption-key-id': base64('gone') }, data: '' },
    /"gone".*IDENTITY_CENTER_ENCRYPTION_KEYS_FILE/,
  ],
])('%s: 400 with the reason', async (_case, payload, said) => {
  const { status, body } = await ask('/decode', { body: { payloads: [plain, payload] } });
  expect(status).toBe(400);
  expect(body.error).toMatch(said);
});

test.each([
  ['no JSON', '{', 400],
  ['no list', { payloads: 1 }, 400],
  ['no base64', { payloads: [{ data: '§' }] }, 400],
  ['a body that is too large', `{"payloads":[],"x":"${'x'.repeat(9 * 1024 * 1024)}"}`, 413],
])('%s: %d', async (_case, body, status) => {
  expect((await ask('/decode', { body })).status).toBe(status);
});

test('other paths and methods are told what there is; health needs no token', async () => {
  expect((await ask('/download')).status).toBe(404);
  expect((await ask('/decode', { method: 'GET' })).status).toBe(405);
  expect((await ask('/healthz', { method: 'GET', token: '' })).status).toBe(200);
});

test.each([
  [
    { IDENTITY_CENTER_CODEC_ORIGINS: 'temporal.example.com' },
    /^IDENTITY_CENTER_CODEC_ORIGINS: must be origins/,
  ],
  [{ IDENTITY_CENTER_CODEC_ORIGINS: '*' }, /^IDENTITY_CENTER_CODEC_ORIGINS: must be origins/],
  [
    { IDENTITY_CENTER_CODEC_JWKS_URL: 'http://login.example.com/jwks', IDENTITY_CENTER_CODEC_ISSUER: ISSUER },
    /^IDENTITY_CENTER_CODEC_JWKS_URL: must be an https URL/,
  ],
  [{ IDENTITY_CENTER_CODEC_ISSUER: ISSUER }, /go together/],
])('%j is refused by its name', (env, said) => {
  expect(() => readCodecSettings(env)).toThrow(said);
});

describe('identity-center codec-server', () => {
  const short = keysFile('secret');
  afterAll(() => {
    short.dispose();
  });

  test('serves until it is interrupted, and a port that is in use is named', async () => {
    const env = { IDENTITY_CENTER_CODEC_TOKENS_FILE: tokens.path };
    const running = command.start(['codec-server', '--port', '0', '--json'], env);
    const started = await until(running.stdout, (printed) => printed.includes('}'));
    const { url } = JSON.parse(started) as { url: string };
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect((await fetch(`${url}/decode`, { method: 'POST' })).status).toBe(401);
    const second = await command.run(['codec-server', '--port', new URL(url).port], { env });
    expect([second.code, second.stderr]).toEqual([
      2,
      expect.stringMatching(/--port: port \d+ of 127\.0\.0\.1 is in use/),
    ]);
    running.child.kill('SIGINT');
    expect((await running.finished).code).toBe(0);
  });

  test.each([
    [['codec-server'], {}, /it takes tokens only: set IDENTITY_CENTER_CODEC_TOKENS_FILE/],
    [['codec-server'], { [KEYS_VARIABLE]: '' }, /^IDENTITY_CENTER_ENCRYPTION_KEYS_FILE is not set/],
    [
      ['codec-server'],
      { IDENTITY_CENTER_CODEC_TOKENS_FILE: '/nowhere' },
      /IDENTITY_CENTER_CODEC_TOKENS_FILE: \/nowhere cannot be read/,
    ],
    [
      ['codec-server'],
      { IDENTITY_CENTER_CODEC_TOKENS_FILE: short.path },
      /must have tokens of 32 characters/,
    ],
    [
      ['codec-server', '--without-tokens', '--host', '0.0.0.0'],
      {},
      /--without-tokens is for this machine only/,
    ],
    [['codec-server', '--port', '70000'], {}, /must be a whole number/],
  ])('%j with %j does not start, and says why', async (args, env, said) => {
    const { code, stderr } = await command.run(args, { env });
    expect(code).toBe(2);
    expect(stderr).toMatch(said);
  });
});

import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AwsClock } from '../../../activities/aws/clock';
import type { Credentials } from '../../../activities/aws/clients';
import { askProviderChain, OwnCredentials } from '../../../activities/aws/own-credentials';
import { RequestHandler } from '../../../activities/aws/request-handler';
import { startEmulator } from '../../../sandbox';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** Credentials from a source that counts how often it is asked. */
function counted(give: () => Promise<Credentials> | Credentials, machineNow = Date.now) {
  const seen = { asked: 0, elapsed: 0 };
  const clock = new AwsClock(machineNow);
  const own = new OwnCredentials(
    async () => {
      seen.asked += 1;
      return give();
    },
    clock,
    () => seen.elapsed,
  );
  return { own, seen, clock };
}

const key = (accessKeyId: string, more: Partial<Credentials> = {}): Credentials => ({
  accessKeyId,
  secretAccessKey: 'secret',
  ...more,
});

test('what AWS refuses is asked for at once, by all together, and not again within seconds', async () => {
  let current = key('one');
  const { own, seen } = counted(() => ({ ...current }));
  const first = await own.get();
  seen.elapsed += 10 * SECOND;
  current = key('two');
  expect((await own.get()).accessKeyId).toBe('one');
  const renewed = await Promise.all(
    Array.from({ length: 1_000 }, async () => {
      own.refuse(first);
      return own.get();
    }),
  );
  expect(new Set(renewed.map(({ accessKeyId }) => accessKeyId))).toEqual(new Set(['two']));
  expect(seen.asked).toBe(2);
  // Refusals of what was replaced come late, and change nothing.
  own.refuse(first);
  await own.get();
  expect(seen.asked).toBe(2);
  // The new ones are refused too: within 5 s they are all that there is.
  const second = await own.get();
  for (let refusal = 0; refusal < 10; refusal += 1) {
    own.refuse(second);
    await own.get();
  }
  expect(seen.asked).toBe(2);
  seen.elapsed += 5 * SECOND;
  current = key('two', { secretAccessKey: 'corrected' });
  expect((await own.get()).secretAccessKey).toBe('corrected');
  expect(seen.asked).toBe(3);
});

test('without an expiry they are asked for every five minutes; the same ones stay the same object', async () => {
  let current = key('one');
  const { own, seen } = counted(() => ({ ...current }));
  const first = await own.get();
  for (let minute = 0; minute < 10; minute += 1) {
    seen.elapsed += MINUTE;
    expect(await own.get()).toBe(first);
  }
  expect(seen.asked).toBe(3);
  current = key('one', { sessionToken: 'new' });
  seen.elapsed += 5 * MINUTE;
  expect((await own.get()).sessionToken).toBe('new');
});

test('a source that fails: what is there is used as long as AWS takes it; without any, its error is shared for seconds', async () => {
  let fails = false;
  const { own, seen } = counted(() => (fails ? Promise.reject(new Error('no file')) : key('one')));
  const first = await own.get();
  fails = true;
  seen.elapsed += 5 * MINUTE;
  expect(await own.get()).toBe(first);
  seen.elapsed += 5 * SECOND;
  own.refuse(first);
  await expect(own.get()).rejects.toThrow('no file');
  const { asked } = seen;
  await expect(Promise.all([own.get(), own.get()])).rejects.toThrow('no file');
  expect(seen.asked).toBe(asked);
  fails = false;
  seen.elapsed += 5 * SECOND;
  await expect(own.get()).resolves.toEqual(key('one'));
});

test.each([-10 * MINUTE, 0, 10 * MINUTE])(
  'expiry is judged by AWS’s clock, where that of the machine is off by %d ms',
  async (off) => {
    let awsTime = Date.parse('2026-11-26T12:00:00Z');
    const expiring = (minutes: number) => key('x', { expiration: new Date(awsTime + minutes * MINUTE) });
    const { own, seen, clock } = counted(
      () => expiring(15),
      () => awsTime + off,
    );
    const signing = { systemClockOffset: 0 };
    clock.share(signing);
    signing.systemClockOffset = -off;
    const pass = (minutes: number) => {
      awsTime += minutes * MINUTE;
      seen.elapsed += minutes * MINUTE;
    };
    const first = await own.get();
    pass(9);
    expect(await own.get()).toBe(first);
    expect(seen.asked).toBe(1);
    pass(2);
    expect(await own.get()).not.toBe(first);
    expect(seen.asked).toBe(2);
  },
);

test('a source that never answers is asked again after a minute', async () => {
  let answers = false;
  const { own, seen } = counted(() => (answers ? key('one') : new Promise<Credentials>(() => undefined)));
  void own.get();
  answers = true;
  seen.elapsed += 30 * SECOND;
  void own.get();
  expect(seen.asked).toBe(1);
  seen.elapsed += 31 * SECOND;
  await expect(own.get()).resolves.toEqual(key('one'));
});

describe('the provider chain of the SDK', () => {
  let home: string;
  const before = { ...process.env };
  beforeEach(() => {
    home = mkdtempSync(path.join(tmpdir(), 'identity-center-'));
    mkdirSync(path.join(home, '.aws', 'sso', 'cache'), { recursive: true });
    for (const name of Object.keys(process.env))
      if (name.startsWith('AWS_')) Reflect.deleteProperty(process.env, name);
    Object.assign(process.env, {
      HOME: home,
      AWS_SHARED_CREDENTIALS_FILE: path.join(home, '.aws', 'credentials'),
      AWS_CONFIG_FILE: path.join(home, '.aws', 'config'),
      AWS_EC2_METADATA_DISABLED: 'true',
    });
  });
  afterEach(() => {
    process.env = { ...before };
    rmSync(home, { recursive: true, force: true });
  });

  const write = (name: string, text: string) => {
    const file = path.join(home, '.aws', name);
    writeFileSync(file, text, { mode: 0o700 });
    return file;
  };
  const chain = (endpoint?: string) => {
    const seen = { elapsed: 0 };
    const own = new OwnCredentials(
      askProviderChain(new RequestHandler(), endpoint, () => 'us-east-1'),
      new AwsClock(Date.now),
      () => seen.elapsed,
    );
    return async (refused?: Credentials) => {
      seen.elapsed += 10 * SECOND;
      if (refused !== undefined) own.refuse(refused);
      return own.get();
    };
  };
  const profile = (keyId: string) =>
    `[default]\naws_access_key_id=${keyId}\naws_secret_access_key=s\naws_session_token=t-${keyId}\n`;

  test('~/.aws/credentials that is rewritten', async () => {
    write('credentials', profile('ONE'));
    const get = chain();
    const first = await get();
    write('credentials', profile('TWO'));
    expect((await get()).accessKeyId).toBe('ONE');
    await expect(get(first)).resolves.toMatchObject({ accessKeyId: 'TWO', sessionToken: 't-TWO' });
    const second = await get();
    write('credentials', '');
    await expect(get(second)).rejects.toThrow(/Could not load credentials|IMDS|Metadata/i);
    write('credentials', profile('THREE'));
    await expect(get()).resolves.toMatchObject({ accessKeyId: 'THREE' });
  });

  test('a profile that only appears later, and one in the config file', async () => {
    const get = chain();
    await expect(get()).rejects.toMatchObject({ name: 'CredentialsProviderError' });
    write('config', '[profile other]\naws_access_key_id=OTHER\naws_secret_access_key=s\n');
    process.env['AWS_PROFILE'] = 'other';
    await expect(get()).resolves.toMatchObject({ accessKeyId: 'OTHER' });
  });

  test('credential_process without an expiry', async () => {
    const counter = path.join(home, 'count');
    const script = write(
      'give',
      `#!/bin/sh\necho x >> ${counter}\necho '{"Version":1,"AccessKeyId":"P'$(wc -l < ${counter} | tr -d ' ')'","SecretAccessKey":"s"}'\n`,
    );
    write('config', `[default]\ncredential_process=${script}\n`);
    const get = chain();
    const first = await get();
    expect(first.accessKeyId).toBe('P1');
    await get();
    expect((await get(first)).accessKeyId).toBe('P2');
    expect(readFileSync(counter, 'utf8')).toBe('x\nx\n');
  });

  test('a web identity token that is rotated in its file', async () => {
    const emulator = await startEmulator({ port: 0 });
    const token = (claims: object) =>
      write('token', `x.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`);
    process.env['AWS_WEB_IDENTITY_TOKEN_FILE'] = token({ exp: 1 });
    process.env['AWS_ROLE_ARN'] = 'arn:aws:iam::999999999999:role/worker';
    try {
      const get = chain(emulator.url);
      await expect(get()).rejects.toMatchObject({ name: 'ExpiredTokenException' });
      token({ exp: Date.now() / 1000 + 3_600, sub: 'pod' });
      const first = await get();
      expect(first.accessKeyId).toMatch(/^ASIA/);
      expect((await get(first)).accessKeyId).not.toBe(first.accessKeyId);
    } finally {
      await emulator.close();
    }
  });

  test('an SSO session that somebody signs in to again', async () => {
    const portal = createServer((request, response) => {
      const token = String(request.headers['x-amz-sso_bearer_token']);
      const roleCredentials = {
        accessKeyId: `FROM-${token}`,
        secretAccessKey: 's',
        sessionToken: 't',
        expiration: Date.now() + 60 * MINUTE,
      };
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ roleCredentials }));
    });
    await new Promise<void>((resolve) => portal.listen(0, '127.0.0.1', resolve));
    const startUrl = 'https://example.awsapps.com/start';
    const signIn = (accessToken: string, expiresAt: number) =>
      write(
        `sso/cache/${createHash('sha1').update(startUrl).digest('hex')}.json`,
        JSON.stringify({ accessToken, expiresAt: new Date(expiresAt).toISOString() }),
      );
    write(
      'config',
      `[default]\nsso_start_url=${startUrl}\nsso_region=us-east-1\nsso_account_id=999999999999\nsso_role_name=worker\n`,
    );
    try {
      const get = chain(`http://127.0.0.1:${(portal.address() as AddressInfo).port}`);
      signIn('old', Date.now() - MINUTE);
      await expect(get()).rejects.toThrow(/has expired/);
      signIn('new', Date.now() + 60 * MINUTE);
      await expect(get()).resolves.toMatchObject({ accessKeyId: 'FROM-new' });
    } finally {
      portal.close();
      portal.closeAllConnections();
    }
  });
});

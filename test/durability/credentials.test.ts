import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { emulatorSettings, startWorkerProcess, type WorkerProcess } from '../../sandbox';
import { startProxy } from '../support/proxy';
import { freshAccount, requestFor, startHarness, until, type Harness } from '../support/harness';
import { temporalAddress } from '../support/temporal';

const MANAGEMENT = '999999999999';
const SKEWED_CLOCK = path.join(__dirname, '..', '..', 'chaos', 'machine', 'skewed-clock.cjs');

/** The production worker as a process, in a home of its own. */
async function startInHome(env: (home: string) => NodeJS.ProcessEnv) {
  const harness = await startHarness({ worker: false });
  const home = mkdtempSync(path.join(tmpdir(), 'identity-center-'));
  mkdirSync(path.join(home, '.aws'));
  let worker: WorkerProcess | undefined;
  return {
    harness,
    write: (name: string, text: string) => {
      writeFileSync(path.join(home, '.aws', name), text, { mode: 0o700 });
    },
    start: async () => {
      worker = await startWorkerProcess(temporalAddress(), harness.taskQueue, harness.emulator.url, {
        HOME: home,
        AWS_EC2_METADATA_DISABLED: 'true',
        ...env(home),
      });
    },
    stop: async () => {
      await worker?.kill();
      await harness.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** Keys of the worker's own that AWS can stop to know. */
async function ownKeys({ emulator }: Harness) {
  const { credentials } = emulatorSettings('');
  const sts = new STSClient({ region: 'us-east-1', endpoint: emulator.url, credentials });
  const role = { RoleArn: `arn:aws:iam::${MANAGEMENT}:role/worker`, RoleSessionName: 'worker' };
  const { Credentials: issued } = await sts.send(new AssumeRoleCommand(role));
  return {
    id: issued?.AccessKeyId ?? '',
    secret: issued?.SecretAccessKey ?? '',
    token: issued?.SessionToken ?? '',
  };
}

const provision = (harness: Harness) => harness.client.provision(requestFor(freshAccount()));
const refusals = ({ emulator }: Harness, code: string) =>
  emulator.calls().filter(({ outcome }) => outcome === code).length;

const noKeys = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined };

test.concurrent(
  'keys that are rewritten in ~/.aws/credentials are taken up by a worker that runs',
  async () => {
    const it = await startInHome(() => noKeys);
    const { harness, write } = it;
    const renew = async () => {
      const { id, secret, token } = await ownKeys(harness);
      write(
        'credentials',
        `[default]\naws_access_key_id=${id}\naws_secret_access_key=${secret}\naws_session_token=${token}\n`,
      );
    };
    try {
      await renew();
      await it.start();
      await expect(provision(harness)).resolves.toMatchObject({ status: 'ACTIVE' });
      harness.emulator.forgetSessions();
      const runs = Promise.all([provision(harness), provision(harness), provision(harness)]);
      await until(
        () => refusals(harness, 'InvalidClientTokenId'),
        (count) => count >= 3,
      );
      await renew();
      await expect(runs).resolves.toHaveLength(3);
    } finally {
      await it.stop();
    }
  },
);

test.concurrent('so are those of a credential_process that names no expiry', async () => {
  const it = await startInHome(() => noKeys);
  const { harness, write } = it;
  const renew = async () => {
    const { id, secret, token } = await ownKeys(harness);
    const document = { Version: 1, AccessKeyId: id, SecretAccessKey: secret, SessionToken: token };
    write('answer.json', JSON.stringify(document));
  };
  try {
    write('config', '[default]\ncredential_process=/bin/sh -c "cat $HOME/.aws/answer.json"\n');
    await renew();
    await it.start();
    await provision(harness);
    harness.emulator.forgetSessions();
    await renew();
    await expect(provision(harness)).resolves.toMatchObject({ status: 'ACTIVE' });
  } finally {
    await it.stop();
  }
});

test.concurrent(
  'so is a web identity token, and the session that it gave is made anew when AWS forgets it',
  async () => {
    const it = await startInHome((home) => ({
      ...noKeys,
      AWS_WEB_IDENTITY_TOKEN_FILE: path.join(home, '.aws', 'token'),
      AWS_ROLE_ARN: `arn:aws:iam::${MANAGEMENT}:role/worker`,
    }));
    const { harness, write } = it;
    const renew = (seconds: number) => {
      const claims = JSON.stringify({ exp: Math.floor(Date.now() / 1000) + seconds });
      write('token', `x.${Buffer.from(claims).toString('base64url')}.x`);
    };
    try {
      renew(3_600);
      await it.start();
      await provision(harness);
      harness.emulator.forgetSessions();
      renew(3_600);
      await expect(provision(harness)).resolves.toMatchObject({ status: 'ACTIVE' });
      expect(harness.emulator.calls({ operation: 'AssumeRoleWithWebIdentity' }).length).toBeGreaterThan(1);
    } finally {
      await it.stop();
    }
  },
);

test.concurrent.each([-600_000, 600_000, 7_200_000])(
  'a worker whose clock is off by %d ms: each run ends ACTIVE, and AWS refuses a call or two in all',
  async (off) => {
    const it = await startInHome(() => ({
      NODE_OPTIONS: `--require ${SKEWED_CLOCK}`,
      CHAOS_CLOCK_MS: String(off),
    }));
    const { harness } = it;
    try {
      await it.start();
      for (let run = 0; run < 3; run += 1)
        await expect(provision(harness)).resolves.toMatchObject({ outcome: 'created' });
      const { emulator } = harness;
      expect(refusals(harness, 'SignatureDoesNotMatch')).toBeGreaterThan(0);
      expect(refusals(harness, 'SignatureDoesNotMatch')).toBeLessThanOrEqual(2);
      expect(refusals(harness, 'InvalidSignatureException')).toBe(0);
      // Whether a session is over is told by AWS's clock: one for each account.
      const sessions = emulator.calls({ operation: 'AssumeRole' }).filter(({ outcome }) => outcome === 'ok');
      expect(sessions).toHaveLength(3);
    } finally {
      await it.stop();
    }
  },
);

test.concurrent(
  'variables that are empty are unset ones, and nothing local goes by way of a proxy',
  async () => {
    const proxy = await startProxy(() => ({ status: 503 }));
    const it = await startInHome(() => ({
      AWS_REGION: '',
      AWS_DEFAULT_REGION: ' ',
      AWS_PROFILE: '',
      AWS_ENDPOINT_URL_STS: '',
      AWS_ENDPOINT_URL_SSO_ADMIN: '',
      AWS_CA_BUNDLE: '',
      AWS_ROLE_ARN: '',
      AWS_WEB_IDENTITY_TOKEN_FILE: '',
      AWS_SESSION_TOKEN: '',
      AWS_USE_FIPS_ENDPOINT: '',
      AWS_USE_DUALSTACK_ENDPOINT: '',
      AWS_MAX_ATTEMPTS: '',
      AWS_RETRY_MODE: '',
      IDENTITY_CENTER_EXTERNAL_ID: '',
      NO_PROXY: '',
      HTTPS_PROXY: proxy.url,
      HTTP_PROXY: proxy.url,
      https_proxy: proxy.url,
      http_proxy: proxy.url,
      grpc_proxy: proxy.url,
    }));
    try {
      await it.start();
      await expect(provision(it.harness)).resolves.toMatchObject({ status: 'ACTIVE' });
      expect(proxy.asked).toEqual([]);
      const regions = it.harness.emulator.calls({ operation: 'AssumeRole' }).map(({ region }) => region);
      expect(regions).toEqual(['us-east-1']);
    } finally {
      await it.stop();
      await proxy.close();
    }
  },
);

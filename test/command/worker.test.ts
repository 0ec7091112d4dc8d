import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { emulatorEnvironment } from '../../sandbox';
import { commandRunner, type CommandRunner, type Running } from '../support/command';
import { isFull } from '../support/full';
import { openGate, type Gate, type Refusal } from '../support/gate';
import { freshAccount, requestFor, startHarness, until, type Harness } from '../support/harness';
import { NOWHERE, quietPort } from '../support/ports';
import { temporalAddress } from '../support/temporal';

let folder: string;
let harness: Harness;
let command: CommandRunner;
const open: { close(): Promise<void> }[] = [];
const running: Running[] = [];

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'identity-center-worker-'));
  harness = await startHarness({ worker: false });
  command = commandRunner({
    IDENTITY_CENTER_TASK_QUEUE: harness.taskQueue,
    ...emulatorEnvironment(harness.emulator.url),
  });
});
afterEach(async () => {
  for (const { child, finished } of running.splice(0)) {
    child.kill('SIGKILL');
    await finished;
  }
  await Promise.all(open.splice(0).map((gate) => gate.close()));
});
afterAll(async () => {
  await harness.stop();
  command.dispose();
  rmSync(folder, { recursive: true, force: true });
});

async function gateTo(options: Parameters<typeof openGate>[1] = {}): Promise<Gate> {
  const gate = await openGate(temporalAddress(), options);
  open.push(gate);
  return gate;
}

function startWorker(env: NodeJS.ProcessEnv) {
  const worker = command.start(['worker', '--json'], env);
  running.push(worker);
  return worker;
}

const serves = (worker: Running) => until(worker.stdout, (seen) => seen.endsWith('\n'));
const says = (worker: Running, words: RegExp | string) =>
  until(worker.stderr, (seen) => (typeof words === 'string' ? seen.includes(words) : words.test(seen)));

async function provisionsOne(): Promise<void> {
  await expect(harness.client.provision(requestFor(freshAccount()))).resolves.toMatchObject({
    outcome: 'created',
  });
}

async function endsInOrder({ child, finished }: Running): Promise<void> {
  child.kill('SIGTERM');
  await expect(finished).resolves.toMatchObject({ code: 0 });
}

test('a worker that comes before its server says so, with address and reason, waits for it, and serves', async () => {
  const port = await quietPort();
  const worker = startWorker({ TEMPORAL_ADDRESS: `127.0.0.1:${port}` });
  await says(worker, /does not serve.*127\.0\.0\.1/);
  expect(worker.stdout()).toBe('');
  // Who it is to AWS it says meanwhile.
  await says(worker, 'The worker is arn:aws:iam::999999999999:user/emulator to AWS.');
  await gateTo({ port });
  await serves(worker);
  await provisionsOne();
  await endsInOrder(worker);
});

const REFUSALS: [string, Refusal, RegExp][] = [
  ['a key that is refused', { code: 16, message: 'invalid api key' }, /invalid api key/],
  ['a permission that is missing', { code: 7, message: 'Request unauthorized.' }, /unauthorized/],
  [
    'a namespace that is not there',
    { code: 5, message: 'Namespace default is not found.' },
    /has no namespace default/,
  ],
];
// The SDK gives up after a minute.
if (isFull)
  REFUSALS.push([
    'something else at the address',
    { code: 12, message: 'unknown service' },
    /unknown service/,
  ]);

test.each(REFUSALS)('%s at the start is said, and no end', async (_name, refusal, words) => {
  const gate = await gateTo();
  gate.judge = () => refusal;
  const worker = startWorker({ TEMPORAL_ADDRESS: gate.address });
  await says(worker, /does not serve/);
  await says(worker, words);
  expect(worker.stderr()).toContain(gate.address);
  gate.judge = () => undefined;
  await serves(worker);
  await endsInOrder(worker);
});

// The SDK gives up after a minute.
if (isFull)
  test('a server that is away for longer than the SDK waits, and then refuses, is outlived by the same process', async () => {
    const gate = await gateTo();
    const worker = startWorker({ TEMPORAL_ADDRESS: gate.address });
    await serves(worker);
    await provisionsOne();
    const refusal = { code: 7, message: 'the namespace is being moved' };
    gate.judge = () => refusal;
    await says(worker, 'Worker failed');
    await says(worker, /does not serve.*the namespace is being moved/);
    gate.judge = () => undefined;
    await says(worker, 'serves again');
    await provisionsOne();
    expect(worker.child.exitCode).toBeNull();
    // The log says in words what ended the polls.
    const failed =
      worker
        .stderr()
        .split('\n')
        .find((line) => line.includes('"Worker failed"')) ?? '';
    expect(JSON.parse(failed)).toMatchObject({ error: { type: 'TransportError', message: refusal.message } });
    await endsInOrder(worker);
  });

test('a key that is renewed in the profile is used from then on, without a restart', async () => {
  const gate = await gateTo();
  const profile = path.join(folder, 'temporal.toml');
  const write = (key: string) => {
    writeFileSync(
      `${profile}.new`,
      `[profile.default]\napi_key = "${key}"\n[profile.default.tls]\ndisabled = true\n`,
    );
    renameSync(`${profile}.new`, profile);
  };
  write('key-one');
  const worker = startWorker({ TEMPORAL_ADDRESS: gate.address, TEMPORAL_CONFIG_FILE: profile });
  await serves(worker);
  expect(new Set(gate.seen.map(({ authorization }) => authorization))).toEqual(new Set(['Bearer key-one']));
  gate.judge = ({ authorization }) =>
    authorization === 'Bearer key-two' ? undefined : { code: 16, message: 'this key is no more' };
  write('key-two');
  await says(worker, 'uses the renewed keys');
  await provisionsOne();
  expect(worker.stderr()).not.toMatch(/key-one|key-two/);
  expect(worker.stderr()).not.toContain('does not serve');
  await endsInOrder(worker);
});

test('certificates that are renewed in their files are used from then on; a half-written one changes nothing', async () => {
  const ca = makeCertificate('ca');
  const [server, first, second] = ['localhost', 'first', 'second'].map((name) => makeCertificate(name, ca));
  const [cert, key] = [path.join(folder, 'client.pem'), path.join(folder, 'client.key')];
  const install = (pair: Certificate) => {
    writeFileSync(cert, readFileSync(pair.cert));
    writeFileSync(key, readFileSync(pair.key));
  };
  install(first!);
  const names: string[] = [];
  const gate = await gateTo({
    tls: {
      cert: readFileSync(server!.cert),
      key: readFileSync(server!.key),
      ca: readFileSync(ca.cert),
      requestCert: true,
      rejectUnauthorized: true,
    },
  });
  gate.onSession = (name) => names.push(name);
  const worker = startWorker({
    TEMPORAL_ADDRESS: gate.address,
    TEMPORAL_TLS: 'true',
    TEMPORAL_TLS_CLIENT_CERT_PATH: cert,
    TEMPORAL_TLS_CLIENT_KEY_PATH: key,
    TEMPORAL_TLS_SERVER_CA_CERT_PATH: ca.cert,
    TEMPORAL_TLS_SERVER_NAME: 'localhost',
  });
  await serves(worker);
  writeFileSync(cert, '-----BEGIN CERTIFICATE-----\nhalf');
  await says(worker, 'the old ones stay in use');
  await provisionsOne();
  install(second!);
  await says(worker, 'uses the renewed keys');
  await provisionsOne();
  expect(names.at(0)).toBe('first');
  expect(names.at(-1)).toBe('second');
  await endsInOrder(worker);
});

test.each<[string, NodeJS.ProcessEnv, RegExp]>([
  [
    'without credentials',
    { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_EC2_METADATA_DISABLED: 'true' },
    /CredentialsProviderError.*Give the worker credentials that work/,
  ],
  [
    'with a Region that is none',
    { AWS_REGION: 'eu-wst-1', AWS_ENDPOINT_URL: '' },
    /no Region \\"eu-wst-1\\" \(did you mean eu-west-1\?\).*Correct AWS_REGION of the worker/,
  ],
])('a worker %s says what to do, and serves; doctor says the same', async (_name, env, words) => {
  const address = { TEMPORAL_ADDRESS: temporalAddress() };
  const worker = startWorker({ ...address, HOME: folder, ...env });
  await says(worker, words);
  expect(worker.stderr()).toContain('"level":"warn"');
  await serves(worker);
  const { code, stdout } = await command.run(['doctor', '--json'], { env: address });
  expect(code).toBe(1);
  expect(stdout).toMatch(words);
  await endsInOrder(worker);
});

test('a worker whose output nobody reads any more serves on', async () => {
  const worker = startWorker({ TEMPORAL_ADDRESS: temporalAddress() });
  worker.child.stdout?.destroy();
  await provisionsOne();
  await endsInOrder(worker);
});

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  '%s ends a worker in good order, and so does one that comes twice at once, as npm passes them on',
  async (signal) => {
    const worker = startWorker({ TEMPORAL_ADDRESS: temporalAddress() });
    await serves(worker);
    worker.child.kill(signal);
    worker.child.kill(signal);
    await expect(worker.finished).resolves.toMatchObject({ code: 0 });
  },
);

test('SIGTERM ends a worker that waits for its server', async () => {
  const worker = startWorker({ TEMPORAL_ADDRESS: NOWHERE });
  await says(worker, 'does not serve');
  await endsInOrder(worker);
});

interface Certificate {
  cert: string;
  key: string;
}

/** Makes a certificate of a name, signed by itself or by a CA. */
function makeCertificate(name: string, ca?: Certificate): Certificate {
  const [cert, key, config] = ['pem', 'key', 'cnf'].map((end) => path.join(folder, `${name}.${end}`)) as [
    string,
    string,
    string,
  ];
  writeFileSync(
    config,
    `[req]\ndistinguished_name=dn\nx509_extensions=ext\nprompt=no\n[dn]\nCN=${name}\n[ext]\nsubjectAltName=DNS:${name}\nbasicConstraints=critical,CA:${ca === undefined ? 'TRUE' : 'FALSE'}\n`,
  );
  const make = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const signed = ca === undefined ? [] : ['-CA', ca.cert, '-CAkey', ca.key];
  execFileSync(
    'openssl',
    [...make, '-days', '2', '-config', config, '-keyout', key, '-out', cert, ...signed],
    { stdio: 'pipe' },
  );
  return { cert, key };
}

import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connectToTemporal, IdentityCenterClient, readTemporalSettings } from '../../client';
import { SEARCH_ATTRIBUTE_NAMES, type Check } from '../../contract';
import { emulatorEnvironment, startEmulator, type Emulator } from '../../sandbox';
import { startCluster, type Cluster } from '../../sandbox/cluster';
import { keySetOf, makeKeyIssuer } from '../support/api-keys';
import { makeAuthority, type Authority, type Certificate } from '../support/certificates';
import { canRunCluster } from '../support/cluster';
import { commandRunner, documentOf, type CommandRunner, type Running } from '../support/command';
import { freshAccount, requestFor, until } from '../support/harness';

const HOST = 'temporal.test';
const TASK_QUEUE = 'secured';
const PERMISSIONS = ['default:write'];

/** Keys and certificates for the cluster, and for those who come to it. */
let folder: string;
let clusterFolder: string;
let cluster: Cluster;
let emulator: Emulator;
let command: CommandRunner;
let authority: Authority;
let nextAuthority: Authority;
let stranger: Authority;
const issuer = makeKeyIssuer('first');
const nextIssuer = makeKeyIssuer('second');
const running: Running[] = [];

const at = (name: string) => path.join(folder, name);

/** Replaces a file whole: whoever reads it has the old text or the new. */
function replaceFile(file: string, text: string): void {
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}

/** Has the server take the certificates of these. Of a file with two it does not notice that the second has changed. */
function trust(...authorities: [Authority, Authority]): void {
  for (const [index, { cert }] of authorities.entries()) replaceFile(at(`trusted-${index + 1}.pem`), cert);
}

/** Installs a client certificate and a key, as the profile names them. */
function install(pair: Certificate, apiKey: string): void {
  replaceFile(at('client.pem'), pair.cert);
  replaceFile(at('client.key'), pair.key);
  const profile = (name: string, key: boolean, pair: boolean) =>
    [
      `[profile.${name}]`,
      `address = "${cluster.address}"`,
      'namespace = "default"',
      ...(key ? [`api_key = "${apiKey}"`] : []),
      `[profile.${name}.tls]`,
      `server_name = "${HOST}"`,
      `server_ca_cert_path = "${authority.certFile}"`,
      ...(pair
        ? [`client_cert_path = "${at('client.pem')}"`, `client_key_path = "${at('client.key')}"`]
        : []),
      `[profile.${name}.grpc_meta]`,
      'x-team-name = "vending"',
      '',
    ].join('\n');
  const profiles = [
    profile('all', true, true),
    profile('keyless', false, true),
    profile('bare', true, false),
  ];
  replaceFile(at('temporal.toml'), profiles.join('\n'));
}

function start(args: string[], env: NodeJS.ProcessEnv = {}): Running {
  const started = command.start(args, env);
  running.push(started);
  return started;
}

(canRunCluster ? describe : describe.skip)('a cluster that asks for TLS, certificates and keys', () => {
  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'secured-'));
    clusterFolder = mkdtempSync(path.join(tmpdir(), 'secured-cluster-'));
    [authority, nextAuthority, stranger] = ['authority', 'next-authority', 'stranger'].map((name) =>
      makeAuthority(folder, name),
    ) as [Authority, Authority, Authority];
    const admin = authority.issue('admin');
    trust(authority, authority);
    replaceFile(at('keys.json'), keySetOf(issuer));
    cluster = await startCluster({
      folder: clusterFolder,
      searchAttributes: SEARCH_ATTRIBUTE_NAMES,
      // Else a connection that stands would go on for five minutes with what it began with.
      dynamicConfig: { 'frontend.keepAliveMaxConnectionAge': '2s' },
      security: {
        ...authority.issue('server', { hosts: [HOST] }),
        others: { 'past.test': authority.issue('past', { hosts: ['past.test'], days: -1 }) },
        clientAuthorityFiles: [at('trusted-1.pem'), at('trusted-2.pem')],
        keySetFile: at('keys.json'),
        access: {
          tls: {
            serverNameOverride: HOST,
            serverRootCACertificate: Buffer.from(authority.cert),
            clientCertPair: { crt: Buffer.from(admin.cert), key: Buffer.from(admin.key) },
          },
          apiKey: issuer.issue(['temporal-system:admin']),
        },
      },
    });
    emulator = await startEmulator({ port: 0 });
    emulator.setFaults({ creationMs: 0, deletionMs: 0 });
    install(authority.issue('client'), issuer.issue(PERMISSIONS));
    const settings = { TEMPORAL_CONFIG_FILE: at('temporal.toml'), TEMPORAL_PROFILE: 'all' };
    Object.assign(process.env, settings);
    command = commandRunner({
      ...settings,
      IDENTITY_CENTER_TASK_QUEUE: TASK_QUEUE,
      ...emulatorEnvironment(emulator.url),
    });
  });
  afterEach(async () => {
    for (const { child, finished } of running.splice(0)) {
      child.kill('SIGKILL');
      await finished;
    }
  });
  afterAll(async () => {
    await emulator.close();
    await cluster.stop();
    command.dispose();
    for (const each of [folder, clusterFolder]) rmSync(each, { recursive: true, force: true });
  });

  const serves = (worker: Running) => until(worker.stdout, (seen) => seen.endsWith('\n'));
  const says = (worker: Running, words: string) => until(worker.stderr, (seen) => seen.includes(words));

  test('worker, library and command take it all from a profile; doctor looks at it', async () => {
    await serves(start(['worker', '--json']));
    const client = await IdentityCenterClient.connect();
    const account = freshAccount();
    await expect(
      new IdentityCenterClient(client.temporal, TASK_QUEUE).provision(requestFor(account)),
    ).resolves.toMatchObject({ outcome: 'created' });
    await client.close();
    const finished = await command.run(['doctor', account, '--json']);
    const checks = (documentOf(finished)['checks'] ?? []) as Check[];
    expect(checks.filter(({ ok }) => !ok)).toEqual([]);
    const found = Object.fromEntries(checks.map((it) => [it.check, it.found]));
    expect(found).toMatchObject({
      TLS: expect.stringMatching(/^TLSv1\.3, the server is CN=server, valid until .* more$/) as string,
      'client certificate': expect.stringMatching(/^CN=client, valid until/) as string,
      'API key': expect.stringMatching(/^valid until .*, for (?:1 hour|60 minutes) more$/) as string,
      retention: expect.stringContaining('3 days') as string,
      instances: expect.stringContaining('ACTIVE') as string,
    });
  });

  const FAULTS: [name: string, env: () => NodeJS.ProcessEnv, code: string][] = [
    ['no TLS', () => ({ TEMPORAL_TLS: 'false' }), 'TLS_REQUIRED'],
    [
      'a wrong authority',
      () => ({ TEMPORAL_TLS_SERVER_CA_CERT_PATH: stranger.certFile }),
      'CERTIFICATE_UNKNOWN',
    ],
    [
      'a server whose certificate has expired',
      () => ({ TEMPORAL_TLS_SERVER_NAME: 'past.test' }),
      'CERTIFICATE_EXPIRED',
    ],
    ['a wrong name', () => ({ TEMPORAL_TLS_SERVER_NAME: 'other.test' }), 'CERTIFICATE_NAME'],
    ['no client certificate', () => ({ TEMPORAL_PROFILE: 'bare' }), 'CLIENT_CERTIFICATE_MISSING'],
    [
      'a client certificate of a stranger',
      () => clientCertificate(stranger.issue('intruder')),
      'CLIENT_CERTIFICATE_REFUSED',
    ],
    [
      'a client certificate that has expired',
      () => clientCertificate(authority.issue('old-client', { days: -1 })),
      'CLIENT_CERTIFICATE_REFUSED',
    ],
    ['no key', () => ({ TEMPORAL_PROFILE: 'keyless' }), 'PERMISSION_DENIED'],
    [
      'a key that has expired',
      () => ({ TEMPORAL_API_KEY: issuer.issue(PERMISSIONS, -60) }),
      'PERMISSION_DENIED',
    ],
    [
      'a key of an unknown issuer',
      () => ({ TEMPORAL_API_KEY: makeKeyIssuer('first').issue(PERMISSIONS) }),
      'PERMISSION_DENIED',
    ],
    [
      'a key for another namespace',
      () => ({ TEMPORAL_API_KEY: issuer.issue(['other:admin']) }),
      'PERMISSION_DENIED',
    ],
  ];

  function clientCertificate({ certFile, keyFile }: Certificate): NodeJS.ProcessEnv {
    return { TEMPORAL_TLS_CLIENT_CERT_PATH: certFile, TEMPORAL_TLS_CLIENT_KEY_PATH: keyFile };
  }

  test.each(FAULTS)('%s: the command says so, with its code', async (_name, env, code) => {
    const finished = await command.run(['status', freshAccount(), '--json'], { env: env() });
    expect(finished.code).toBe(5);
    expect(documentOf(finished)).toMatchObject({ error: { code } });
  });

  const OF_THE_WORKER = ['a wrong authority', 'no client certificate', 'a key that has expired'];

  test('a worker says so as well, and goes on trying', async () => {
    const words = [
      'its certificate is of no authority that is known here',
      'asks for a client certificate',
      'does not allow it in namespace default',
    ];
    for (const [index, name] of OF_THE_WORKER.entries()) {
      const [, env] = FAULTS.find(([fault]) => fault === name)!;
      const worker = start(['worker', '--json'], env());
      await says(worker, words[index]!);
      expect(worker.child.exitCode).toBeNull();
      expect(worker.stderr()).toContain('it tries again in');
      worker.child.kill('SIGKILL');
    }
  });

  test('keys and certificates are renewed, and the old ones taken back, under a worker and a client that stand', async () => {
    const worker = start(['worker', '--json']);
    await serves(worker);
    const old = readTemporalSettings();
    const client = new IdentityCenterClient(await connectToTemporal(), TASK_QUEUE);
    await expect(client.provision(requestFor(freshAccount()))).resolves.toMatchObject({ status: 'ACTIVE' });
    // The server takes both for a while, and learns of it within a second.
    trust(authority, nextAuthority);
    replaceFile(at('keys.json'), keySetOf(issuer, nextIssuer));
    const pair = nextAuthority.issue('next-client');
    install(pair, nextIssuer.issue(PERMISSIONS));
    await says(worker, 'uses the renewed keys');
    trust(nextAuthority, nextAuthority);
    replaceFile(at('keys.json'), keySetOf(nextIssuer));
    await until(
      () => connectToTemporal(old).then(close, (error: unknown) => (error as { code?: string }).code),
      (code) => code === 'CLIENT_CERTIFICATE_REFUSED',
    );
    await expect(client.provision(requestFor(freshAccount()))).resolves.toMatchObject({
      outcome: 'created',
    });
    await client.close();
    expect(worker.stderr()).not.toContain('does not serve');
  });
});

async function close({ connection }: Awaited<ReturnType<typeof connectToTemporal>>): Promise<undefined> {
  await connection.close();
}

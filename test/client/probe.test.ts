import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ServerCredentials } from '@grpc/grpc-js';
import { connectToTemporal, type TemporalSettings } from '../../client';
import { startStandIn, type StandIn } from '../support/grpc-stand-in';
import { NOWHERE } from '../support/ports';

const folder = mkdtempSync(path.join(tmpdir(), 'identity-center-tls-'));
const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
const pem = (name: string) => readFileSync(path.join(folder, name));

/** Makes a certificate `<name>.crt`, signed by an authority, which is another such or the built-in `ca`. */
function certificate(name: string, subject: string, alternatives: string, validity: readonly string[]) {
  openssl(
    'req',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    `${name}.key`,
    '-out',
    `${name}.csr`,
    '-subj',
    subject,
  );
  writeFileSync(path.join(folder, `${name}.ext`), `subjectAltName=${alternatives}\n`);
  openssl(
    ...['x509', '-req', '-in', `${name}.csr`, '-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial'],
    ...['-out', `${name}.crt`, '-extfile', `${name}.ext`, ...validity],
  );
}

function authority(name: string) {
  openssl(
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', `/CN=${name}`],
    ...['-keyout', `${name}.key`, '-out', `${name}.crt`],
  );
}

const running: { stop: () => unknown }[] = [];
const servers: Record<'plain' | 'tls' | 'expired' | 'otherName' | 'asksForCertificate', StandIn> =
  {} as never;
let web: HttpServer;
let silent: Server;

function serverCredentials(name: string, asks = false): ServerCredentials {
  const pair = { private_key: pem(`${name}.key`), cert_chain: pem(`${name}.crt`) };
  return ServerCredentials.createSsl(asks ? pem('ca.crt') : null, [pair], asks);
}

const portOf = (server: Server) => (server.address() as { port: number }).port;
const listening = async <S extends Server>(server: S): Promise<S> => {
  const sockets: Socket[] = [];
  server.on('connection', (socket) => sockets.push(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  running.push({
    stop: () => {
      server.close();
      // A client that waits for a word has not gone.
      for (const socket of sockets) socket.destroy();
    },
  });
  return server;
};

beforeAll(async () => {
  authority('ca');
  authority('other');
  certificate('here', '/CN=localhost', 'DNS:localhost,IP:127.0.0.1', ['-days', '2']);
  certificate('elsewhere', '/CN=elsewhere', 'DNS:elsewhere.example', ['-days', '2']);
  certificate('past', '/CN=localhost', 'DNS:localhost,IP:127.0.0.1', ['-days', '-1']);
  const start = async (credentials?: ServerCredentials) => {
    const server = await startStandIn(() => undefined, credentials);
    running.push(server);
    return server;
  };
  servers.plain = await start();
  servers.tls = await start(serverCredentials('here'));
  servers.expired = await start(serverCredentials('past'));
  servers.otherName = await start(serverCredentials('elsewhere'));
  servers.asksForCertificate = await start(serverCredentials('here', true));
  web = await listening(createHttpServer((_request, response) => response.end('<html></html>')));
  silent = await listening(createServer((socket) => socket.on('error', () => undefined).resume()));
});
afterAll(() => {
  for (const { stop } of running) stop();
  rmSync(folder, { recursive: true });
});

type Tls = NonNullable<TemporalSettings['connectionOptions']['tls']>;
const trusting = (more: object = {}): Tls => ({ serverRootCACertificate: pem('ca.crt'), ...more });
const withPair = (name: string) => ({ clientCertPair: { crt: pem(`${name}.crt`), key: pem(`${name}.key`) } });

const MISTAKES: [string, () => string, () => Tls, string, RegExp][] = [
  ['nothing listens', () => NOWHERE, () => false, 'CONNECTION_REFUSED', /TEMPORAL_ADDRESS/],
  ['nothing listens, with TLS', () => NOWHERE, () => true, 'CONNECTION_REFUSED', /up/],
  ['no such host', () => 'no-such-host.invalid:7233', () => false, 'NO_SUCH_HOST', /TEMPORAL_ADDRESS/],
  ['no such host, with TLS', () => 'no-such-host.invalid', () => true, 'NO_SUCH_HOST', /TEMPORAL_ADDRESS/],
  ['TLS to a server without', () => servers.plain.address, () => true, 'NOT_TLS', /TEMPORAL_TLS=false/],
  ['TLS to a web page', () => `127.0.0.1:${portOf(web)}`, () => true, 'NOT_TLS', /TEMPORAL_TLS=false/],
  ['no TLS to a server with it', () => servers.tls.address, () => false, 'TLS_REQUIRED', /TEMPORAL_TLS=true/],
  [
    'no TLS to a server that wants a certificate',
    () => servers.asksForCertificate.address,
    () => false,
    'TLS_REQUIRED',
    /TEMPORAL_TLS=true/,
  ],
  [
    'an authority of its own',
    () => servers.tls.address,
    () => true,
    'CERTIFICATE_UNKNOWN',
    /TEMPORAL_TLS_SERVER_CA_CERT_PATH/,
  ],
  [
    'another authority',
    () => servers.tls.address,
    () => ({ serverRootCACertificate: pem('other.crt') }),
    'CERTIFICATE_UNKNOWN',
    /TEMPORAL_TLS_SERVER_CA_CERT_PATH/,
  ],
  ['an expired certificate', () => servers.expired.address, () => trusting(), 'CERTIFICATE_EXPIRED', /clock/],
  [
    'a certificate of another name',
    () => servers.otherName.address,
    () => trusting(),
    'CERTIFICATE_NAME',
    /TEMPORAL_TLS_SERVER_NAME/,
  ],
  [
    'another name that is asked for',
    () => servers.tls.address,
    () => trusting({ serverNameOverride: 'other.example' }),
    'CERTIFICATE_NAME',
    /TEMPORAL_TLS_SERVER_NAME/,
  ],
  [
    'no client certificate',
    () => servers.asksForCertificate.address,
    () => trusting(),
    'CLIENT_CERTIFICATE_MISSING',
    /TEMPORAL_TLS_CLIENT_CERT_PATH/,
  ],
  [
    'an unknown client certificate',
    () => servers.asksForCertificate.address,
    () => trusting(withPair('other')),
    'CLIENT_CERTIFICATE_REFUSED',
    /TEMPORAL_TLS_CLIENT_CERT_PATH/,
  ],
  ['a web page', () => `127.0.0.1:${portOf(web)}`, () => false, 'NOT_TEMPORAL', /8233/],
  ['silence', () => `127.0.0.1:${portOf(silent)}`, () => false, 'NO_ANSWER', /firewall/],
  ['silence, with TLS', () => `127.0.0.1:${portOf(silent)}`, () => true, 'NO_ANSWER', /firewall/],
];

test.concurrent.each(MISTAKES)(
  '%s: its code, and what is at fault',
  async (_name, address, tls, code, remedy) => {
    const begin = performance.now();
    const at = address();
    const connecting = connectToTemporal({
      connectionOptions: { address: at, tls: tls() },
      namespace: 'default',
    });
    const error: unknown = await connecting.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      name: 'TemporalUnreachableError',
      code,
      address: at,
      category: 'unreachable',
    });
    expect((error as Error).message).toMatch(remedy);
    // Five to connect, five to look; the machine may be busy.
    expect(performance.now() - begin).toBeLessThan(30_000);
  },
);

test.concurrent('what is set right connects', async () => {
  const connect = async (address: string, tls: Tls) =>
    (
      await connectToTemporal({ connectionOptions: { address, tls }, namespace: 'default' })
    ).connection.close();
  await connect(servers.plain.address, false);
  await connect(servers.tls.address, trusting());
  await connect(servers.otherName.address, trusting({ serverNameOverride: 'elsewhere.example' }));
  await connect(servers.asksForCertificate.address, trusting(withPair('here')));
});

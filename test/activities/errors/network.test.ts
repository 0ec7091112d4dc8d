import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { DescribeInstanceCommand, SSOAdminClient } from '@aws-sdk/client-sso-admin';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { classify } from '../../../activities/errors/classify';
import { wasNothingSent } from '../../../activities/errors/network';

const failed = (code: string, more: object = {}, message = code) =>
  Object.assign(new Error(message), { code, ...more });

test.each<[string, unknown]>([
  ['no such host', failed('ENOTFOUND', { syscall: 'getaddrinfo', hostname: 'sso.x.amazonaws.com' })],
  ['a name server that does not answer', failed('EAI_AGAIN', { syscall: 'getaddrinfo' })],
  ['a host without an address', failed('EAI_NODATA')],
  ['nobody listens', failed('ECONNREFUSED', { syscall: 'connect' })],
  ['no route', failed('EHOSTUNREACH', { syscall: 'connect' })],
  ['no network', failed('ENETUNREACH')],
  ['a firewall that refuses', failed('EPERM', { syscall: 'connect' })],
  ['no file descriptor left', failed('EMFILE', { syscall: 'connect' })],
  ['a time-out of the connection', failed('ETIMEDOUT', { syscall: 'connect' })],
  ['a reset of the connection while it was made', failed('ECONNRESET', { syscall: 'connect' })],
  [
    'a time-out of the connection, as the SDK says it',
    Object.assign(
      new Error('the request socket did not establish a connection with the server within 3000 ms'),
      {
        name: 'TimeoutError',
      },
    ),
  ],
  [
    'a connection that was cut before TLS',
    failed(
      'ECONNRESET',
      {},
      'Client network socket disconnected before secure TLS connection was established',
    ),
  ],
  ...[
    ...['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID', 'CERT_REVOKED', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ...['SELF_SIGNED_CERT_IN_CHAIN', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    ...['ERR_TLS_CERT_ALTNAME_INVALID', 'ERR_TLS_HANDSHAKE_TIMEOUT', 'HOSTNAME_MISMATCH'],
  ].map((code): [string, unknown] => [`a certificate: ${code}`, failed(code)]),
  ['no TLS on the other side', failed('ERR_SSL_WRONG_VERSION_NUMBER')],
  [
    'no TLS, as older versions say it',
    failed('EPROTO', { syscall: 'write' }, 'SSL routines:wrong version number'),
  ],
  [
    'each of several addresses in vain',
    Object.assign(
      new AggregateError([
        failed('ECONNREFUSED', { syscall: 'connect' }),
        failed('ENETUNREACH', { syscall: 'connect' }),
      ]),
      { code: 'ECONNREFUSED', name: 'TimeoutError' },
    ),
  ],
  [
    'each of several addresses in vain, without a code of their own',
    new AggregateError([
      failed('ETIMEDOUT', { syscall: 'connect' }),
      failed('EHOSTUNREACH', { syscall: 'connect' }),
    ]),
  ],
  ['the cause of another error', new TypeError('fetch failed', { cause: failed('ECONNREFUSED') })],
  ['a proxy that wants credentials', { name: 'SyntaxError', $metadata: { httpStatusCode: 407 } }],
  ['a proxy that refuses', new Error('tunneling socket could not be established, statusCode=503')],
  ['a proxy that refuses, elsewhere', new Error('Bad response: 502')],
  [
    'a proxy that refuses, as our agent says it',
    new Error('Proxy response to CONNECT: 407 Proxy Authentication Required'),
  ],
  [
    'no connection, as the SDK wraps what another realm throws',
    new Error('AWS SDK error wrapper for Error: connect ECONNREFUSED 127.0.0.1:1'),
  ],
  ['a proxy that breaks off', new Error('Proxy connection ended before receiving CONNECT response')],
])('%s: nothing was sent', (_what, error) => {
  expect(wasNothingSent(error)).toBe(true);
  expect(classify(error)).toMatchObject({ situation: 'nothingSent', type: 'NothingSent' });
});

test.each<[string, unknown]>([
  ['a reset', failed('ECONNRESET', { syscall: 'read' }, 'read ECONNRESET')],
  ['a reset without more', failed('ECONNRESET', {}, 'socket hang up')],
  ['a broken pipe', failed('EPIPE', { syscall: 'write' })],
  ['a time-out of an open connection', failed('ETIMEDOUT', { syscall: 'read' })],
  ['a route that was lost under way', failed('EHOSTUNREACH', { syscall: 'read' })],
  ['a network that was lost under way', failed('ENETUNREACH', { syscall: 'write' })],
  [
    'a time-out of the SDK',
    Object.assign(new Error('timed out'), { name: 'TimeoutError', code: 'ETIMEDOUT' }),
  ],
  ['a bad record after the handshake', failed('ERR_SSL_SSLV3_ALERT_BAD_RECORD_MAC')],
  [
    'one of several addresses that answered',
    new AggregateError([
      failed('ECONNREFUSED', { syscall: 'connect' }),
      failed('ECONNRESET', { syscall: 'read' }),
    ]),
  ],
  ["a proxy's page", { name: 'SyntaxError', $metadata: { httpStatusCode: 503 }, code: 'ENOTFOUND' }],
  ['nothing known', new Error('odd')],
  [
    'a cause without end',
    Object.assign(new Error('x'), {
      get cause() {
        return this;
      },
    }),
  ],
])('%s: AWS may have seen it', (_what, error) => {
  expect(wasNothingSent(error)).toBe(false);
  expect(classify(error)).toMatchObject({ situation: 'answerLost' });
});

describe('what this version of Node and of the SDK really throw', () => {
  async function thrownBy(endpoint: string, connectionTimeout = 1_000): Promise<unknown> {
    const client = new SSOAdminClient({
      region: 'eu-west-1',
      endpoint,
      maxAttempts: 1,
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
      requestHandler: new NodeHttpHandler({ connectionTimeout, requestTimeout: 2_000 }),
    });
    const InstanceArn = 'arn:aws:sso:::instance/ssoins-0123456789abcdef';
    return client.send(new DescribeInstanceCommand({ InstanceArn })).then(
      () => undefined,
      (error: unknown) => error,
    );
  }

  /** Serves connections on a free port of this machine while something is done with it. */
  async function withServer(server: net.Server, use: (port: number) => Promise<void>): Promise<void> {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      await use((server.address() as net.AddressInfo).port);
    } finally {
      server.close();
    }
  }

  const answerOf = async (endpoint: string) => classify(await thrownBy(endpoint));

  test('a port that nobody listens on', async () => {
    let port = 0;
    await withServer(net.createServer(), (free) => Promise.resolve(void (port = free)));
    expect(await answerOf(`http://127.0.0.1:${port}`)).toMatchObject({ situation: 'nothingSent' });
    expect(await answerOf(`http://localhost:${port}`)).toMatchObject({ situation: 'nothingSent' });
  });

  test('a host that there is not', async () => {
    expect(await answerOf('http://sso.eu-west-9.invalid')).toMatchObject({ situation: 'nothingSent' });
  });

  test('a server that speaks no TLS', async () => {
    const server = http.createServer((_request, response) => response.end());
    await withServer(server, async (port) => {
      expect(await answerOf(`https://127.0.0.1:${port}`)).toMatchObject({ situation: 'nothingSent' });
    });
  });

  test('a server that ends each connection before TLS', async () => {
    const server = net.createServer((socket) => socket.destroy());
    await withServer(server, async (port) => {
      expect(await answerOf(`https://127.0.0.1:${port}`)).toMatchObject({ situation: 'nothingSent' });
    });
  });

  test('a server without a certificate that fits any client', async () => {
    await withServer(https.createServer({}), async (port) => {
      expect(await answerOf(`https://127.0.0.1:${port}`)).toMatchObject({ situation: 'nothingSent' });
    });
  });

  test('a server that reads the request, and ends the connection: AWS may have seen it', async () => {
    const server = net.createServer((socket) => socket.once('data', () => socket.destroy()));
    await withServer(server, async (port) => {
      expect(await answerOf(`http://127.0.0.1:${port}`)).toMatchObject({ situation: 'answerLost' });
    });
  });
});

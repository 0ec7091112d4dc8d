import { ListInstancesCommand, SSOAdminClient } from '@aws-sdk/client-sso-admin';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { request as httpRequest } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { readNetworkSettings, type NetworkSettings } from '../../../activities/aws/network';
import { RequestHandler } from '../../../activities/aws/request-handler';
import { accessAws } from '../../../activities/aws/access';
import { Pacer } from '../../../activities/aws/pacer';
import { classify } from '../../../activities/errors/classify';
import { emulatorSettings, startEmulator, type Emulator } from '../../../sandbox';
import { makeCertificates, type Certificates } from '../../support/certificates';
import { startProxy, type TestProxy } from '../../support/proxy';

// Nobody but the proxy knows it.
const HOST = 'aws.example.test';

let certificates: Certificates;
let emulator: Emulator;
let tls: Server;
let tlsPort: number;
let proxy: TestProxy;
beforeAll(async () => {
  certificates = makeCertificates(HOST);
  emulator = await startEmulator({ port: 0 });
  tls = createServer(certificates, (incoming, response) => {
    const { method, url, headers } = incoming;
    const onward = httpRequest(`${emulator.url}${url}`, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => tls.listen(0, '127.0.0.1', resolve));
  tlsPort = (tls.address() as AddressInfo).port;
});
beforeEach(async () => {
  proxy = await startProxy((host) =>
    host === 'refused.example.test'
      ? { status: 403 }
      : { port: host.startsWith('plain') ? emulator.port : tlsPort },
  );
});
afterEach(() => proxy.close());
afterAll(async () => {
  tls.close();
  tls.closeAllConnections();
  await emulator.close();
  certificates.dispose();
});

// Jest's errors are not the SDK's, which wraps them: they are told by their words.
const network = (env: Record<string, string>) => readNetworkSettings({ ...env });

function clients(settings: NetworkSettings, endpoint: string) {
  const config = {
    region: 'eu-west-1',
    endpoint,
    maxAttempts: 1,
    requestHandler: new RequestHandler(settings),
    credentials: emulatorSettings('').credentials,
  };
  const [sts, admin] = [new STSClient(config), new SSOAdminClient(config)];
  return async () => {
    const { Account } = await sts.send(new GetCallerIdentityCommand({}));
    await admin.send(new ListInstancesCommand({}));
    return Account;
  };
}

test.each(['HTTPS_PROXY', 'https_proxy'])(
  '%s: calls go through a tunnel, whose end AWS_CA_BUNDLE vouches for; connections are kept',
  async (variable) => {
    const env = { [variable]: proxy.url, AWS_CA_BUNDLE: certificates.authorityFile };
    const call = clients(network(env), `https://${HOST}`);
    await expect(call()).resolves.toBe('999999999999');
    await call();
    expect(proxy.asked).toEqual([`${HOST}:443`]);
  },
);

test('user and password of the proxy are sent to it', async () => {
  const env = {
    HTTPS_PROXY: proxy.url.replace('//', '//me:se%20cret@'),
    AWS_CA_BUNDLE: certificates.authorityFile,
  };
  await clients(network(env), `https://${HOST}`)();
  expect(proxy.authorizations).toEqual([`Basic ${Buffer.from('me:se cret').toString('base64')}`]);
});

test('without AWS_CA_BUNDLE the end of the tunnel is not trusted', async () => {
  const call = clients(network({ HTTPS_PROXY: proxy.url }), `https://${HOST}`);
  await expect(call()).rejects.toThrow('unable to verify the first certificate');
});

test('AWS_CA_BUNDLE holds without a proxy as well', async () => {
  const env = { AWS_CA_BUNDLE: certificates.authorityFile };
  // It is reached, and then found to have another name.
  const call = clients(network(env), `https://localhost:${tlsPort}`);
  await expect(call()).rejects.toThrow("does not match certificate's altnames");
  await expect(clients({}, `https://localhost:${tlsPort}`)()).rejects.toThrow(
    'unable to verify the first certificate',
  );
});

test.each([HOST, 'example.test', '.example.test', '*'])('NO_PROXY=%s: not by the proxy', async (noProxy) => {
  const call = clients(network({ HTTPS_PROXY: proxy.url, NO_PROXY: noProxy }), `https://${HOST}`);
  await expect(call()).rejects.toThrow(/ENOTFOUND|EAI_AGAIN/);
  expect(proxy.asked).toEqual([]);
});

test('HTTP_PROXY passes on what is not encrypted, and nothing else', async () => {
  const env = { HTTP_PROXY: proxy.url, AWS_CA_BUNDLE: certificates.authorityFile };
  await expect(clients(network(env), 'http://plain.example.test')()).resolves.toBe('999999999999');
  expect(new Set(proxy.asked)).toEqual(new Set(['http://plain.example.test/']));
  await expect(clients(network(env), `https://${HOST}`)()).rejects.toThrow('getaddrinfo');
});

test('this machine is never reached by way of a proxy', async () => {
  const env = { HTTPS_PROXY: proxy.url, HTTP_PROXY: proxy.url };
  await expect(clients(network(env), emulator.url)()).resolves.toBe('999999999999');
  await expect(clients(network(env), emulator.url.replace('127.0.0.1', 'localhost'))()).resolves.toBe(
    '999999999999',
  );
  expect(proxy.asked).toEqual([]);
});

test('a proxy that refuses, and one that is not there, are told', async () => {
  const refused = clients(network({ HTTPS_PROXY: proxy.url }), 'https://refused.example.test');
  await expect(refused()).rejects.toThrow('Proxy response to CONNECT: 403');
  await refused().catch((error: unknown) => {
    expect(classify(error).situation).toBe('nothingSent');
  });
  const { url } = proxy;
  await proxy.close();
  await expect(clients(network({ HTTPS_PROXY: url }), `https://${HOST}`)()).rejects.toThrow('ECONNREFUSED');
  proxy = await startProxy(() => ({ port: tlsPort }));
});

test('an account is opened by way of the proxy: STS and Identity Center', async () => {
  const opened = accessAws(
    {
      ...emulatorSettings(`https://${HOST}`),
      network: network({ HTTPS_PROXY: proxy.url, AWS_CA_BUNDLE: certificates.authorityFile }),
    },
    Date.now,
    new Pacer(undefined),
  ).openAccount('111122223333', 'eu-west-1', {
    timeToAnswer: () => 5_000,
    cancellation: new AbortController().signal,
    onAnswer: () => undefined,
  });
  await expect(opened.identityCenter.listOwnInstances()).resolves.toEqual([]);
  expect(proxy.asked.length).toBeGreaterThan(0);
});

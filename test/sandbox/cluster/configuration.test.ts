import { parse } from 'yaml';
import { claimAddresses, type Place } from '../../../sandbox/cluster/addresses';
import {
  dynamicConfiguration,
  serverConfiguration,
  uiConfiguration,
} from '../../../sandbox/cluster/configuration';
import { MEMBER_NAMES, PART_NAMES, type PartName } from '../../../sandbox/cluster/parts';

const places = Object.fromEntries(
  PART_NAMES.map((name, index) => [
    name,
    {
      host: `127.73.9.${index + 1}`,
      port: 7233 + index,
      membershipPort: 6933,
      httpPort: 7243 + index,
      internal: { port: 7300, membershipPort: 6936, httpPort: 7246 },
    },
  ]),
) as Record<PartName, Place>;
const database = { host: '127.73.9.1', port: 5432, user: 'postgres', password: 'a-password' };

test('a process binds to an address of its own, and tells the others that address', () => {
  const file = parse(serverConfiguration('history-2', places, database, '/dynamic.yaml')) as object;
  expect(file).toMatchObject({
    global: { membership: { broadcastAddress: '127.73.9.4' } },
    services: {
      history: { rpc: { bindOnIP: '127.73.9.4', grpcPort: 7236, membershipPort: 6933 } },
      // Nexus requests go to the frontend's.
      frontend: { rpc: { httpPort: 7244 } },
    },
    clusterMetadata: { clusterInformation: { active: { rpcAddress: '127.73.9.2:7234' } } },
    dynamicConfigClient: { filepath: '/dynamic.yaml' },
  });
});

test('a cluster with security asks clients for certificate and key, and has a way of its own for its workers', () => {
  const plain = parse(serverConfiguration('worker', places, database, '')) as { services: object };
  expect(plain.services).not.toHaveProperty('internal-frontend');
  const security = {
    ...{ certFile: '/server.pem', keyFile: '/server.key', clientAuthorityFiles: ['/ca.pem'] },
    keySetFile: '/keys.json',
    others: { 'past.test': { certFile: '/past.pem', keyFile: '/past.key' } },
    access: { tls: {}, apiKey: 'an administrator' },
  };
  const text = serverConfiguration('worker', places, database, '', security);
  const asked = { requireClientAuth: true, clientCaFiles: ['/ca.pem'] };
  expect(parse(text)).toMatchObject({
    global: {
      tls: { frontend: { server: asked, hostOverrides: { 'past.test': asked } } },
      authorization: { authorizer: 'default', jwtKeyProvider: { keySourceURIs: ['file:///keys.json'] } },
    },
    services: { 'internal-frontend': { rpc: { grpcPort: 7300, membershipPort: 6936 } } },
  });
  expect(text).not.toContain('an administrator');
});

test('all processes have one database with the same shards, and two stores in it', () => {
  const stores = MEMBER_NAMES.map(
    (name) => (parse(serverConfiguration(name, places, database, '')) as { persistence: object }).persistence,
  );
  expect(new Set(stores.map((it) => JSON.stringify(it))).size).toBe(1);
  expect(stores[0]).toMatchObject({
    numHistoryShards: 16,
    datastores: {
      state: { sql: { databaseName: 'temporal', connectAddr: '127.73.9.1:5432', password: 'a-password' } },
      visibility: { sql: { databaseName: 'temporal_visibility', pluginName: 'postgres12' } },
    },
  });
});

test('the UI is on loopback, and finds the frontend', () => {
  expect(parse(uiConfiguration(places))).toMatchObject({
    host: '127.73.9.8',
    port: 7240,
    temporalGrpcAddress: '127.73.9.2:7234',
  });
});

test('dynamic configuration is written as the server reads it', () => {
  expect(parse(dynamicConfiguration({ 'limit.historyCount.error': 200 }))).toEqual({
    'limit.historyCount.error': [{ value: 200 }],
  });
});

(process.platform === 'linux' ? test : test.skip)(
  'two clusters at once have no address in common',
  async () => {
    const both = [await claimAddresses(0), await claimAddresses(0)];
    try {
      const hosts = both.flatMap((it) => MEMBER_NAMES.map((name) => it.places[name].host));
      expect(new Set(hosts).size).toBe(2 * MEMBER_NAMES.length);
      expect(hosts.every((host) => host.startsWith('127.'))).toBe(true);
    } finally {
      for (const { release } of both) release();
    }
  },
);

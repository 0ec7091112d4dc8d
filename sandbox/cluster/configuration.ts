import { stringify } from 'yaml';
import type { Place } from './addresses';
import { MEMBERS, type MemberName, type PartName } from './parts';
import { securityConfiguration, type ClusterSecurity } from './security';

/** PostgreSQL as a server of Temporal's reaches it. */
export interface DatabaseAccess extends Pick<Place, 'host' | 'port'> {
  user: string;
  password: string;
}

/** Databases of Temporal's: its state, and what lists find. */
export const DATABASES = { state: 'temporal', visibility: 'temporal_visibility' } as const;

/** For the whole life of a database; a run stays in its shard. Two history processes have half of them each. */
const SHARDS = 16;
const STATE_CONNECTIONS = 20;
const VISIBILITY_CONNECTIONS = 10;
/** What all processes together may ask for, and some for whoever looks. */
export const MOST_CONNECTIONS =
  Object.keys(MEMBERS).length * (STATE_CONNECTIONS + VISIBILITY_CONNECTIONS) + 50;

const NO_ALIASES = { aliasDuplicateObjects: false };

/** Writes the configuration file of a process of Temporal's server. */
export function serverConfiguration(
  name: MemberName,
  places: Readonly<Record<PartName, Place>>,
  database: DatabaseAccess,
  dynamicConfigFile: string,
  security?: ClusterSecurity,
): string {
  const { host, port, membershipPort, internal } = places[name];
  // A process knows of the services that its file names, and serves the one that its command line names.
  const rpc = { grpcPort: port, membershipPort, bindOnIP: host };
  const { frontend } = places;
  const services = Object.fromEntries(
    Object.values(MEMBERS).map((it) => [
      it,
      { rpc: it === MEMBERS.frontend ? { ...rpc, httpPort: frontend.httpPort } : rpc },
    ]),
  );
  // Where there is one, the server's own workers ask it, and need neither certificate nor key.
  const ownFrontend = {
    'internal-frontend': {
      rpc: {
        grpcPort: internal.port,
        membershipPort: internal.membershipPort,
        bindOnIP: host,
        httpPort: frontend.internal.httpPort,
      },
    },
  };
  const configuration = {
    log: { stdout: true, level: 'warn' },
    persistence: {
      defaultStore: 'state',
      visibilityStore: 'visibility',
      numHistoryShards: SHARDS,
      datastores: {
        state: { sql: sql(DATABASES.state, database, STATE_CONNECTIONS) },
        visibility: { sql: sql(DATABASES.visibility, database, VISIBILITY_CONNECTIONS) },
      },
    },
    global: {
      membership: { maxJoinDuration: '30s', broadcastAddress: host },
      ...(security && securityConfiguration(security)),
    },
    services: { ...services, ...(security && ownFrontend) },
    clusterMetadata: {
      enableGlobalNamespace: false,
      failoverVersionIncrement: 10,
      masterClusterName: 'active',
      currentClusterName: 'active',
      clusterInformation: {
        active: {
          enabled: true,
          initialFailoverVersion: 1,
          rpcName: 'frontend',
          rpcAddress: `${frontend.host}:${frontend.port}`,
        },
      },
    },
    dcRedirectionPolicy: { policy: 'noop' },
    dynamicConfigClient: { filepath: dynamicConfigFile, pollInterval: '10s' },
  };
  return stringify(configuration, NO_ALIASES);
}

function sql(databaseName: string, { host, port, user, password }: DatabaseAccess, connections: number) {
  return {
    pluginName: 'postgres12',
    databaseName,
    connectAddr: `${host}:${port}`,
    connectProtocol: 'tcp',
    user,
    password,
    maxConns: connections,
    maxIdleConns: connections,
    maxConnLifetime: '1h',
  };
}

/** Writes a file of Temporal's dynamic configuration. */
export function dynamicConfiguration(values: Readonly<Record<string, number | boolean | string>>): string {
  const entries = Object.entries(values).map(([key, value]) => [key, [{ value }]]);
  return stringify(Object.fromEntries(entries));
}

/** Writes the configuration file of Temporal's UI. */
export function uiConfiguration({ ui, frontend }: Readonly<Record<'ui' | 'frontend', Place>>): string {
  const origin = `http://${ui.host}:${ui.port}`;
  return stringify({
    temporalGrpcAddress: `${frontend.host}:${frontend.port}`,
    host: ui.host,
    port: ui.port,
    enableUi: true,
    defaultNamespace: 'default',
    disableNewsFetch: true,
    hideLogs: true,
    cors: { cookieInsecure: true, allowOrigins: [origin] },
  });
}

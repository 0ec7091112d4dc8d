import { rmSync } from 'node:fs';
import { SEARCH_ATTRIBUTES } from '../client';
import { startCluster, type PartName } from '../sandbox/cluster';
import { startTemporalServer } from '../sandbox/temporal-server';
import { measurable, temporaryFolder, type Postgres } from './postgres';
import { cpuMs } from './processes';

/** Reads something that only grows, such as the CPU that a process has used. */
export type Meter = () => number;

/** A Temporal server, or a cluster of its processes. */
export interface Engine {
  readonly kind: 'dev server' | 'cluster';
  readonly address: string;
  /** Milliseconds of CPU by the kind of process, as tables name it. */
  readonly cpu: Readonly<Record<string, Meter>>;
  /** What holds its state; of the dev server, SQLite does. */
  readonly postgres?: Postgres;
  readonly stop: () => Promise<void>;
}

/** Starts the dev server: one process, SQLite in memory. */
export async function startDevServer(): Promise<Engine> {
  const server = await startTemporalServer({ port: 0, uiPort: false });
  return {
    kind: 'dev server',
    address: server.address,
    cpu: { server: () => cpuMs(server.pid) },
    stop: () => server.stop(),
  };
}

/** The processes of a cluster by their kind. */
const KINDS: Record<string, readonly PartName[]> = {
  frontend: ['frontend'],
  history: ['history-1', 'history-2'],
  matching: ['matching-1', 'matching-2'],
  'system worker': ['worker'],
};

/** Starts a cluster on an empty PostgreSQL, as `npm run cluster` does, in a folder that goes away with it. */
export async function startClusterEngine(): Promise<Engine> {
  const folder = temporaryFolder();
  const cluster = await startCluster({
    folder,
    uiPort: false,
    searchAttributes: Object.values(SEARCH_ATTRIBUTES).map(({ name }) => name),
    onProgress: (line) => process.stderr.write(`${line} …\n`),
  });
  const pids = new Map(cluster.status().map(({ name, pid }) => [name, pid ?? 0]));
  const pidOf = (name: PartName) => pids.get(name) ?? 0;
  const postgres = await measurable(cluster.postgresUrl, cluster.postgresVersion, pidOf('postgresql'));
  const cpu = Object.entries(KINDS).map(([kind, names]): [string, Meter] => [
    kind,
    () => names.reduce((sum, name) => sum + cpuMs(pidOf(name)), 0),
  ]);
  return {
    kind: 'cluster',
    address: cluster.address,
    cpu: { ...Object.fromEntries(cpu), PostgreSQL: postgres.cpu },
    postgres,
    async stop() {
      await cluster.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SEARCH_ATTRIBUTE_NAMES } from '../../contract';
import { EARLIER_SERVER_VERSION, MEMBER_NAMES, SERVER_VERSION, startCluster } from '../../sandbox/cluster';
import { startTemporalServer, type TemporalServer } from '../../sandbox/temporal-server';
import { Cable } from './cable';
import { Keeper } from './keeper';
import type { EngineFault } from './plan';

/** What Temporal runs as; a cluster may be upgraded meanwhile, by a minor version. */
export type EngineKind = 'devServer' | 'cluster' | 'upgradedCluster';

/** A Temporal that can be broken. */
export interface Engine {
  /** Where workers and the client find it. */
  readonly address: string;
  /** When parts of it that ended by themselves were away; ISO 8601. */
  readonly ownEnds: readonly { from: string; to: string }[];
  /** Breaks it and mends it again; resolves when that part of it works. */
  inject(fault: EngineFault): Promise<void>;
  stop(): Promise<void>;
}

const MOST_ATTEMPTS = 20;
const PAUSE_MS = 1_000;
/** As long as a history process takes to say that it is in good health. */
const ROLLING_PAUSE_MS = 5_000;

/** Starts one. @param folder for its data, which goes away with it */
export function startEngine(kind: EngineKind, folder: string): Promise<Engine> {
  return kind === 'devServer' ? startDevServer(folder) : startClusterEngine(kind, folder);
}

async function startDevServer(folder: string): Promise<Engine> {
  const dbFile = path.join(folder, 'temporal.db');
  let server: TemporalServer = await startTemporalServer({
    dbFile,
    port: 0,
    uiPort: false,
    searchAttributes: Object.fromEntries(SEARCH_ATTRIBUTE_NAMES.map((name) => [name, 'Keyword'])),
  });
  const { address } = server;
  return {
    address,
    ownEnds: [],
    async inject(fault) {
      // It is one process: what else may break is of a cluster.
      if (fault.type !== 'killServer') return;
      await server.kill();
      await sleep(fault.forMs);
      // The port may not be free yet.
      const port = Number(address.split(':')[1]);
      server = await again(() => startTemporalServer({ dbFile, port, uiPort: false }));
    },
    stop: () => server.stop(),
  };
}

async function startClusterEngine(kind: EngineKind, folder: string): Promise<Engine> {
  const cluster = await startCluster({
    folder,
    version: kind === 'cluster' ? SERVER_VERSION : EARLIER_SERVER_VERSION,
    uiPort: false,
    searchAttributes: SEARCH_ATTRIBUTE_NAMES,
    onProgress: console.log,
  });
  const cable = await Cable.lay(cluster.address);
  const keeper = new Keeper(cluster);
  return {
    address: cable.address,
    ownEnds: keeper.ownEnds,
    async inject(fault) {
      switch (fault.type) {
        case 'killServer':
          await Promise.all(MEMBER_NAMES.map((name) => keeper.away(name, 'kill', fault.forMs)));
          return;
        case 'killPart':
          await keeper.away(fault.part, 'kill', fault.forMs);
          return;
        case 'cutTemporal':
          cable.cut();
          await sleep(fault.forMs);
          await cable.mend();
          return;
        case 'cutDatabase':
          // It may be away itself.
          await cluster.disconnectDatabase().catch(() => undefined);
          return;
        case 'upgradeServer':
          // The database may be away.
          await again(() => cluster.setVersion(SERVER_VERSION));
          for (const name of MEMBER_NAMES) {
            await keeper.away(name, 'stop', 0);
            await sleep(ROLLING_PAUSE_MS);
          }
      }
    },
    async stop() {
      keeper.stop();
      cable.cut();
      await cluster.stop();
    },
  };
}

async function again<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt === MOST_ATTEMPTS) throw error;
      await sleep(PAUSE_MS);
    }
  }
}

import { startClusterEngine, startDevServer, type Engine } from './engine';
import { startTestbed, type Testbed } from './testbed';

/** Where measurements are made. */
export interface Site {
  readonly kind: Engine['kind'];
  /** What runs there, as one sentence. */
  readonly description: string;
  /** Measures on a testbed of its own. */
  withTestbed<T>(measure: (bed: Testbed) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** A dev server for each testbed: it takes a second, and none pays for what an earlier one left. */
export function devServerSite(before?: string): Site {
  return {
    kind: 'dev server',
    description: 'Temporal dev server: one process, SQLite in memory; PostgreSQL with fsync for DBOS',
    async withTestbed(measure) {
      const engine = await startDevServer();
      try {
        return await useTestbed(engine, measure, before);
      } finally {
        await engine.stop();
      }
    },
    close: () => Promise.resolve(),
  };
}

/** One cluster for all testbeds, as it takes half a minute. */
export async function clusterSite(before?: string): Promise<Site> {
  const engine = await startClusterEngine();
  return {
    kind: 'cluster',
    description: `Temporal cluster: frontend, two history, two matching, worker, and ${engine.postgres?.version ?? ''} with fsync, for DBOS as well`,
    withTestbed: (measure) => useTestbed(engine, measure, before),
    close: engine.stop,
  };
}

async function useTestbed<T>(
  engine: Engine,
  measure: (bed: Testbed) => Promise<T>,
  before?: string,
): Promise<T> {
  const bed = await startTestbed(engine, before);
  try {
    return await measure(bed);
  } finally {
    await bed.stop();
  }
}

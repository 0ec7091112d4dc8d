import { workflowIdOf } from '../client';
import { defined } from '../contract';
import { emulatorEnvironment } from '../sandbox';
import type { Column } from './figures';
import type { Meter } from './engine';
import { startPostgres, type Postgres } from './postgres';
import { cpuMs, startPeer, type Peer, type Process } from './processes';
import type { Testbed } from './testbed';
import { inParallel } from './work';

/** A way to provision accounts, with all its processes. */
export interface Contender {
  readonly column: Column;
  /** Provisions accounts, so many at once; answers with the milliseconds of each. */
  readonly provision: (accounts: readonly string[], concurrency: number) => Promise<number[]>;
  /** Milliseconds of CPU by the kind of process, as tables name it. */
  readonly cpu: Readonly<Record<string, Meter>>;
  /** Finds the run of an account, where it is Temporal's. */
  readonly workflowId?: (accountId: string) => string;
  /** What is written for it. */
  readonly postgres?: Postgres;
}

/** The bare workflows, by the column that each has. */
export const BARE = { bare: 'bareProvision', empty: 'emptyProvision' } as const;

/** Starts what is compared; all of it stands by while one of them works. */
export async function startContenders(bed: Testbed) {
  const ours = await bed.startWorker();
  const before = await bed.before?.startWorker();
  const bare = await bed.startBareWorker();
  const script = await startPeer('bench/jobs/script.js', [], emulatorEnvironment(bed.emulator.url));
  const beside = await startDbos(bed);
  const dbos = await beside.start();
  return {
    contenders: [
      ourContender(bed, [ours]),
      ...(before === undefined ? [] : [ourContender(bed, [before], 'before')]),
      bareContender(bed, [bare], 'bare'),
      bareContender(bed, [bare], 'empty'),
      peerContender(bed, 'dbos', dbos, beside.postgres),
      peerContender(bed, 'script', script),
    ],
    stop: async () => {
      for (const process of [ours, before, bare, script, dbos]) await process?.stop();
      await beside.stop();
    },
  };
}

/** Starts DBOS on the PostgreSQL of the engine, or on one of its own. */
export async function startDbos(bed: Testbed) {
  const own = bed.engine.postgres === undefined ? await startPostgres() : undefined;
  const postgres = own ?? bed.engine.postgres;
  const env = { ...emulatorEnvironment(bed.emulator.url), DATABASE_URL: postgres?.urlOf('dbos') ?? '' };
  /** Starts a process of the one executor that there is. */
  const start = () => startPeer('bench/jobs/dbos.js', [], env);
  return { postgres, start, stop: async () => own?.stop() };
}

export function ourContender(
  bed: Testbed,
  workers: readonly Process[],
  column: 'ours' | 'before' = 'ours',
): Contender {
  const { client } = (column === 'before' ? bed.before : undefined) ?? bed;
  return {
    column,
    provision: (accounts, concurrency) =>
      inParallel(accounts, concurrency, (accountId) => client.provision({ accountId, region: 'eu-west-1' })),
    ...onEngine(bed, workers),
    workflowId: workflowIdOf,
  };
}

export function bareContender(
  bed: Testbed,
  workers: readonly Process[],
  column: keyof typeof BARE,
): Contender {
  const workflowId = (accountId: string) => `${column}-${accountId}`;
  return {
    column,
    provision: (accounts, concurrency) =>
      inParallel(accounts, concurrency, async (accountId) => {
        const run = await bed.startBare(BARE[column], workflowId(accountId), [accountId]);
        await run.result();
      }),
    ...onEngine(bed, workers),
    workflowId,
  };
}

/** The workers, and all that works for them. */
function onEngine({ engine, emulator }: Testbed, workers: readonly Process[]) {
  return defined({
    cpu: {
      worker: () => workers.reduce((sum, { pid }) => sum + cpuMs(pid), 0),
      client: () => cpuMs(process.pid),
      ...engine.cpu,
      emulator: () => cpuMs(emulator.pid),
    },
    postgres: engine.postgres,
  });
}

/** A process of its own that does all of the work. */
function peerContender({ emulator }: Testbed, column: Column, peer: Peer, postgres?: Postgres): Contender {
  return defined({
    column,
    provision: async (accounts: readonly string[], concurrency: number) => {
      const { times, failed } = await peer.ask({ accounts: [...accounts], concurrency });
      if (failed.length > 0) throw new Error(`${column}: ${failed[0] ?? ''}`);
      return times;
    },
    cpu: {
      worker: () => cpuMs(peer.pid),
      ...(postgres === undefined ? {} : { PostgreSQL: postgres.cpu }),
      emulator: () => cpuMs(emulator.pid),
    },
    postgres,
  });
}

import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { TemporalSettings } from '../../client';
import { clusterFolder } from '../../sandbox/cluster';
import { homeFolder } from './state';

/** What `up` keeps, so that the next one goes on with it: Temporal's runs, and beside them AWS's instances. */
export interface UpData {
  /** The file of the server, or the folder of the cluster. */
  temporal: string;
  temporalLog: string;
  workerLog: string;
  emulator: string;
}

/**
 * Says where `up` keeps what it keeps. The emulator remembers as long as the server does that knows its instances, so it has a
 * file for each.
 *
 * @param server one that `up` does not start, or the cluster; default: the one that it starts
 */
export function upData(server?: TemporalSettings | 'cluster'): UpData {
  const inHome = (name: string) => path.join(homeFolder(), name);
  const of = typeof server === 'object' ? `${server.connectionOptions.address}-${server.namespace}` : server;
  return {
    temporal: server === 'cluster' ? clusterFolder() : inHome('temporal.db'),
    temporalLog: inHome('temporal.log'),
    workerLog: inHome('worker.log'),
    emulator: inHome(
      of === undefined ? 'emulator.jsonl' : `emulator-${of.replaceAll(/[^\w.-]/g, '_')}.jsonl`,
    ),
  };
}

/**
 * Forgets what one half of an own server, or of the cluster, and its emulator has forgotten, or all of it. To be called by
 * whoever has claimed the folder.
 */
export function forgetData({ temporal, temporalLog, workerLog, emulator }: UpData, all: boolean): void {
  if (!all && existsSync(temporal)) return;
  // SQLite keeps what it has not merged yet beside its file.
  const database = ['', '-wal', '-shm', '-journal'].map((end) => `${temporal}${end}`);
  for (const file of [...database, emulator, ...(all ? [temporalLog, workerLog] : [])])
    rmSync(file, { recursive: true, force: true });
}

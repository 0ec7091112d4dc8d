import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { startPostgres as start } from '../sandbox/cluster';
import { freePort } from '../sandbox/temporal-server';
import type { Meter } from './engine';
import { cpuWithChildrenMs } from './processes';

const run = promisify(execFile);

/** A PostgreSQL that waits for the disk. */
export interface Postgres {
  readonly version: string;
  /** Where a database is; whoever connects makes it. */
  urlOf(database: string): string;
  /** Milliseconds of CPU of all its processes. */
  readonly cpu: Meter;
  /** How many transactions have written since it began. */
  writes(): Promise<number>;
  stop(): Promise<void>;
}

/** Starts one in a folder that goes away with it. */
export async function startPostgres(): Promise<Postgres> {
  const folder = temporaryFolder();
  const host = '127.0.0.1';
  const postgres = await start({ folder, host, port: await freePort(0) });
  return measurable(postgres.url('postgres'), postgres.version, postgres.pid, async () => {
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  });
}

/** Makes what PostgreSQL can be measured by; refuses one that loses what it has answered for. */
export async function measurable(
  url: string,
  version: string,
  pid = 0,
  stop: () => Promise<void> = () => Promise.resolve(),
): Promise<Postgres> {
  const urlOf = (database: string) => Object.assign(new URL(url), { pathname: database }).href;
  const { hostname, port, username, password } = new URL(url);
  const env = {
    ...{ PATH: process.env['PATH'], PGHOST: hostname, PGPORT: port },
    ...{ PGUSER: username, PGPASSWORD: password, PGDATABASE: 'postgres' },
  };
  const ask = async (sql: string) => (await run('psql', ['-XAtc', sql], { env })).stdout.trim();
  for (const setting of ['fsync', 'synchronous_commit', 'full_page_writes']) {
    const value = await ask(`SHOW ${setting}`);
    if (value !== 'on')
      throw new Error(`PostgreSQL has ${setting} ${value}: its figures would mean nothing.`);
  }
  return {
    version,
    urlOf,
    cpu: () => cpuWithChildrenMs(pid),
    // Only what writes has a transaction ID; pg_stat_database counts what reads as well, and is seconds late.
    writes: async () => Number(await ask('SELECT pg_snapshot_xmax(pg_current_snapshot())')),
    stop,
  };
}

export function temporaryFolder(): string {
  return mkdtempSync(path.join(tmpdir(), 'bench-'));
}

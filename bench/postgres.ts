import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../sandbox/temporal-server';

const run = promisify(execFile);
const DEBIAN = '/usr/lib/postgresql';

/** A PostgreSQL of our own, in a folder that goes away with it. */
interface Postgres {
  readonly url: string;
  readonly version: string;
  stop(): Promise<void>;
}

/** Starts one on loopback, as Debian packages it; `undefined` where it is not installed. */
export async function startPostgres(): Promise<Postgres | undefined> {
  const bin = binFolder();
  if (bin === undefined) return undefined;
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-postgres-'));
  const asPostgres = await unprivileged(folder);
  const port = await freePort();
  const data = path.join(folder, 'data');
  const options = { ...asPostgres, cwd: folder };
  await run(path.join(bin, 'initdb'), ['-D', data, '-U', 'postgres', '-A', 'trust'], options);
  const { stdout: version } = await run(path.join(bin, 'postgres'), ['--version'], options);
  const server = spawn(
    path.join(bin, 'postgres'),
    ['-D', data, '-h', '127.0.0.1', '-p', String(port), '-k', folder],
    { ...options, stdio: 'ignore' },
  );
  const exited = once(server, 'exit');
  const isReady = () =>
    run(path.join(bin, 'pg_isready'), ['-h', '127.0.0.1', '-p', String(port)]).then(
      () => true,
      () => false,
    );
  while (!(await isReady())) {
    if (server.exitCode !== null) throw new Error(`PostgreSQL ended at once, with ${server.exitCode}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    url: `postgresql://postgres@127.0.0.1:${port}/dbos`,
    version: version.trim().replace('postgres (PostgreSQL) ', 'PostgreSQL '),
    async stop() {
      // Fast shutdown.
      server.kill('SIGINT');
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function binFolder(): string | undefined {
  if (!existsSync(DEBIAN)) return undefined;
  const versions = readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a));
  return versions
    .map((it) => path.join(DEBIAN, it, 'bin'))
    .find((it) => existsSync(path.join(it, 'postgres')));
}

/** PostgreSQL refuses to run as root. */
async function unprivileged(folder: string): Promise<{ uid?: number; gid?: number }> {
  if (userInfo().uid !== 0) return {};
  const [uid = 0, gid = 0] = await Promise.all(
    ['-u', '-g'].map(async (flag) => Number((await run('id', [flag, 'postgres'])).stdout)),
  );
  chownSync(folder, uid, gid);
  return { uid, gid };
}

import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { MissingProgramError, pathFolders } from './missing-program';
import { Part, PartStartError } from './part';

const run = promisify(execFile);
const DEBIAN = '/usr/lib/postgresql';
const USER = 'postgres';
/** In the folder of the cluster; for its user alone. */
export const PASSWORD_FILE = 'postgresql-password';
/** Others come through, and see nothing. */
const PASSABLE = 0o711;
/** A postmaster that was killed leaves processes that end a little later, and until then no other is let in. */
const LEFT_BEHIND = /is still in use|lock file .* already exists/;
const STARTS = 40;

/** A PostgreSQL of our own, on loopback. */
export interface Postgres {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** As `postgres --version` says it. */
  readonly version: string;
  /** Its process ID, while it runs. */
  readonly pid: number | undefined;
  /** Where a client finds one of its databases. */
  url(database: string): string;
  /** Starts it again after its end. */
  start(): Promise<void>;
  /** Ends it in good order: whoever is connected is cut off. */
  stop(): Promise<void>;
  /** Ends it as a crash would; resolves when it is gone. */
  kill(): Promise<void>;
  /** Cuts off whoever is connected to one of its databases. */
  disconnect(database: string): Promise<void>;
}

export interface PostgresOptions {
  /** Where it keeps its data and its log; made where missing. Where we are root it must be open to other users. */
  folder: string;
  host: string;
  port: number;
  mostConnections?: number;
  env?: NodeJS.ProcessEnv;
  /** Told where it ends and nobody has asked for that. */
  onEnded?: () => void;
}

/**
 * Starts a PostgreSQL, which waits for the disk at every commit as one in production does.
 *
 * @throws {@link MissingProgramError}; {@link PartStartError}; Error, where its user cannot come to the folder
 */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const { folder, host, port, mostConnections = 100, env = process.env } = options;
  const bin = findPostgres(env);
  const inBin = (program: string) => path.join(bin, program);
  const isRoot = process.getuid?.() === 0;
  mkdirSync(folder, { recursive: true, mode: isRoot ? PASSABLE : 0o700 });
  const user = isRoot ? await unprivilegedUser(folder) : undefined;
  const data = path.join(folder, 'postgres');
  const as = { ...user, cwd: path.parse(folder).root };
  const password = await makeDatabase(folder, data, inBin('initdb'), as);
  const { stdout } = await run(inBin('postgres'), ['--version']);
  const part = new Part('postgresql', options.onEnded);
  const settings = [
    ...['-D', data, '-h', host, '-p', String(port)],
    ...['-c', 'unix_socket_directories=', '-c', `max_connections=${mostConnections}`],
  ];
  const start = async () => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await part.start({
          file: inBin('postgres'),
          args: settings,
          ...(user === undefined ? {} : { user }),
          logFile: path.join(folder, 'postgresql.log'),
          stopSignal: 'SIGINT',
          isReady: () =>
            run(inBin('pg_isready'), ['-h', host, '-p', String(port)]).then(
              () => true,
              () => false,
            ),
        });
        return;
      } catch (error) {
        if (!(error instanceof PartStartError) || !LEFT_BEHIND.test(error.message) || attempt === STARTS)
          throw error;
        await sleep(250);
      }
    }
  };
  await start();
  return {
    ...{ host, port, user: USER, password },
    version: stdout.trim().replace('postgres (PostgreSQL) ', 'PostgreSQL '),
    get pid() {
      return part.pid;
    },
    url: (database) => `postgresql://${USER}:${password}@${host}:${port}/${database}`,
    start,
    stop: () => part.end('SIGINT'),
    kill: () => part.end('SIGKILL'),
    async disconnect(database) {
      const query = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${database}'`;
      const env = { PGPASSWORD: password, PGCONNECT_TIMEOUT: '2' };
      const to = ['-h', host, '-p', String(port), '-U', USER, '-d', 'postgres'];
      await run(inBin('psql'), [...to, '-qAtc', query], { env });
    },
  };
}

/**
 * The folder of its programs: of the newest that Debian has installed, else one on the PATH.
 *
 * @throws {@link MissingProgramError}
 */
export function findPostgres(env: NodeJS.ProcessEnv = process.env, debian = DEBIAN): string {
  const versions = existsSync(debian) ? readdirSync(debian) : [];
  const ofDebian = versions.sort((a, b) => Number(b) - Number(a)).map((it) => path.join(debian, it, 'bin'));
  const found = [...ofDebian, ...pathFolders(env)].find((it) =>
    ['postgres', 'initdb', 'pg_isready', 'psql'].every((program) => existsSync(path.join(it, program))),
  );
  if (found === undefined) throw new MissingProgramError('PostgreSQL', env);
  return found;
}

/** Thrown where the folder of a cluster is not for the user that PostgreSQL runs as. */
export class ClusterFolderError extends Error {
  override readonly name = 'ClusterFolderError';

  constructor(folder: string) {
    super(
      `PostgreSQL does not run as root but as "${USER}", who may not enter ${folder}. Name another folder in IDENTITY_CENTER_HOME, such as one in /var/lib.`,
    );
  }
}

/** PostgreSQL refuses to run as root: whom it runs as then, who must come into the folder. */
async function unprivilegedUser(folder: string): Promise<{ uid: number; gid: number }> {
  chmodSync(folder, PASSABLE);
  for (let above = path.dirname(folder); above !== path.dirname(above); above = path.dirname(above))
    if ((statSync(above).mode & 0o001) === 0) throw new ClusterFolderError(above);
  const [uid = 0, gid = 0] = await Promise.all(
    ['-u', '-g'].map(async (flag) => Number((await run('id', [flag, USER])).stdout)),
  );
  return { uid, gid };
}

/** Makes the database where there is none yet. Loopback is open to everybody on this machine, so it has a password. */
async function makeDatabase(
  folder: string,
  data: string,
  initdb: string,
  as: { uid?: number; gid?: number; cwd: string },
): Promise<string> {
  const passwordFile = path.join(folder, PASSWORD_FILE);
  if (existsSync(passwordFile)) return readFileSync(passwordFile, 'utf8');
  // One that was begun and not ended.
  rmSync(data, { recursive: true, force: true });
  mkdirSync(data, { mode: 0o700 });
  const password = randomBytes(24).toString('hex');
  const given = path.join(folder, 'initial-password');
  writeFileSync(given, password, { mode: 0o600 });
  const { uid, gid } = as;
  if (uid !== undefined && gid !== undefined) for (const it of [data, given]) chownSync(it, uid, gid);
  const access = ['-A', 'scram-sha-256', '--pwfile', given];
  await run(initdb, ['-D', data, '-U', USER, '-E', 'UTF8', '--no-locale', ...access], as);
  rmSync(given);
  writeFileSync(passwordFile, password, { mode: 0o600 });
  return password;
}

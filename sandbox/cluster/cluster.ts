import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { accepts } from '../temporal-server';
import { claimAddresses, type Place } from './addresses';
import {
  DATABASES,
  dynamicConfiguration,
  MOST_CONNECTIONS,
  serverConfiguration,
  uiConfiguration,
} from './configuration';
import { goProcess, writeConfiguration, type PartProcess } from './member';
import { MEMBER_NAMES, MEMBERS, PART_NAMES, type PartName } from './parts';
import { startPostgres } from './postgres';
import { findServerPrograms, findUiProgram, SERVER_VERSION } from './programs';
import { makeUsable, serves } from './readiness';
import { makeSchema } from './schema';

/** How a cluster is started. */
export interface ClusterOptions {
  /** Where it keeps its data and its logs; goes on with what is there. Where we are root it must be open to other users. */
  folder: string;
  /** The version of the server. Default: {@link SERVER_VERSION}. */
  version?: string;
  /** Wanted port of the UI, or the next free one; `false`: no UI. Default: 8233. */
  uiPort?: number | false;
  /** Search attributes to register, all of them keywords. Default: none. */
  searchAttributes?: readonly string[];
  /** Settings of Temporal's dynamic configuration. Default: none, as production has it. */
  dynamicConfig?: Readonly<Record<string, number | boolean>>;
  /** Told, a line at a time, what is being done that takes long. */
  onProgress?: (line: string) => void;
  /** Told where a process ends and nobody has asked for that. */
  onEnded?: (name: PartName) => void;
}

/** A process of the cluster, as it is now. */
export interface PartStatus {
  name: PartName;
  /** Where it listens. */
  address: string;
  /** `undefined` where it does not run. */
  pid: number | undefined;
}

/** PostgreSQL and a Temporal server of several processes on this machine, each of which can be ended and started again. */
export interface Cluster {
  /** As `TEMPORAL_ADDRESS` takes it. */
  readonly address: string;
  readonly uiUrl?: string;
  /** Leads to the database of Temporal's state, as its superuser; `pg_stat_database` counts the commits. */
  readonly postgresUrl: string;
  /** As `postgres --version` says it. */
  readonly postgresVersion: string;
  /** Every process, each after those that it needs. */
  status(): PartStatus[];
  /** Ends a process as a crash would (SIGKILL); resolves when it is gone. */
  kill(name: PartName): Promise<void>;
  /** Starts a process that has ended; resolves when it serves. */
  start(name: PartName): Promise<void>;
  /** Ends a process in good order, or all; resolves when they are gone. */
  stop(name?: PartName): Promise<void>;
  /** Makes the tables ready for another version of the server; processes that are started from then on are of that version. */
  setVersion(version: string): Promise<void>;
}

/**
 * Starts a cluster and waits until it can be used. It ends with this process at the latest, but call `stop`: Ctrl-C does not
 * reach it. The first time in a folder takes some seconds more, and the first time at all minutes: the server is built.
 *
 * @throws MissingProgramError, PartStartError
 */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const { folder, uiPort = 8233, searchAttributes = [], dynamicConfig = {}, onEnded } = options;
  const { version = SERVER_VERSION, onProgress = () => undefined } = options;
  let programs = await findServerPrograms(version, { onProgress });
  const uiProgram = uiPort === false ? undefined : await findUiProgram({ onProgress });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { places, release } = await claimAddresses(uiPort === false ? 0 : uiPort);
  const processes = new Map<PartName, PartProcess>();
  const stopAll = async () => {
    const others = [...processes].filter(([name]) => name !== 'postgresql');
    await Promise.all(others.map(([, process]) => process.stop()));
    await processes.get('postgresql')?.stop();
    release();
  };
  const get = (name: PartName) => {
    const process = processes.get(name);
    if (process === undefined) throw new Error(`This cluster has no ${name}.`);
    return process;
  };
  try {
    onProgress('starting PostgreSQL');
    const postgres = await startPostgres({
      folder,
      ...places.postgresql,
      mostConnections: MOST_CONNECTIONS,
      onEnded: () => onEnded?.('postgresql'),
    });
    processes.set('postgresql', postgres);
    await makeSchema(programs.sqlTool, version, folder, postgres);

    onProgress('starting the Temporal server');
    const write = (name: string, text: string) => writeConfiguration(folder, name, text);
    const dynamic = write('dynamic-configuration.yaml', dynamicConfiguration(dynamicConfig));
    for (const name of MEMBER_NAMES) {
      const file = write(`${name}.yaml`, serverConfiguration(name, places, postgres, dynamic));
      const args = ['--config-file', file, '--allow-no-auth', 'start', '--service', MEMBERS[name]];
      const program = () => ({ file: programs.server, args });
      processes.set(
        name,
        goProcess(
          name,
          folder,
          program,
          () => serves(places[name]),
          () => onEnded?.(name),
        ),
      );
    }
    // The first one makes the records of the cluster, for which the others wait.
    await get('frontend').start();
    await Promise.all(MEMBER_NAMES.map((name) => get(name).start()));
    if (uiProgram !== undefined) {
      write(path.join('ui', 'base.yaml'), uiConfiguration(places));
      const args = ['--root', folder, '--config', 'ui', '--env', 'base', 'start'];
      const program = { file: uiProgram, args };
      const isReady = () => accepts(places.ui.port, places.ui.host);
      processes.set(
        'ui',
        goProcess(
          'ui',
          folder,
          () => program,
          isReady,
          () => onEnded?.('ui'),
        ),
      );
      await get('ui').start();
    }
    await makeUsable(addressOf(places.frontend), searchAttributes);
    return {
      address: addressOf(places.frontend),
      ...(uiProgram === undefined ? {} : { uiUrl: `http://${addressOf(places.ui)}` }),
      postgresUrl: postgres.url(DATABASES.state),
      postgresVersion: postgres.version,
      status: () =>
        PART_NAMES.filter((name) => processes.has(name)).map((name) => ({
          name,
          address: addressOf(places[name]),
          pid: processes.get(name)?.pid,
        })),
      kill: (name) => get(name).kill(),
      start: (name) => get(name).start(),
      stop: (name) => (name === undefined ? stopAll() : get(name).stop()),
      async setVersion(next) {
        programs = await findServerPrograms(next, { onProgress });
        await makeSchema(programs.sqlTool, next, folder, postgres);
      },
    };
  } catch (error) {
    await stopAll();
    throw error;
  }
}

function addressOf({ host, port }: Place): string {
  return `${host}:${port}`;
}

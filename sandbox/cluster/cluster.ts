import { claimAddresses, type Place } from './addresses';
import { DATABASES, dynamicConfiguration, MOST_CONNECTIONS } from './configuration';
import { requireFreeFolder, serveControl } from './control';
import { memberProcess, uiProcess, writeConfiguration, type PartProcess, type Surroundings } from './member';
import { MEMBER_NAMES, PART_NAMES, type PartName } from './parts';
import { findPostgres, startPostgres } from './postgres';
import { findServerPrograms, findUiProgram, SERVER_VERSION } from './programs';
import { makeUsable } from './readiness';
import { makeSchema } from './schema';
import type { ClusterSecurity } from './security';

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
  dynamicConfig?: Readonly<Record<string, number | boolean | string>>;
  /** TLS and keys for whoever comes from outside; then there is no UI. Default: none, whoever comes may do anything. */
  security?: ClusterSecurity;
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
  /** Leads to the database of Temporal's state, as its superuser. */
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
  /** Cuts the connections of all processes to PostgreSQL, as a fail-over of a database does. */
  disconnectDatabase(): Promise<void>;
  /** Resolves when all of it was stopped, from here or from another terminal. */
  readonly stopped: Promise<void>;
  /** Makes the tables ready for another version of the server; processes that are started from then on are of that version. */
  setVersion(version: string): Promise<void>;
}

/**
 * Starts a cluster and waits until it can be used. It ends with this process at the latest, but call `stop`: Ctrl-C does not
 * reach it. The first time in a folder takes some seconds more, and the first time at all minutes: the server is built.
 *
 * @throws MissingProgramError, ClusterRunsError, PartStartError
 */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const { folder, searchAttributes = [], dynamicConfig = {}, onEnded, security } = options;
  const { uiPort = security === undefined ? 8233 : false } = options;
  const { version = SERVER_VERSION, onProgress = () => undefined } = options;
  await requireFreeFolder(folder);
  // What a person has to install is said before the minutes of the build.
  findPostgres();
  let programs = await findServerPrograms(version, { onProgress });
  const uiProgram = uiPort === false ? undefined : await findUiProgram({ onProgress });
  const addresses = await claimAddresses(uiPort === false ? 0 : uiPort);
  const { places } = addresses;
  const around: Surroundings = { folder, places, onEnded, security };
  const closing: (() => void)[] = [addresses.release];
  const processes = new Map<PartName, PartProcess>();
  const get = (name: PartName) => {
    const process = processes.get(name);
    if (process === undefined) throw new Error(`This cluster has no ${name}.`);
    return process;
  };
  const stopAll = async () => {
    const others = [...processes].filter(([name]) => name !== 'postgresql');
    await Promise.all(others.map(([, process]) => process.stop()));
    await processes.get('postgresql')?.stop();
    for (const close of closing) close();
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
    const dynamic = writeConfiguration(folder, 'dynamic.yaml', dynamicConfiguration(dynamicConfig));
    for (const name of MEMBER_NAMES)
      processes.set(
        name,
        memberProcess(name, around, postgres, dynamic, () => programs.server),
      );
    if (uiProgram !== undefined) processes.set('ui', uiProcess(around, uiProgram));
    // The first one makes the records of the cluster, for which the others wait.
    await get('frontend').start();
    await Promise.all([...processes.values()].map((process) => process.start()));
    await makeUsable(addressOf(places.frontend), searchAttributes, security?.access);

    const cluster: Cluster = {
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
      async disconnectDatabase() {
        await Promise.all(Object.values(DATABASES).map((database) => postgres.disconnect(database)));
      },
      stopped: new Promise((resolve) => closing.push(resolve)),
      async setVersion(next) {
        programs = await findServerPrograms(next, { onProgress });
        await makeSchema(programs.sqlTool, next, folder, postgres);
      },
    };
    closing.push(await serveControl(folder, cluster));
    return cluster;
  } catch (error) {
    await stopAll();
    throw error;
  }
}

function addressOf({ host, port }: Place): string {
  return `${host}:${port}`;
}

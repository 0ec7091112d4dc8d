import {
  connectToTemporal,
  IdentityCenterClient,
  IdentityCenterError,
  readTemporalSettings,
  registerSearchAttributes,
  type TemporalSettings,
} from '../../client';
import { DEFAULT_TASK_QUEUE, defined, isLoopback, SEARCH_ATTRIBUTE_NAMES } from '../../contract';
import { emulatorSettings, startEmulator, type Emulator } from '../../sandbox';
import {
  ClusterFolderError,
  ClusterRunsError,
  MissingProgramError,
  requireFreeFolder,
  startCluster,
} from '../../sandbox/cluster';
import { startTemporalServer } from '../../sandbox/temporal-server';
import { createLogger, installLogger, serve, type WorkerConnection } from '../../worker';
import { UsageError } from '../errors';
import { forgetData, upData, type UpData } from './data';
import { requireFreePorts, type UpPorts } from './ports';
import { announceLocalServer, claimHome, homeFolder, withdrawLocalServer, type LocalServer } from './state';

const DEFAULT_PORT = 7233;
const DEFAULT_UI_PORT = 8233;
const EMULATOR_PORT = 4599;
/** What the queue of a worker on the emulator ends with, on a server that others use too. */
const SANDBOX = '-sandbox';

/** What `up` runs on this machine: Temporal with its UI, the emulator of AWS, a worker. */
export interface LocalServices {
  server: LocalServer;
  emulator: Emulator;
  client: IdentityCenterClient;
  /** How many instances an earlier `up` has left, with their runs. */
  remembered: number;
  /** Rejects where a part ends that should not. */
  broken: Promise<never>;
  /** Ends everything in good order, within 10 s. */
  stop(): Promise<void>;
}

/** Thrown where the server of this `up` ends before it. */
class ServerEndedError extends IdentityCenterError {
  override readonly name = 'ServerEndedError';
  readonly category = 'unreachable';

  constructor(readonly address: string) {
    super(`The Temporal server at ${address} has ended. Start "identity-center up" again.`);
  }
}

/** The Temporal server that `up` works with. */
interface Temporal {
  settings: TemporalSettings;
  taskQueue: string;
  uiUrl?: string;
}

/** How `up` is started. */
export interface UpOptions extends UpPorts {
  /** Forgets what earlier ones have left. */
  fresh?: boolean;
  /** The server is a cluster of several processes on PostgreSQL. */
  cluster?: boolean;
}

/**
 * Starts what `up` runs, and lets the other verbs find it. `TEMPORAL_ADDRESS` names a server to use instead of starting
 * one.
 *
 * @param onProgress told what takes long
 */
export async function startServices(
  options: UpOptions,
  onProgress: (line: string) => void,
): Promise<LocalServices> {
  const outside = process.env['TEMPORAL_ADDRESS'] ? outsideServer(options) : undefined;
  const isCluster = options.cluster === true;
  if (isCluster && options.port !== undefined)
    throw new UsageError(
      '--port is for a server of one process: those of a cluster have loopback addresses of their own. Leave --port or --cluster out.',
    );
  claimHome();
  const data = upData(outside?.settings ?? (isCluster ? 'cluster' : undefined));
  const parts: { stop(): Promise<unknown> }[] = [];
  const stop = async () => {
    // The worker first, as it needs the others to end in good order.
    for (const part of parts.reverse()) await part.stop();
    withdrawLocalServer();
  };
  let breaks: (error: unknown) => void = () => undefined;
  const broken = new Promise<never>((_resolve, reject) => (breaks = reject));
  // Whoever is still starting does not listen yet.
  broken.catch(() => undefined);
  try {
    await requireFreePorts(options);
    if (isCluster) await requireFreeFolder(data.temporal).catch(asUsageError);
    // Before the first connection, which would install the SDK's own.
    if (outside === undefined) forgetData(data, options.fresh === true);
    installLogger(createLogger('info', data.workerLog));
    const { emulatorPort } = options;
    const emulator = await startEmulator({
      port: emulatorPort ?? EMULATOR_PORT,
      freePortIfTaken: emulatorPort === undefined,
      file: data.emulator,
    });
    const remembered = emulator.instances().length;
    parts.push({ stop: () => emulator.close() });
    const startOwn = isCluster ? startOwnCluster : startOwnServer;
    const temporal = outside ?? (await startOwn(options, data, parts, onProgress, breaks));
    const { settings, taskQueue } = temporal;
    const connected = await connectToTemporal(settings);
    parts.push({ stop: () => connected.connection.close() });
    // A server of somebody else may forbid it: runs then start without, and the client says so.
    await registerSearchAttributes(connected.connection, settings.namespace).catch(() => undefined);
    const aws = emulatorSettings(emulator.url);
    parts.push(await startWorker({ taskQueue, aws, readConnection: () => settings }, breaks));
    const server: LocalServer = defined({
      pid: process.pid,
      temporalAddress: settings.connectionOptions.address,
      namespace: settings.namespace,
      taskQueue,
      uiUrl: temporal.uiUrl,
      emulatorUrl: emulator.url,
      dataFolder: homeFolder(),
    });
    announceLocalServer(server);
    const client = new IdentityCenterClient(connected, taskQueue);
    return { server, emulator, client, remembered, broken, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Starts a server, which takes nothing of the environment: its namespace, keys and certificates are another server's. */
async function startOwnServer(
  { port = DEFAULT_PORT, uiPort = DEFAULT_UI_PORT }: UpPorts,
  data: UpData,
  parts: { stop(): Promise<unknown> }[],
  onProgress: (line: string) => void,
  breaks: (error: unknown) => void,
): Promise<Temporal> {
  const temporal = await startTemporalServer({
    dbFile: data.temporal,
    port,
    uiPort,
    logFile: data.temporalLog,
    onProgress,
  });
  parts.push(temporal);
  void temporal.exited.then(() => {
    breaks(new ServerEndedError(temporal.address));
  });
  return ownTemporal(temporal);
}

/** Starts a cluster, likewise. A process of it may end and be started again, from another terminal. */
async function startOwnCluster(
  { uiPort = DEFAULT_UI_PORT }: UpPorts,
  { temporal: folder }: UpData,
  parts: { stop(): Promise<unknown> }[],
  onProgress: (line: string) => void,
  breaks: (error: unknown) => void,
): Promise<Temporal> {
  const searchAttributes = SEARCH_ATTRIBUTE_NAMES;
  const cluster = await startCluster({ folder, uiPort, searchAttributes, onProgress }).catch(asUsageError);
  parts.push(cluster);
  void cluster.stopped.then(() => {
    breaks(new ServerEndedError(cluster.address));
  });
  return ownTemporal(cluster);
}

function ownTemporal({ address, uiUrl }: { address: string; uiUrl?: string }): Temporal {
  const settings = { connectionOptions: { address }, namespace: 'default' };
  const taskQueue = process.env['IDENTITY_CENTER_TASK_QUEUE'] ?? DEFAULT_TASK_QUEUE;
  return defined({ settings, taskQueue, uiUrl });
}

/** What keeps a cluster from starting until a person does something: its message says what. */
const FOR_PEOPLE = [ClusterFolderError, ClusterRunsError, MissingProgramError];

/** @throws UsageError */
function asUsageError(error: unknown): never {
  const known = FOR_PEOPLE.find((it) => error instanceof it);
  throw known === undefined ? error : new UsageError((error as Error).message);
}

/**
 * Reads the server that the environment names, and the queue for the worker of this `up` on it. Any address may lead to
 * production, one of this machine too: its port may be forwarded. A worker on the emulator would answer production's runs
 * with instances that do not exist; so its queue is never one that a production worker has.
 *
 * @throws UsageError where the server is not this machine, and no queue of one's own is named; where the options are for a
 * server that is started
 */
function outsideServer({ port, uiPort, fresh, cluster }: UpOptions): Temporal {
  if (port !== undefined || uiPort !== undefined || fresh === true || cluster === true)
    throw new UsageError(
      '--port, --ui-port, --fresh and --cluster are for a server that "up" starts, and TEMPORAL_ADDRESS or --address names one that is there. Leave one or the other out.',
    );
  const settings = readTemporalSettings();
  const { address } = settings.connectionOptions;
  const { IDENTITY_CENTER_TASK_QUEUE: named } = process.env;
  if (!isLoopback(address) && (named === undefined || named === DEFAULT_TASK_QUEUE)) {
    throw new UsageError(
      `TEMPORAL_ADDRESS is ${address}, which is not this machine, and "up" works on an emulator of AWS. ` +
        'Unset it, or set IDENTITY_CENTER_TASK_QUEUE to a queue of your own.',
    );
  }
  const queue = named ?? DEFAULT_TASK_QUEUE;
  return { settings, taskQueue: queue.endsWith(SANDBOX) ? queue : `${queue}${SANDBOX}` };
}

/** Starts the worker; resolves when it serves. */
async function startWorker(
  options: {
    taskQueue: string;
    aws: ReturnType<typeof emulatorSettings>;
    readConnection: () => WorkerConnection;
  },
  breaks: (error: unknown) => void,
) {
  const ending = new AbortController();
  let serves: () => void = () => undefined;
  const serving = new Promise<void>((resolve) => (serves = resolve));
  const ended = serve({ ...options, signal: ending.signal, onServing: serves });
  ended.catch(breaks);
  await Promise.race([serving, ended]);
  return {
    async stop() {
      ending.abort();
      await ended.catch(() => undefined);
    },
  };
}

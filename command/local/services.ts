import path from 'node:path';
import {
  connectToTemporal,
  IdentityCenterClient,
  IdentityCenterError,
  readTemporalSettings,
  registerSearchAttributes,
  type TemporalSettings,
} from '../../client';
import { DEFAULT_TASK_QUEUE, defined, isLoopback } from '../../contract';
import { emulatorSettings, startEmulator, type Emulator } from '../../sandbox';
import { startTemporalServer } from '../../sandbox/temporal-server';
import { createLogger, installLogger, serve, type WorkerConnection } from '../../worker';
import { UsageError } from '../errors';
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

/**
 * Starts what `up` runs, and lets the other verbs find it. `TEMPORAL_ADDRESS` names a server to use instead of starting
 * one.
 *
 * @param onProgress told what takes long
 */
export async function startServices(onProgress: (line: string) => void): Promise<LocalServices> {
  const outside = process.env['TEMPORAL_ADDRESS'] ? outsideServer() : undefined;
  claimHome();
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
    // Before the first connection, which would install the SDK's own.
    installLogger(createLogger('info', path.join(homeFolder(), 'worker.log')));
    const emulator = await startEmulator({ port: EMULATOR_PORT, freePortIfTaken: true });
    parts.push({ stop: () => emulator.close() });
    const temporal = outside ?? (await startOwnServer(parts, onProgress, breaks));
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
    });
    announceLocalServer(server);
    return { server, emulator, client: new IdentityCenterClient(connected, taskQueue), broken, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Starts a server, which takes nothing of the environment: its namespace, keys and certificates are another server's. */
async function startOwnServer(
  parts: { stop(): Promise<unknown> }[],
  onProgress: (line: string) => void,
  breaks: (error: unknown) => void,
): Promise<Temporal> {
  const temporal = await startTemporalServer({
    dbFile: path.join(homeFolder(), 'temporal.db'),
    port: DEFAULT_PORT,
    uiPort: DEFAULT_UI_PORT,
    logFile: path.join(homeFolder(), 'temporal.log'),
    onProgress,
  });
  parts.push(temporal);
  void temporal.exited.then(() => {
    breaks(new ServerEndedError(temporal.address));
  });
  const settings = { connectionOptions: { address: temporal.address }, namespace: 'default' };
  const taskQueue = process.env['IDENTITY_CENTER_TASK_QUEUE'] ?? DEFAULT_TASK_QUEUE;
  return defined({ settings, taskQueue, uiUrl: temporal.uiUrl });
}

/**
 * Reads the server that the environment names, and the queue for the worker of this `up` on it. Any address may lead to
 * production, one of this machine too: its port may be forwarded. A worker on the emulator would answer production's runs
 * with instances that do not exist; so its queue is never one that a production worker has.
 *
 * @throws UsageError where the server is not this machine, and no queue of one's own is named
 */
function outsideServer(): Temporal {
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

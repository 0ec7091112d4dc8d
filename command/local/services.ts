import path from 'node:path';
import { NativeConnection } from '@temporalio/worker';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { registerSearchAttributes } from '../../client';
import { DEFAULT_TASK_QUEUE, defined } from '../../contract';
import { emulatorSettings, startEmulator, type Emulator } from '../../sandbox';
import { startTemporalServer } from '../../sandbox/temporal-server';
import { createLogger, createWorker, installLogger, type WorkerOptions } from '../../worker';
import { announceLocalServer, makeHomeFolder, withdrawLocalServer, type LocalServer } from './state';

const DEFAULT_PORT = 7233;
const DEFAULT_UI_PORT = 8233;
const EMULATOR_PORT = 4599;

/** What `up` runs on this machine: Temporal with its UI, the emulator of AWS, a worker. */
export interface LocalServices {
  server: LocalServer;
  emulator: Emulator;
  /** Ends everything in good order, within 10 s. */
  stop(): Promise<void>;
}

/**
 * Starts what `up` runs, and lets the other verbs find it. `TEMPORAL_ADDRESS` names a server to use instead of starting
 * one.
 *
 * @param onProgress told what takes long
 */
export async function startServices(onProgress: (line: string) => void): Promise<LocalServices> {
  const home = makeHomeFolder();
  // Before the first connection, which would install the SDK's own.
  installLogger(createLogger('info', path.join(home, 'worker.log')));
  const { connectionOptions, namespace = 'default' } = loadClientConnectConfig();
  const taskQueue = process.env['IDENTITY_CENTER_TASK_QUEUE'] ?? DEFAULT_TASK_QUEUE;
  if (connectionOptions.address) refuseProductionQueue(connectionOptions.address, taskQueue);

  const running: { stop(): Promise<unknown> }[] = [];
  const stop = async () => {
    withdrawLocalServer();
    // The worker first, as it needs the others to end in good order.
    for (const part of running.reverse()) await part.stop();
  };
  try {
    const emulator = await startEmulator({ port: EMULATOR_PORT, freePortIfTaken: true });
    running.push({ stop: () => emulator.close() });
    const temporal = connectionOptions.address
      ? undefined
      : await startTemporalServer({
          dbFile: path.join(home, 'temporal.db'),
          port: DEFAULT_PORT,
          uiPort: DEFAULT_UI_PORT,
          logFile: path.join(home, 'temporal.log'),
          onProgress,
        });
    if (temporal !== undefined) running.push(temporal);
    const address = temporal?.address ?? connectionOptions.address ?? '';
    const connection = await NativeConnection.connect({ ...connectionOptions, address });
    // A server of somebody else may forbid it: runs then start without, and the client says so.
    await registerSearchAttributes(connection, namespace).catch(() => undefined);
    running.push(
      await startWorker(connection, { namespace, taskQueue, aws: emulatorSettings(emulator.url) }),
    );
    const server: LocalServer = defined({
      pid: process.pid,
      temporalAddress: address,
      uiUrl: temporal?.uiUrl,
      emulatorUrl: emulator.url,
    });
    announceLocalServer(server);
    return { server, emulator, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startWorker(connection: NativeConnection, options: Omit<WorkerOptions, 'connection'>) {
  const worker = await createWorker({ connection, ...options });
  const ended = worker.run();
  return {
    async stop() {
      worker.shutdown();
      await ended;
      await connection.close();
    },
  };
}

/** Refuses a server that may be production's: a worker on the emulator would answer its runs with instances that do not exist. */
function refuseProductionQueue(address: string, taskQueue: string): void {
  const loopback = /^(127\.\d+\.\d+\.\d+|localhost|\[?::1\]?)(:\d+)?$/.test(address);
  if (loopback || taskQueue !== DEFAULT_TASK_QUEUE) return;
  throw new Error(
    `TEMPORAL_ADDRESS is ${address}, which is not this machine, and "up" works on an emulator of AWS. ` +
      'Unset it, or set IDENTITY_CENTER_TASK_QUEUE to a queue of your own.',
  );
}

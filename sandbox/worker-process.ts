import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { emulatorEnvironment } from './emulator-settings';
import { endWithThisProcess } from './temporal-server';

// Not asked of the worker, whose SDK has a native part: the emulator runs where that does not.
const PARENT = path.dirname(__dirname);
const DIST = path.basename(PARENT) === 'dist' ? PARENT : path.join(PARENT, 'dist');
const MAIN = path.join(DIST, 'command', 'main.js');

/** The production worker in a process of its own, for whoever ends or freezes it. */
export interface WorkerProcess {
  readonly pid: number;
  /** Ends it as a crash would; resolves when it is gone. */
  kill(): Promise<void>;
  /** SIGSTOP: it neither answers nor dies. */
  freeze(): void;
  thaw(): void;
  /** Ends it in good order; resolves with its exit code. */
  stop(): Promise<number | null>;
  /** Resolves when it is gone, whoever ended it. */
  readonly exited: Promise<unknown>;
}

/**
 * Starts a worker whose AWS is the emulator at `emulatorUrl`; resolves when it serves.
 *
 * @param env more of its environment
 */
export async function startWorkerProcess(
  address: string,
  taskQueue: string,
  emulatorUrl: string,
  env: NodeJS.ProcessEnv = {},
): Promise<WorkerProcess> {
  const child = spawn(process.execPath, [MAIN, 'worker', '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      TEMPORAL_ADDRESS: address,
      IDENTITY_CENTER_TASK_QUEUE: taskQueue,
      IDENTITY_CENTER_LOG_LEVEL: 'error',
      ...emulatorEnvironment(emulatorUrl),
      ...env,
    },
  });
  const exited = once(child, 'exit');
  if (child.pid !== undefined) void exited.then(endWithThisProcess(child.pid));
  await Promise.race([
    once(child.stdout, 'data'),
    exited.then(() => {
      throw new Error(`the worker ended before it served, with ${child.exitCode}`);
    }),
  ]);
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    if (isRunning(child)) child.kill(signal);
    await exited;
    return child.exitCode;
  };
  return {
    pid: child.pid ?? 0,
    kill: async () => {
      await end('SIGKILL');
    },
    freeze: () => child.kill('SIGSTOP'),
    thaw: () => child.kill('SIGCONT'),
    stop: () => end('SIGTERM'),
    exited,
  };
}

function isRunning({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}

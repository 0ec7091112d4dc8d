import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findTemporalBinary } from './find-binary';
import { freePort } from './free-port';
import { endWithThisProcess } from './orphan-watch';
import { untilUsable } from './readiness';
import { serverArguments, type ServerSettings } from './server-arguments';
import { ServerOutput } from './server-output';
import { TemporalServerStartError } from './start-error';

/** A Temporal server that runs on this machine, listening on loopback only. */
export interface TemporalServer {
  /** As `TEMPORAL_ADDRESS` takes it, such as `127.0.0.1:7233`. */
  readonly address: string;
  /** Where the web UI is, unless it was turned off. */
  readonly uiUrl?: string;
  readonly pid: number;
  /** Ends it in an orderly manner, by force after 5 s; resolves when it is gone. */
  stop(): Promise<void>;
  /** Ends it as a crash would (SIGKILL); resolves when it is gone. */
  kill(): Promise<void>;
  /** Resolves when it is gone, whoever ended it. */
  readonly exited: Promise<void>;
}

/** How a server is started. */
export interface StartOptions {
  /** SQLite file that holds its state; made where missing. Default: in memory. */
  dbFile?: string;
  /** Wanted port; where it is taken, the next free one. Default: 7233. 0: any. */
  port?: number;
  /** Wanted port of the UI, likewise; `false`: no UI. Default: 8233. */
  uiPort?: number | false;
  /** SQLite no longer waits for the disk: faster, and the file may be lost when the machine crashes. Default: false. */
  mayLoseFile?: boolean;
  /** Namespace that must exist, beside `default`. Default: `default`. */
  namespace?: string;
  /** Search attributes to register, with their types. Default: none. */
  searchAttributes?: ServerSettings['searchAttributes'];
  /** Settings of Temporal's dynamic configuration, such as lower limits for a test. Default: none but the tuning. */
  dynamicConfig?: ServerSettings['dynamicConfig'];
  /** Told, a line at a time, what is being done that takes long. */
  onProgress?: (line: string) => void;
  /** File that the server's output is appended to. Default: none; its last lines are kept for messages. */
  logFile?: string;
  /** Path of `temporal`. Default: what {@link findTemporalBinary} finds. */
  binary?: string;
}

const START_MS = 30_000;
const STOP_MS = 5_000;
const STARTS = 10;
/** Those that look for a port at the same time do not do so again. */
const RESTART_WITHIN_MS = 500;
const PORT_TAKEN = /address already in use|only one usage of each socket address/i;

/**
 * Starts a Temporal server, tuned for one machine, and waits until it can be used. It ends with this process at the
 * latest, but call `stop`: Ctrl-C does not reach it.
 *
 * @throws {@link TemporalServerStartError}, {@link TemporalBinaryNotFoundError}
 */
export async function startTemporalServer(options: StartOptions = {}): Promise<TemporalServer> {
  const { dbFile, port = 7233, uiPort = 8233, namespace = 'default', onProgress } = options;
  const binary = options.binary ?? (await findTemporalBinary(onProgress === undefined ? {} : { onProgress }));
  if (dbFile !== undefined) await mkdir(dirname(dbFile), { recursive: true });
  for (let start = 1; ; start++) {
    const settings: ServerSettings = {
      port: await freePort(port),
      uiPort: uiPort === false ? false : await freePort(uiPort),
      namespace,
      dbFile,
      mayLoseFile: options.mayLoseFile ?? false,
      searchAttributes: options.searchAttributes ?? {},
      dynamicConfig: options.dynamicConfig ?? {},
    };
    try {
      return await launch(binary, settings, options.logFile);
    } catch (error) {
      // A free port may be taken by the time the server binds it: one of ours, or of those it picks for itself.
      const again =
        error instanceof TemporalServerStartError && PORT_TAKEN.test(error.message) && start < STARTS;
      if (!again) throw error;
      await sleep(Math.random() * RESTART_WITHIN_MS);
    }
  }
}

async function launch(binary: string, settings: ServerSettings, logFile?: string): Promise<TemporalServer> {
  // Ctrl-C goes to the whole process group; in a group of its own the server outlives it, and is ended last.
  const child = spawn(binary, serverArguments(settings), {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: serverEnvironment(process.env),
    windowsHide: true,
  });
  const output = new ServerOutput([child.stdout, child.stderr], logFile);
  const ending = once(child, 'close').then(
    () => `ended at once (${child.signalCode ?? `exit code ${child.exitCode}`})`,
    (error: unknown) => `could not be run: ${(error as Error).message}`,
  );
  const { pid } = child;
  if (pid === undefined) throw new TemporalServerStartError(await ending, output.kept());
  const unwatch = endWithThisProcess(pid);
  const exited = ending.then(unwatch);

  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await exited;
    clearTimeout(late);
  };

  const over = new AbortController();
  const abort = (reason: string) => {
    over.abort(new TemporalServerStartError(reason, output.kept()));
  };
  void ending.then(abort);
  const deadline = setTimeout(abort, START_MS, `did not answer within ${START_MS / 1000} s`);
  try {
    await untilUsable(settings.port, settings.namespace, over.signal);
    await untilCertainlyOurs(output, settings.port);
    over.signal.throwIfAborted();
  } catch (error) {
    await end('SIGKILL');
    throw error;
  } finally {
    clearTimeout(deadline);
  }
  return {
    address: `127.0.0.1:${settings.port}`,
    ...(settings.uiPort === false ? {} : { uiUrl: `http://127.0.0.1:${settings.uiPort}` }),
    pid,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    exited,
  };
}

// Where two starts took the same port, the server that answers may be the other's, and ours about to end: so wait until
// ours has said that it listens or, as other versions may say that in other words, for as long as it would take to fail.
async function untilCertainlyOurs(output: ServerOutput, port: number): Promise<void> {
  for (let waited = 0; waited < 1_000 && !output.includes(new RegExp(`Server:.*:${port}$`)); waited += 20) {
    await sleep(20);
  }
}

/** What the server is to know of our environment: nothing of another server, and a name even where the user has none. */
function serverEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const others = Object.entries(env).filter(([name]) => !name.startsWith('TEMPORAL_'));
  // Go asks for both where the system does not know the user, as in a container, and the server ends without.
  return { USER: 'identity-center', HOME: tmpdir(), ...Object.fromEntries(others) };
}

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { endWithThisProcess } from '../temporal-server';

const START_MS = 60_000;
const STOP_MS = 6_000;
const POLL_MS = 50;
const LINES_SHOWN = 12;
/** A server of Temporal's writes where it was in the code, at length. */
const CHARACTERS_SHOWN = 300;

/** A process of the cluster was started and did not come to serve; the message ends with what it wrote. */
export class PartStartError extends Error {
  override readonly name = 'PartStartError';

  constructor(name: string, reason: string, logFile: string, lines: readonly string[]) {
    super([`${name} ${reason}. From ${logFile}:`, ...lines].join('\n'));
  }
}

/** How a process is run. */
export interface PartPlan {
  file: string;
  args: readonly string[];
  /** The user that it runs as; default: that of this process. */
  user?: { uid: number; gid: number };
  env?: NodeJS.ProcessEnv;
  /** Where what it writes is appended. */
  logFile: string;
  /** What ends it in good order. Default: SIGTERM. */
  stopSignal?: NodeJS.Signals;
  isReady: () => Promise<boolean>;
}

/** A process that is started, ended and started again. */
export class Part {
  private child: ChildProcess | undefined;
  private isEnding = false;

  /** @param onEnded told where it ends and nobody has asked for that */
  constructor(
    readonly name: string,
    private readonly onEnded: () => void = () => undefined,
  ) {}

  /** Its process ID, while it runs. */
  get pid(): number | undefined {
    return this.child?.pid;
  }

  /**
   * Starts it, unless it runs; resolves when it serves.
   *
   * @throws {@link PartStartError}
   */
  async start({ file, args, user, env, logFile, stopSignal, isReady }: PartPlan): Promise<void> {
    if (this.child !== undefined) return;
    const written = existsSync(logFile) ? statSync(logFile).size : 0;
    const log = openSync(logFile, 'a', 0o600);
    // In a group of its own: Ctrl-C goes to the whole group, and what needs others has to end before them.
    const child = spawn(file, args, {
      ...user,
      detached: true,
      stdio: ['ignore', log, log],
      env: env ?? process.env,
    });
    closeSync(log);
    this.child = child;
    this.isEnding = false;
    const unwatch = child.pid === undefined ? () => undefined : endWithThisProcess(child.pid, stopSignal);
    let isServing = false;
    let ended: string | undefined;
    const gone = once(child, 'exit').then(
      () => `ended at once (${child.signalCode ?? `exit code ${child.exitCode}`})`,
      (error: unknown) => `could not be run: ${(error as Error).message}`,
    );
    void gone.then((how) => {
      ended = how;
      unwatch();
      this.child = undefined;
      if (isServing && !this.isEnding) this.onEnded();
    });
    const fail = (reason: string) =>
      new PartStartError(this.name, reason, logFile, linesSince(logFile, written));
    for (const end = Date.now() + START_MS; !(await isReady());) {
      if (ended !== undefined) throw fail(ended);
      if (Date.now() > end) {
        await this.end('SIGKILL');
        throw fail(`did not serve within ${START_MS / 1000} s`);
      }
      await sleep(POLL_MS);
    }
    // What is ready may be another's.
    if (ended !== undefined) throw fail(ended);
    isServing = true;
  }

  /** Ends it, as a crash would with SIGKILL; by force after 6 s. Resolves when it is gone. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const { child } = this;
    if (child === undefined) return;
    this.isEnding = true;
    const gone = once(child, 'exit');
    child.kill(signal);
    const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await gone;
    clearTimeout(late);
  }
}

function linesSince(file: string, offset: number): string[] {
  const lines = readFileSync(file).subarray(offset).toString('utf8').trimEnd().split('\n');
  return lines.slice(-LINES_SHOWN).map((line) => line.slice(0, CHARACTERS_SHOWN));
}

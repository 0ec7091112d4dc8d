import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Answer, Question } from './jobs/answer';

/** Another Node.js process, as a real part would be; ended by its own ID. */
export interface Process {
  readonly pid: number;
  /** SIGTERM, by force after 15 s. */
  stop(): Promise<void>;
  kill(): Promise<void>;
}

/** Flags for Node.js, such as `--cpu-prof --cpu-prof-dir=/tmp/profiles`: to see where the time goes. */
const FLAGS = process.env['BENCH_NODE_FLAGS']?.split(' ') ?? [];

/** The folder of this build. */
export const DIST = path.dirname(__dirname);

// Nothing of the environment but where programs are: no credentials, no server of somebody else.
const ENVIRONMENT = {
  PATH: process.env['PATH'],
  HOME: process.env['HOME'],
};

/** Starts a script of a build; resolves with its first line on stdout. */
export async function startScript(
  script: string,
  scriptArguments: string[],
  env: Record<string, string> = {},
  dist = DIST,
): Promise<{ process: Process; line: string }> {
  const child = spawn(process.execPath, [...FLAGS, path.join(dist, script), ...scriptArguments], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...ENVIRONMENT, ...env },
  });
  const running = asProcess(child);
  const line = await Promise.race([
    once(child.stdout, 'data').then(([chunk]) => String(chunk)),
    once(child, 'exit').then(() => {
      throw new Error(`${script} ended before it was ready, with ${child.exitCode}`);
    }),
  ]);
  child.stdout.resume();
  return { process: running, line };
}

/** A process that is asked, one question at a time. */
export interface Peer extends Process {
  /** @param onNote told of each account that is done */
  ask(question: Question, onNote?: (account: string) => void): Promise<Answer>;
}

/** Starts a script that answers questions. */
export async function startPeer(
  script: string,
  scriptArguments: string[],
  env: Record<string, string>,
): Promise<Peer> {
  const child = fork(path.join(DIST, script), scriptArguments, {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...ENVIRONMENT, NODE_NO_WARNINGS: '1', ...env },
  });
  const running = asProcess(child);
  const ended = once(child, 'exit').then(() => {
    throw new Error(`${script} ended, with ${child.exitCode ?? child.signalCode}`);
  });
  // Whoever waits for an answer sees it; else it is nobody's.
  ended.catch(() => undefined);
  await Promise.race([once(child, 'message'), ended]);
  return {
    ...running,
    async ask(question, onNote) {
      const answer = new Promise<Answer>((resolve) => {
        child.on('message', function listen(message: { note?: string; answer?: Answer }) {
          if (message.note !== undefined) onNote?.(message.note);
          if (message.answer === undefined) return;
          child.off('message', listen);
          resolve(message.answer);
        });
      });
      child.send(question);
      return Promise.race([answer, ended]);
    },
  };
}

const started = new Set<ChildProcess>();
// Nothing that was started is left behind, however this process ends.
process.once('exit', () => {
  for (const child of started) child.kill('SIGKILL');
});

function asProcess(child: ChildProcess): Process {
  const exited = once(child, 'exit');
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  const end = async (signal: NodeJS.Signals) => {
    if (isRunning()) child.kill(signal);
    const late = setTimeout(() => child.kill('SIGKILL'), 15_000);
    await exited;
    clearTimeout(late);
  };
  started.add(child);
  void exited.then(() => started.delete(child));
  return { pid: child.pid ?? 0, stop: () => end('SIGTERM'), kill: () => end('SIGKILL') };
}

/** Milliseconds of CPU that a process has used, in all its threads; Linux only. */
export function cpuMs(pid: number): number {
  const [user = 0, system = 0] = cpuFields(pid);
  return user + system;
}

/** The same with its children, those that have ended included: PostgreSQL has a process a connection. */
export function cpuWithChildrenMs(pid: number): number {
  const own = cpuFields(pid).reduce((sum, ms) => sum + ms, 0);
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
  return children.reduce((sum, child) => sum + cpuUnlessGone(Number(child)), own);
}

/** What a process that ends between two looks has used is its parent's by then. */
function cpuUnlessGone(pid: number): number {
  try {
    return cpuMs(pid);
  } catch {
    return 0;
  }
}

/** User and system time of a process, then of its children that have ended. */
function cpuFields(pid: number): number[] {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  // In ticks of 10 ms.
  return fields.slice(11, 15).map((ticks) => Number(ticks) * 10);
}

/** Megabytes of memory that a process holds; Linux only. */
export function residentMb(pid: number): number {
  return statusMb(pid, 'VmRSS');
}

/** Megabytes of memory that a process has held at the most; Linux only. */
export function peakMb(pid: number): number {
  return statusMb(pid, 'VmHWM');
}

function statusMb(pid: number, field: 'VmRSS' | 'VmHWM'): number {
  const line = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(line?.[1]) / 1024;
}

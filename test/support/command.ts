import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { callCommand } from '../../command/call';
import { capture, type Printed } from './captured';
import type { Harness } from './harness';

const MAIN = path.join(__dirname, '..', '..', 'dist', 'command', 'main.js');

/** What a process of the command left. */
export interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** The command as a process, with an environment that can reach neither AWS nor the state of this user. */
export interface CommandRunner {
  /** The file that Node.js runs, and the environment that it gets. */
  readonly main: string;
  readonly env: NodeJS.ProcessEnv;
  run(args: string[], options?: { env?: NodeJS.ProcessEnv; stdin?: string }): Promise<Finished>;
  /** A process that stays; the caller ends it. */
  start(args: string[], env?: NodeJS.ProcessEnv): Running;
  /** Writes a file into its folder; its path. */
  file(name: string, text: string): string;
  /** Removes its folder. */
  dispose(): void;
}

export interface Running {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
  /** What it has printed so far. */
  readonly stdout: () => string;
  readonly stderr: () => string;
}

export function commandRunner(baseEnv: NodeJS.ProcessEnv): CommandRunner {
  const home = mkdtempSync(path.join(tmpdir(), 'identity-center-'));
  const ownEnv = {
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    NO_COLOR: '1',
    IDENTITY_CENTER_HOME: home,
    AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
    ...baseEnv,
  };
  const start = (args: string[], env: NodeJS.ProcessEnv = {}): Running => {
    const child = spawn(process.execPath, [MAIN, ...args], { env: { ...ownEnv, ...env } });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const finished = once(child, 'close').then(() => ({ code: child.exitCode, stdout, stderr }));
    return { child, finished, stdout: () => stdout, stderr: () => stderr };
  };
  return {
    main: MAIN,
    env: ownEnv,
    start,
    run(args, { env, stdin } = {}) {
      const { child, finished } = start(args, env);
      child.stdin?.end(stdin ?? '');
      return finished;
    },
    file(name, text) {
      const file = path.join(home, name);
      writeFileSync(file, text);
      return file;
    },
    dispose: () => {
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** The command with the settings of a harness. */
export function commandFor({ address, taskQueue }: Harness): CommandRunner {
  return commandRunner({ TEMPORAL_ADDRESS: address, IDENTITY_CENTER_TASK_QUEUE: taskQueue });
}

/** The one JSON document that a verb printed. */
export function documentOf({ stdout }: Finished): Record<string, unknown> {
  return JSON.parse(stdout) as Record<string, unknown>;
}

/** The real parts of a test file, and the command that finds them; from the first test on. */
export interface CommandSuite<H extends Harness> {
  readonly harness: H;
  /** Where a test is about the process, its environment or its input. */
  readonly command: CommandRunner;
  /** Carries out a command line in this process, where a test is about what the verb does and says: no process to start. */
  readonly call: (args: readonly string[]) => Promise<Finished>;
  /** As `call`; what it has printed can be read meanwhile. */
  readonly begin: (args: readonly string[]) => Omit<Running, 'child'>;
}

/** Starts a harness and its command before the tests of a file, and ends them after. */
export function commandSuite<H extends Harness>(start: () => Promise<H>): CommandSuite<H> {
  let suite: Pick<CommandSuite<H>, 'harness' | 'command'> | undefined;
  beforeAll(async () => {
    const harness = await start();
    const command = commandFor(harness);
    suite = { harness, command };
    Object.assign(process.env, command.env);
  });
  afterAll(async () => {
    suite?.command.dispose();
    await suite?.harness.stop();
  });
  const started = () => {
    if (suite === undefined) throw new Error('the parts of a suite are there in its tests');
    return suite;
  };
  return {
    get harness() {
      return started().harness;
    },
    get command() {
      return started().command;
    },
    call,
    begin,
  };
}

/** Carries out a command line in this process. */
export function call(args: readonly string[]): Promise<Finished> {
  return begin(args).finished;
}

/** As {@link call}, with an environment of its own; whatever else goes on in this process meets it as well. */
export function callAlone(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Finished> {
  return withEnvironment(env, () => call(args));
}

/** Does something in an environment of its own, which whatever else goes on in this process meets as well. */
export async function withEnvironment<T>(env: NodeJS.ProcessEnv, does: () => Promise<T>): Promise<T> {
  const before = process.env;
  process.env = env;
  try {
    return await does();
  } finally {
    process.env = before;
  }
}

function begin(args: readonly string[]): Omit<Running, 'child'> {
  const printed: Printed = { stdout: '', stderr: '' };
  const finished = capture(printed, () => callCommand(args)).then((code) => ({ code, ...printed }));
  return { finished, stdout: () => printed.stdout, stderr: () => printed.stderr };
}

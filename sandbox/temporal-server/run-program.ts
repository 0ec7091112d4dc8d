import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** What to run, and what to do while it runs. */
export interface RunOptions {
  env: NodeJS.ProcessEnv;
  onLine?: (line: string) => void;
  /** Called every `tickMs`; what it returns, unless `undefined`, is why the program is ended. */
  onTick?: (seconds: number) => string | undefined;
  /** Default: 10 s. */
  tickMs?: number;
}

/** How a program ended. `problem` is `undefined` where it did what was asked. */
export interface RunResult {
  problem: string | undefined;
  lines: string[];
}

const LINES_KEPT = 20;

/** Runs a program to its end. Never rejects: a program that cannot be started is a problem like any other. */
export async function runProgram(file: string, args: string[], options: RunOptions): Promise<RunResult> {
  const began = Date.now();
  const lines: string[] = [];
  const child = spawn(file, args, { env: options.env, stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true });
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      if (lines.length > LINES_KEPT) lines.shift();
      options.onLine?.(line);
    });
  }
  let reason: string | undefined;
  const ticker = setInterval(() => {
    reason ??= options.onTick?.(Math.round((Date.now() - began) / 1000));
    if (reason !== undefined) child.kill('SIGKILL');
  }, options.tickMs ?? 10_000);
  try {
    const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    if (code === 0) return { problem: undefined, lines };
    return { problem: reason ?? lines.at(-1) ?? `it ended with ${signal ?? `exit code ${code}`}`, lines };
  } catch (error) {
    return { problem: (error as Error).message, lines };
  } finally {
    clearInterval(ticker);
  }
}

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { userFolder } from '../../sandbox/temporal-server';

const TOOLS = path.join(userFolder('cache'), 'deploy-tools');

/** Builds a program of a Go module, once; `undefined` where that cannot be had here. */
export function goProgram(module: string): string | undefined {
  const [name = '', version = ''] = path.posix.basename(module).split('@');
  const folder = path.join(TOOLS, `${name}-${version}`);
  const program = path.join(folder, name);
  if (!existsSync(program) && !succeeds('go', ['install', module], { GOBIN: folder })) return undefined;
  return program;
}

/** Downloads a Go module; its folder, or `undefined` where it cannot be had here. */
export function goModule(module: string): string | undefined {
  const { status, stdout } = spawnSync('go', ['mod', 'download', '-json', module], { encoding: 'utf8' });
  if (status !== 0) return undefined;
  return (JSON.parse(stdout) as { Dir: string }).Dir;
}

/** Installs packages from PyPI, once; the folder of their programs, or `undefined` where they cannot be had here. */
export function pythonPrograms(...packages: string[]): string | undefined {
  const folder = path.join(TOOLS, packages.join('-').replaceAll('==', '-'));
  const programs = path.join(folder, 'bin');
  const isReady = path.join(folder, 'ready');
  mkdirSync(TOOLS, { recursive: true });
  // Several test files need the same programs, each in a process of its own.
  return oneAfterTheOther(`${folder}.lock`, () => {
    if (existsSync(isReady)) return programs;
    rmSync(folder, { recursive: true, force: true });
    const isInstalled =
      succeeds('python3', ['-m', 'venv', folder]) &&
      succeeds(path.join(programs, 'pip'), ['install', '--quiet', '--no-compile', ...packages]);
    if (!isInstalled) return undefined;
    mkdirSync(isReady);
    return programs;
  });
}

/** Does something while no other process does the same; a lock of ten minutes was left by one that died. */
function oneAfterTheOther<T>(lock: string, does: () => T): T {
  const isAbandoned = () =>
    Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Infinity) > 600_000;
  while (!isMade(lock)) {
    if (isAbandoned()) rmSync(lock, { recursive: true, force: true });
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
  }
  try {
    return does();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

function isMade(folder: string): boolean {
  try {
    mkdirSync(folder);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  }
}

/** Whether a program is on the PATH. */
export function isInstalled(program: string): boolean {
  return succeeds('which', [program]);
}

/** Runs a program to its end. */
export function run(file: string, args: string[], options: { cwd?: string; input?: string } = {}) {
  const { status, stdout, stderr, error } = spawnSync(file, args, { encoding: 'utf8', ...options });
  return { status, stdout, stderr: error === undefined ? stderr : error.message };
}

function succeeds(file: string, args: string[], env: Record<string, string> = {}): boolean {
  return spawnSync(file, args, { stdio: 'ignore', env: { ...process.env, ...env } }).status === 0;
}

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { userFolder } from '../../sandbox/temporal-server';

const TOOLS = path.join(userFolder('cache'), 'deploy-tools');
const INSTALL = path.join(__dirname, 'install-python.cjs');

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
  if (!existsSync(isReady)) succeeds(process.execPath, [INSTALL, folder, ...packages]);
  return existsSync(isReady) ? programs : undefined;
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

// Other versions of Node.js than the one that runs, as the npm package `node` brings them.
// node test/support/node-version.mjs 22 jest test/contract: runs a program of node_modules/.bin on one.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const CACHE = path.join(
  process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache'),
  'identity-center-orchestrator',
  'node',
);

/** Finds the newest release of a major version, once; `undefined` where the registry has none for this machine. */
export function findNode(major) {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  const folder = path.join(CACHE, String(major));
  const program = path.join(folder, 'node_modules', 'node', 'bin', 'node');
  if (!existsSync(program)) {
    mkdirSync(folder, { recursive: true });
    const install = ['install', '--prefix', folder, '--no-audit', '--no-fund', '--loglevel=error'];
    spawnSync('npm', [...install, `node@${major}`], { stdio: ['ignore', 2, 2] });
  }
  return existsSync(program) ? program : undefined;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [major, name, ...args] = process.argv.slice(2);
  const node = findNode(major);
  if (node === undefined) {
    console.error(`Node.js ${major} cannot be had here: what was to run on it is skipped`);
  } else {
    const program = path.join(import.meta.dirname, '..', '..', 'node_modules', '.bin', name);
    const env = { ...process.env, PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH}` };
    process.exitCode = spawnSync(node, [program, ...args], { stdio: 'inherit', env }).status ?? 1;
  }
}

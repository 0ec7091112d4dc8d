#!/usr/bin/env node
// Makes this folder ready, before `npm start` and `npm test`: packages, then the build, each only where it is missing or out of
// date. Plain Node, as it runs before there are packages. With --to-run, and where nobody develops here, it leaves out what
// running does not need: the tools of development and the check of the types, which take most of the time.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const OLDEST_NODE = [20, 19];
const SOURCES = [
  'contract',
  'encryption',
  'workflows',
  'activities',
  'worker',
  'client',
  'pipelines',
  'command',
  'sandbox',
  'bench',
  'chaos',
];
const SETTINGS = [
  ...['package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json'],
  'sandbox/bundle-lambda.mjs',
];
const STAMP = join(ROOT, 'dist', '.stamp');

requireNode();
const installed = installedPackages();
const onlyToRun = process.argv.includes('--to-run') && installed['node_modules/typescript'] === undefined;
if (!packagesMatchLock())
  npmStep('installing packages', [
    'ci',
    ...(onlyToRun ? ['--omit=dev'] : []),
    ...['--no-audit', '--no-fund', '--loglevel=error'],
  ]);
const sources = hashOfSources();
const stamps = onlyToRun ? [sources, `${sources} to run`] : [sources];
if (!stamps.includes(read(STAMP))) {
  // What a deleted source left behind would still be found by whoever imports it.
  rmSync(join(ROOT, 'dist'), { recursive: true, force: true });
  if (onlyToRun) step('building', process.execPath, [join(ROOT, 'sandbox', 'transpile.mjs'), ...SOURCES]);
  else npmStep('building', ['run', '--silent', 'build']);
  makeCommandsRunnable();
  mkdirSync(dirname(STAMP), { recursive: true });
  writeFileSync(STAMP, stamps.at(-1));
}

function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_NODE;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  fail(
    `Node.js ${OLDEST_NODE.join('.')} or newer is needed, and this is ${process.version}: see https://nodejs.org.`,
  );
}

// npm leaves a lockfile of what it has installed. Comparing that one also knows packages that people installed by hand.
function installedPackages() {
  const lock = read(join(ROOT, 'node_modules', '.package-lock.json'));
  return lock === undefined ? {} : JSON.parse(lock).packages;
}

function packagesMatchLock() {
  if (read(join(ROOT, 'node_modules', '.package-lock.json')) === undefined) return false;
  const { '': _, ...wants } = JSON.parse(read(join(ROOT, 'package-lock.json'))).packages;
  const same = (path) =>
    installed[path]?.version === wants[path].version && installed[path]?.integrity === wants[path].integrity;
  const mayLack = (path) =>
    installed[path] === undefined && (wants[path].optional || (onlyToRun && wants[path].dev));
  return (
    Object.keys(wants).every((path) => same(path) || mayLack(path)) &&
    Object.keys(installed).every((path) => path in wants)
  );
}

function hashOfSources() {
  const hash = createHash('sha256');
  const files = [
    ...SOURCES.flatMap((folder) => filesBelow(join(ROOT, folder), '.ts')),
    // The build packs them.
    ...filesBelow(join(ROOT, 'test', 'histories'), '.json'),
  ].sort();
  for (const file of [...SETTINGS.map((name) => join(ROOT, name)), ...files]) {
    hash
      .update(`${relative(ROOT, file)}\0`)
      .update(readFileSync(file))
      .update('\0');
  }
  return hash.digest('hex');
}

function filesBelow(folder, ending) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => join(entry.parentPath, entry.name));
}

// npm does this once, when it links the commands; what is built after that has no right to run.
function makeCommandsRunnable() {
  for (const file of Object.values(JSON.parse(read(join(ROOT, 'package.json'))).bin))
    chmodSync(join(ROOT, file), 0o755);
}

function npmStep(what, args) {
  const { npm_execpath: npm } = process.env;
  // Under npm its own script is known; else the command is, which on Windows is a .cmd file and needs a shell.
  if (npm?.endsWith('js')) step(what, process.execPath, [npm, ...args]);
  else step(what, 'npm', args, process.platform === 'win32');
}

// Everything goes to stderr: what started this may promise that stdout is one JSON document.
function step(what, file, args, shell = false) {
  console.error(`${what} …`);
  const began = Date.now();
  const { status, error } = spawnSync(file, args, { cwd: ROOT, stdio: ['ignore', 2, 2], shell });
  const seconds = ((Date.now() - began) / 1000).toFixed(1);
  if (status !== 0)
    fail(`${what}: failed after ${seconds} s${error ? ` (${error.message})` : ''}, see above.`);
  console.error(`${what}: done in ${seconds} s`);
}

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function fail(message) {
  console.error(message);
  process.exit(1);
}

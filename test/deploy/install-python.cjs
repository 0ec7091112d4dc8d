// Installs packages from PyPI into a folder, whoever else wants them too: node install-python.cjs FOLDER PACKAGE…
const { execFileSync } = require('node:child_process');
const { existsSync, mkdirSync, rmSync } = require('node:fs');
const path = require('node:path');
const { withInstallLock } = require('../../dist/sandbox/temporal-server');

async function install(folder, packages) {
  const isReady = path.join(folder, 'ready');
  if (existsSync(isReady)) return;
  rmSync(folder, { recursive: true, force: true });
  execFileSync('python3', ['-m', 'venv', folder]);
  execFileSync(path.join(folder, 'bin', 'pip'), ['install', '--quiet', '--no-compile', ...packages]);
  mkdirSync(isReady);
}

const [folder, ...packages] = process.argv.slice(2);
void withInstallLock(
  `${folder}.lock`,
  () => undefined,
  () => install(folder, packages),
);

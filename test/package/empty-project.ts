import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ROOT } from '../docs/pages';

/** A project of somebody else's, with nothing but the packed package. */
export interface EmptyProject {
  readonly folder: string;
  /** The package as it would be published. */
  readonly tarball: string;
  write(file: string, content: string): void;
  /** Runs a file of the project. */
  run(file: string, args?: string[], options?: { node?: string; env?: Record<string, string> }): Run;
  remove(): void;
}

export interface Run {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** Packs the package, and installs it where nothing is; no script of any package runs, so none is needed. */
export function startEmptyProject(): EmptyProject {
  const folder = mkdtempSync(path.join(tmpdir(), 'empty-project-'));
  const pack = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder];
  const [packed] = JSON.parse(npm(pack, ROOT)) as [{ filename: string }];
  const tarball = path.join(folder, packed.filename);
  const write = (file: string, content: string) => {
    const target = path.join(folder, file);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, content);
  };
  write('package.json', JSON.stringify({ name: 'somebody-elses', private: true }));
  npm(['install', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', tarball], folder);
  return {
    folder,
    tarball,
    write,
    run(file, args = [], { node = process.execPath, env = {} } = {}) {
      const { PATH = '', HOME = '' } = process.env;
      const options = { cwd: folder, encoding: 'utf8', env: { PATH, HOME, NO_COLOR: '1', ...env } } as const;
      const { status, stdout, stderr } = spawnSync(node, [file, ...args], options);
      return { status, stdout, stderr };
    },
    remove() {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function npm(args: string[], cwd: string): string {
  // What npm has set for the run of these tests is not for other projects.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.toLowerCase().startsWith('npm_config_')),
  );
  return execFileSync('npm', args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

import { spawnSync } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const SETUP = join(__dirname, '..', '..', 'sandbox', 'setup.mjs');
const FOLDERS = 'contract workflows activities worker client command sandbox bench chaos node_modules'.split(
  ' ',
);
// As tsc does, it makes a file that nobody may run.
const BUILD = `
  import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
  mkdirSync('dist/command', { recursive: true });
  writeFileSync('dist/command/main.js', readFileSync('command/main.ts'), { mode: 0o644 });
`;

describe('setup.mjs', () => {
  let folder: string;
  const put = async (file: string, content: string) => {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), content);
  };
  const setUp = () => {
    const { status, stderr } = spawnSync(process.execPath, [join(folder, 'sandbox', 'setup.mjs')], {
      encoding: 'utf8',
    });
    expect({ status, stderr }).toMatchObject({ status: 0 });
    return stderr;
  };
  const command = () => spawnSync(join(folder, 'dist', 'command', 'main.js'), { encoding: 'utf8' });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'setup-'));
    for (const name of FOLDERS) await mkdir(join(folder, name));
    await copyFile(SETUP, join(folder, 'sandbox', 'setup.mjs'));
    const scripts = { build: 'node build.mjs' };
    await put(
      'package.json',
      JSON.stringify({ name: 'example', scripts, bin: { example: './dist/command/main.js' } }),
    );
    await put('package-lock.json', JSON.stringify({ packages: { '': {} } }));
    await put('node_modules/.package-lock.json', JSON.stringify({ packages: {} }));
    for (const name of ['tsconfig.json', 'tsconfig.build.json']) await put(name, '{}');
    await put('build.mjs', BUILD);
    await put('command/main.ts', '#!/bin/sh\necho one\n');
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('leaves a command that can be run, also where a changed source has it built again', async () => {
    expect(setUp()).toContain('building');
    expect(command()).toMatchObject({ status: 0, stdout: 'one\n' });
    expect(setUp()).toBe('');
    await put('command/main.ts', '#!/bin/sh\necho two\n');
    expect(setUp()).toContain('building');
    expect(command()).toMatchObject({ status: 0, stdout: 'two\n' });
    expect(await readFile(join(folder, 'dist', '.stamp'), 'utf8')).toMatch(/^[0-9a-f]{64}$/);
  });
});

import { spawnSync } from 'node:child_process';
import { copyFile, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const ROOT = join(__dirname, '..', '..');
const SETUP = join(ROOT, 'sandbox', 'setup.mjs');
const TRANSPILE = join(ROOT, 'sandbox', 'transpile.mjs');
const SOURCES = 'contract encryption workflows activities worker client command sandbox bench chaos'.split(
  ' ',
);
/** What the workers of a build replay ships with it. */
const HISTORIES = join('test', 'histories');
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
  const setUp = (...args: string[]) => {
    const setup = [join(folder, 'sandbox', 'setup.mjs'), ...args];
    const { status, stderr } = spawnSync(process.execPath, setup, { encoding: 'utf8' });
    expect({ status, stderr }).toMatchObject({ status: 0 });
    return stderr;
  };
  const command = () => spawnSync(join(folder, 'dist', 'command', 'main.js'), { encoding: 'utf8' });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'setup-'));
    for (const name of [...SOURCES, HISTORIES, 'node_modules'])
      await mkdir(join(folder, name), { recursive: true });
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
    // What is built is good enough to run.
    expect(setUp('--to-run')).toBe('');
  });

  describe('to run, where nobody develops', () => {
    const tools = { 'node_modules/typescript': { version: '6.0.0', dev: true } };
    beforeEach(async () => {
      await copyFile(TRANSPILE, join(folder, 'sandbox', 'transpile.mjs'));
      await symlink(join(ROOT, 'node_modules', '@swc'), join(folder, 'node_modules', '@swc'));
      await put('package-lock.json', JSON.stringify({ packages: { '': {}, ...tools } }));
      await put('build.mjs', 'process.exit(1)');
      await put(
        'worker/bundle.ts',
        "import { writeFileSync } from 'node:fs'; writeFileSync('dist/bundle', '');",
      );
      await put(
        'command/main.ts',
        "#!/usr/bin/env node\nvoid import('./other.js').then(({ words, say, Line }) => say(new Line(words)));\n",
      );
      // Node.js finds the names of a CommonJS module without running it.
      await put(
        'command/other.ts',
        `export * from './words';
         export class Line { constructor(readonly text: string) {} }
         export const say = ({ text }: Line) => { console.log(text); };`,
      );
      await put('command/words.ts', "export const words: string = 'one';\nexport const more = 2;");
    });

    it('builds without the tools of development, saying how long each step took, and once', async () => {
      expect(setUp('--to-run')).toMatch(/^building …\nbuilding: done in [\d.]+ s\n$/);
      expect(command()).toMatchObject({ status: 0, stdout: 'one\n' });
      await expect(readFile(join(folder, 'dist', 'bundle'), 'utf8')).resolves.toBe('');
      expect(setUp('--to-run')).toBe('');
    });

    it('whoever develops has all of it built', async () => {
      setUp('--to-run');
      await put('node_modules/.package-lock.json', JSON.stringify({ packages: tools }));
      await put('build.mjs', BUILD);
      await put('command/main.ts', '#!/bin/sh\necho built\n');
      expect(setUp('--to-run')).toContain('building');
      expect(command()).toMatchObject({ stdout: 'built\n' });
    });
  });
});

test('the command that is built to run is the one that is built to develop: its verbs are there, and say what is wrong', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'transpiled-'));
  try {
    for (const name of [...SOURCES, HISTORIES])
      await cp(join(ROOT, name), join(folder, name), { recursive: true });
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    await copyFile(join(ROOT, 'package.json'), join(folder, 'package.json'));
    const build = [join(folder, 'sandbox', 'transpile.mjs'), ...SOURCES];
    const { status: built, stderr: said } = spawnSync(process.execPath, build, { encoding: 'utf8' });
    expect({ built, said }).toMatchObject({ built: 0 });
    const env = { ...process.env, IDENTITY_CENTER_HOME: folder, TEMPORAL_ADDRESS: '127.0.0.1:9' };
    const verbs = ['status 111122223333', 'fleet status accounts'];
    const main = join(folder, 'dist', 'command', 'main.js');
    for (const verb of verbs) {
      const { status, stderr } = spawnSync(process.execPath, [main, ...verb.split(' ')], {
        encoding: 'utf8',
        env,
      });
      expect([verb, status, stderr]).toEqual([verb, 5, expect.stringMatching(/^No Temporal server answers/)]);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

import { execFile } from 'node:child_process';
import path from 'node:path';
import { commandRunner, type CommandRunner } from '../support/command';

const DIST = path.resolve(__dirname, '..', '..', 'dist');

let command: CommandRunner;
beforeAll(() => {
  command = commandRunner({ TEMPORAL_ADDRESS: '' });
});
afterAll(() => {
  command.dispose();
});

/** Has a process believe that its machine is another. */
function machine(name: string, script: string): NodeJS.ProcessEnv {
  return { NODE_OPTIONS: `--require ${command.file(`${name}.cjs`, script)}` };
}

/** The native part fails to load, with these words. */
const noNativePart = (words: string) => `
  require('node:module')._extensions['.node'] = () => { throw new Error(${JSON.stringify(words)}); };
`;
const MUSL = `
  process.report.getReport = () => ({ header: {} });
  ${noNativePart('Error loading shared library ld-linux-x86-64.so.2: No such file or directory')}
`;

const ALPINE = /^The worker cannot run here: .*needs glibc.*node:22-slim\.$/;

test.each([['worker'], ['up', '--exit']])('%s on Alpine says in one line what is needed', async (...args) => {
  const { code, stdout, stderr } = await command.run(args, { env: machine('musl', MUSL) });
  expect(code).not.toBe(0);
  expect(stdout).toBe('');
  expect(stderr.trim()).toMatch(ALPINE);
});

test.each([
  ["version `GLIBC_2.34' not found (required by index.node)", /newer glibc than/],
  ['No prebuilt module for arch riscv64', /no native part .* for linux/],
  ['invalid ELF header', /cannot be loaded \(invalid ELF header\).*npm ci/],
])('%s: told in one line', async (words, told) => {
  const { stderr } = await command.run(['worker'], { env: machine('broken', noNativePart(words)) });
  expect(stderr.trim()).toMatch(told);
  expect(stderr.trim().split('\n')).toHaveLength(1);
});

test('the library says the same of its createWorker, and an emulator needs no native part', async () => {
  const load = (folder: string) =>
    new Promise<string>((resolve) => {
      const script = `try { require(${JSON.stringify(path.join(DIST, folder))}); console.log('loaded'); } catch (error) { console.log(error.message); }`;
      const options = { env: { ...process.env, ...machine('musl', MUSL) } };
      execFile(process.execPath, ['-e', script], options, (_error, stdout) => {
        resolve(stdout.trim());
      });
    });
  expect(await load('worker')).toMatch(ALPINE);
  for (const folder of ['client', 'sandbox', 'command/local/emulator.js'])
    expect(await load(folder)).toBe('loaded');
});

test.each(['20.18.3', '18.20.8', '16.20.2', '12.22.12'])(
  'Node.js %s is told in one line',
  async (version) => {
    const old = `
    Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } });
    Object.defineProperty(process, 'version', { value: 'v${version}' });
  `;
    const { code, stderr } = await command.run(['token', 'x'], { env: machine('old', old) });
    expect(code).toBe(2);
    expect(stderr).toBe(
      `identity-center needs Node.js 20.19 or newer, and this is v${version}: see https://nodejs.org.\n`,
    );
  },
);

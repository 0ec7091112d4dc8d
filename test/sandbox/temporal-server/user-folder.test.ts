import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeUserFolder, requireOwn, userFolder } from '../../../sandbox/temporal-server';

const NAME = 'identity-center-orchestrator';
const BUILT = join(__dirname, '../../../dist/sandbox/temporal-server/user-folder.js');
const FALLBACK = join(tmpdir(), `${NAME}-${process.getuid?.()}`, 'cache');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'user-folder-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const onLinux = process.platform === 'linux' ? test : test.skip;

onLinux('it is where XDG says, else in the home folder', () => {
  const HOME = folder;
  expect(userFolder('cache', { HOME })).toBe(join(folder, '.cache', NAME));
  expect(userFolder('data', { HOME })).toBe(join(folder, '.local', 'share', NAME));
  expect(userFolder('cache', { HOME, XDG_CACHE_HOME: join(folder, 'x') })).toBe(join(folder, 'x', NAME));
});

onLinux.each([
  ['a relative one', { XDG_CACHE_HOME: 'cache' }],
  ['an empty one', { XDG_CACHE_HOME: '' }],
  ['one below a file', { XDG_CACHE_HOME: '/etc/hostname/below' }],
])('%s is passed over', (_name, env) => {
  expect(userFolder('cache', { HOME: folder, ...env })).toBe(join(folder, '.cache', NAME));
});

onLinux.each(['/etc/hostname', '/dev/null'])(
  'where the home folder is %p, it is one of its own in the folder for temporary files',
  (HOME) => {
    expect(userFolder('cache', { HOME })).toBe(FALLBACK);
  },
);

test('what is made is for its user alone; where it cannot be made, that is said', () => {
  const made = join(folder, 'a', 'b');
  makeUserFolder(made);
  expect(existsSync(made)).toBe(true);
  if (process.platform !== 'win32') expect(statSync(made).mode & 0o777).toBe(0o700);
  writeFileSync(join(folder, 'file'), '');
  expect(() => {
    makeUserFolder(join(folder, 'file', 'below'));
  }).toThrow(`The folder ${join(folder, 'file', 'below')} cannot be written to (ENOTDIR).`);
  expect(() => {
    makeUserFolder(join(folder, 'file'));
  }).toThrow(`The folder ${join(folder, 'file')} cannot be written to (EEXIST).`);
});

onLinux('where the system lets nobody make a folder, that is said at once', () => {
  expect(() => {
    makeUserFolder('/proc/x/y');
  }).toThrow('The folder /proc/x/y cannot be written to (ENOENT).');
});

test('a folder that is not in the one for temporary files is anybody’s to name', () => {
  expect(() => {
    requireOwn('/usr');
  }).not.toThrow();
});

const asRoot = process.getuid?.() === 0 ? test : test.skip;

asRoot('in the one for temporary files, a folder that another user has made is refused', () => {
  const others = join(folder, `${NAME}-0`);
  mkdirSync(others);
  // Node reads TMPDIR from the environment of its process alone.
  const refused = () =>
    execFileSync(
      process.execPath,
      ['-e', `require(${JSON.stringify(BUILT)}).requireOwn(${JSON.stringify(join(others, 'cache'))})`],
      { env: { ...process.env, TMPDIR: folder }, stdio: 'pipe' },
    );
  expect(refused).not.toThrow();
  chownSync(others, 1, 1);
  expect(refused).toThrow(`${others} is another user's`);
});

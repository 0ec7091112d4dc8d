import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { processStart } from '../../../command/local/process-start';
import {
  announceLocalServer,
  claimHome,
  findLocalServer,
  withdrawLocalServer,
  type LocalServer,
} from '../../../command/local/state';

const SERVER: LocalServer = {
  pid: process.pid,
  temporalAddress: '127.0.0.1:7233',
  namespace: 'default',
  taskQueue: 'identity-center',
  emulatorUrl: 'http://127.0.0.1:4599',
  dataFolder: '/home/somebody/.local/share/identity-center-orchestrator',
};
/** Above the highest process ID of any operating system here. */
const NOBODY = 99_999_999;

let home: string;
let file: string;
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'identity-center-state-'));
  file = path.join(home, 'up.json');
  process.env['IDENTITY_CENTER_HOME'] = home;
});
afterEach(() => {
  delete process.env['IDENTITY_CENTER_HOME'];
  rmSync(home, { recursive: true, force: true });
});

test('an up that has claimed its folder is found once it has announced itself, and not after', () => {
  claimHome();
  expect(findLocalServer()).toBeUndefined();
  announceLocalServer(SERVER);
  expect(findLocalServer()).toEqual(SERVER);
  expect(statSync(file).mode & 0o077).toBe(0);
  withdrawLocalServer();
  expect(findLocalServer()).toBeUndefined();
});

test('a second claim is refused, while the first starts and while it runs', () => {
  claimHome();
  expect(claimHome).toThrow(`Already up, as process ${process.pid}: it is starting`);
  announceLocalServer(SERVER);
  expect(claimHome).toThrow(`Already up, as process ${process.pid}: Temporal at 127.0.0.1:7233`);
});

test.each<[string, string]>([
  ['of a process that is gone', JSON.stringify({ ...SERVER, pid: NOBODY, started: 'x' })],
  [
    'of a process ID that is another process by now',
    JSON.stringify({ ...SERVER, pid: process.ppid, started: 'x' }),
  ],
  ['of the first process of the machine', JSON.stringify({ ...SERVER, pid: 1 })],
  ['that is empty', ''],
  ['that was cut', '{"pid": 12'],
  ['that is no JSON', 'up\n'],
  ['that is another document', '[]'],
  ['with impossible values', JSON.stringify({ ...SERVER, pid: -1 })],
  ['that is null', 'null'],
])('a state file %s is none, and is replaced', (_name, text) => {
  writeFileSync(file, text);
  expect(findLocalServer()).toBeUndefined();
  claimHome();
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
    pid: process.pid,
    started: processStart(process.pid),
  });
});

test('a folder in the place of the state file is replaced', () => {
  mkdirSync(path.join(file, 'inner'), { recursive: true });
  expect(findLocalServer()).toBeUndefined();
  claimHome();
});

// For root nothing is forbidden.
const unlessRoot = process.getuid?.() === 0 ? test.skip : test;
unlessRoot('a folder that cannot be written to is named, with the way out', () => {
  chmodSync(home, 0o500);
  expect(claimHome).toThrow(/cannot be written to.*IDENTITY_CENTER_HOME/);
});

test('a file in the place of the folder is named, with the way out', () => {
  process.env['IDENTITY_CENTER_HOME'] = path.join(file, 'below');
  writeFileSync(file, '');
  expect(claimHome).toThrow(/cannot be written to.*IDENTITY_CENTER_HOME/);
});

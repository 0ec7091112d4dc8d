import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CommanderError } from 'commander';
import { IdentityCenterClient } from '../../client';
import { exitCodeForError } from '../../command/errors';
import { EXIT } from '../../command/exit-codes';
import { createProgram } from '../../command/program';
import { readRequestInput } from '../../command/account/read-request';
import { callAlone, commandRunner, type CommandRunner } from '../support/command';
import { assertOneLine, fuzz } from './fuzz';
import { account, fileBytes, request, text, vector } from './command-lines';

// Draws in terminals only, and brings modules that Jest does not load.
jest.mock('ora', () => ({ __esModule: true, default: () => undefined }));
// The verbs that serve have nothing to read.
const serves = () => Promise.resolve(0);
jest.mock('../../command/worker', () => ({ worker: serves }));
jest.mock('../../command/local/emulator', () => ({ emulator: serves }));
jest.mock('../../command/local/up', () => ({ up: serves }));
jest.mock('../../command/doctor', () => ({ doctor: serves }));

/** Thrown where the verb would connect: its arguments were found right. */
class Connecting extends Error {}

let folder: string;
let server: Server;
let connections = 0;
let command: CommandRunner;
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'fuzz-'));
  server = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  command = commandRunner({ TEMPORAL_ADDRESS: address, AWS_ENDPOINT_URL: `http://${address}` });
  jest.spyOn(IdentityCenterClient, 'connect').mockRejectedValue(new Connecting());
});
afterAll(() => {
  jest.restoreAllMocks();
  command.dispose();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What a command line comes to, as command/run.ts has it. */
async function outcomeOf(words: string[]): Promise<{ code: number; message: string }> {
  let code = 0;
  const program = createProgram((result) => (code = result));
  for (const command of [program, ...program.commands])
    command.configureOutput({ writeOut: () => undefined, writeErr: () => undefined });
  try {
    await program.parseAsync(words, { from: 'user' });
    return { code, message: '' };
  } catch (error) {
    if (error instanceof Connecting) return { code: 0, message: '' };
    const { message } = error as Error;
    if (error instanceof CommanderError) return { code: error.exitCode === 0 ? 0 : EXIT.usage, message };
    return { code: exitCodeForError(error), message };
  } finally {
    // What its flags have set is that command line's alone.
    for (const name of ['TEMPORAL_ADDRESS', 'TEMPORAL_NAMESPACE', 'TEMPORAL_PROFILE'])
      Reflect.deleteProperty(process.env, name);
  }
}

test('whatever is typed: the verb begins, or exit 2 with one message that says what is wrong, before anything is sent', async () => {
  const printed = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  let wrong = 0;
  await fuzz(vector, async (words) => {
    const { code, message } = await outcomeOf(words);
    assert.ok(code === 0 || code === EXIT.usage, `exit ${code}: ${message}`);
    if (code === 0) return;
    wrong += 1;
    assert.ok(message.trim() !== '' && message.length < 11_000, `a message of ${message.length} characters`);
    assert.doesNotMatch(message, /\n\s+at |Maximum call stack|expected string|Invalid input/);
  });
  printed.mockRestore();
  expect(wrong).toBeGreaterThan(0);
  expect(connections).toBe(0);
});

test('whatever is in a request file: a request, or exit 2 with the file or the field', async () => {
  const file = path.join(folder, 'request.json');
  await fuzz(fileBytes, async (bytes) => {
    // A new file: to write over one waits for the disk.
    rmSync(file, { force: true });
    writeFileSync(file, bytes);
    const { code, message } = await outcomeOf(['provision', account, '--request', file]);
    assert.ok(code === 0 || code === EXIT.usage, `exit ${code}: ${message}`);
    if (code === 0) return;
    assertOneLine(message, 11_000);
    assert.ok(
      /^--request: .*request\.json|^accountId: |^The request is not valid\. .+: /.test(message),
      message,
    );
  });
  expect(connections).toBe(0);
  expect(() => readRequestInput(account, { request: folder })).toThrow(/--request: .*EISDIR/);
  writeFileSync(file, `\ufeff${text}`);
  expect(readRequestInput(account, { request: file })).toEqual(request);
  writeFileSync(file, Buffer.from(text, 'utf16le').subarray(1));
  expect(() => readRequestInput(account, { request: file })).toThrow(/--request: /);
});

test('the whole command with wrong usage: exit 2, no stack, and not one connection', async () => {
  jest.restoreAllMocks();
  const file = path.join(folder, 'wrong.json');
  writeFileSync(file, Buffer.from(`\ufeff${text}`, 'utf16le'));
  const wrong: [string[], string][] = [
    [['provision', '1234', '--region', 'eu-west-1'], 'accountId'],
    [['provision', account], 'region: is required'],
    [['provision', account, '--region', 'x', '--tag', '__proto__=1'], '__proto__'],
    [['provision', account, '--region', 'eu-west-1', '--tag', '=b'], '--tag'],
    [['provision', account, '--request', file], 'not UTF-8'],
    [['provision', account, '--request', folder], 'EISDIR'],
    [
      ['provision', account, '--existing', 'steal', '--region', 'eu-west-1'],
      'existing: must be "fail" or "adopt" or "adoptAnywhere"',
    ],
    ...['status', 'watch', 'pause', 'resume', 'cancel', 'retry', 'deprovision'].map(
      (verb): [string[], string] => [[verb, 'x'.repeat(2000)], 'accountId'],
    ),
    [['retry', account, '--name', 'a b'], 'name: may hold'],
    [['abort', account, '--reason', ' '], 'reason: must not be empty'],
    [['deprovision', account, '--any', 'x'], 'instanceArn'],
    [['list', '--stage', 'nowhere'], '--stage'],
    [['token', 'x', '--generation', '1e3'], 'whole number'],
    [['conjure', '\u001b[31m'], 'unknown command'],
  ];
  for (const [args, says] of wrong) {
    const { code, stderr, stdout } = await callAlone(args, { ...command.env });
    expect({ args, code, stdout, said: stderr.includes(says) ? says : stderr }).toEqual({
      args,
      code: 2,
      stdout: '',
      said: says,
    });
    expect(stderr).not.toMatch(/\n\s+at /);
  }
  expect(connections).toBe(0);
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { findTemporalBinary } from '../../sandbox/temporal-server';
import { commandSuite } from '../support/command';
import { startHarness } from '../support/harness';
import { blocksOf, pageNamed, ROOT } from './pages';

// The journeys of the README and the faults of docs/fleets.md, as they stand there, on real parts. What `npm start` and a
// worker do is tested where they are.

const suite = commandSuite(() => startHarness({ ownServer: {} }));

let folder: string;
beforeAll(async () => {
  // Under the package, whose own name its folders may import.
  folder = mkdtempSync(path.join(ROOT, 'dist', 'journeys-'));
  writeFileSync(
    path.join(folder, 'identity-center'),
    `#!/bin/sh\nexec '${process.execPath}' '${suite.command.main}' "$@"\n`,
    {
      mode: 0o755,
    },
  );
  symlinkSync(await findTemporalBinary(), path.join(folder, 'temporal'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Runs a script in the folder, with the command and the server of the suite; stops at the first line that fails. */
async function run(file: string, ...args: string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(file, args, {
    cwd: folder,
    env: { ...suite.command.env, PATH: `${folder}${path.delimiter}${process.env['PATH'] ?? ''}` },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await once(child, 'close');
  return { code: child.exitCode, output };
}

const readme = pageNamed('README.md');
const shell = (begin: string) => {
  const found = blocksOf(readme, 'sh').find((code) => code.includes(begin));
  if (found === undefined) throw new Error(`the README has no ${begin}`);
  return found.replaceAll('--task-queue identity-center ', '--task-queue "$IDENTITY_CENTER_TASK_QUEUE" ');
};

test.concurrent('one account: provisioned, looked at, listed', async () => {
  const { code, output } = await run('bash', '-ec', shell('identity-center provision'));
  expect({ code, output }).toMatchObject({ code: 0 });
  expect(output).toMatch(/created/);
});

test.concurrent('one account: held, explained, and gone on with as it is told', async () => {
  const script = shell('identity-center retry').replaceAll(
    'http://127.0.0.1:4599',
    suite.harness.emulator.url,
  );
  const { code, output } = await run('bash', '-c', script);
  expect({ code, output }).toMatchObject({ code: 0 });
  expect(output).toContain('1 held: AccessDeniedException');
  expect(await run('bash', '-ec', 'identity-center watch 777788889999')).toMatchObject({ code: 0 });
});

test.concurrent('from a pipeline: in shell, and in TypeScript', async () => {
  const { code, output } = await run('bash', '-ec', shell('temporal workflow'));
  expect({ code, output }).toMatchObject({ code: 0 });
  expect(output).toContain('ssoins-');
  const [source = ''] = blocksOf(readme, 'ts');
  writeFileSync(path.join(folder, 'provision.mjs'), source);
  const typescript = await run(process.execPath, 'provision.mjs');
  expect(typescript).toMatchObject({ code: 0 });
  expect(typescript.output).toMatch(/^created arn:aws:sso/m);
});

test.concurrent('a fleet: planned, provisioned, reported', async () => {
  const [manifest = ''] = blocksOf(readme, 'csv');
  writeFileSync(path.join(folder, 'accounts.csv'), manifest);
  const { code, output } = await run('bash', '-ec', shell('fleet start'));
  expect({ code, output }).toMatchObject({ code: 0 });
  expect(output).toMatch(/2 succeeded/);
});

test('the emulator takes the faults of docs/fleets.md, and the last look shows what they leave', async () => {
  const { emulator } = suite.harness;
  const lines = blocksOf(pageNamed('docs/fleets.md'), 'sh').filter((code) => code.startsWith('curl'));
  const script = lines
    .join('\n')
    .replaceAll('curl ', 'curl -sSf ')
    .replaceAll('http://127.0.0.1:4599', emulator.url);
  const { code, output } = await run('bash', '-ec', script);
  expect({ code, output }).toMatchObject({ code: 0 });
  const set = await (await fetch(`${emulator.url}/_emulator/faults`)).json();
  expect(set).toEqual([{ clockOffsetMs: -600_000 }, { accounts: ['111122223333'], latencyMs: 500 }]);
});

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { transformFile } from '@swc/core';

const MODULE = join(__dirname, '../../../sandbox/temporal-server/orphan-watch.ts');
const IDLE = ['-e', 'setInterval(() => {}, 1e6)'];

describe('endWithThisProcess', () => {
  let folder: string;
  const processes: ChildProcess[] = [];
  const run = (args: string[]) => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    processes.push(child);
    return child;
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'orphan-watch-'));
    const { code } = await transformFile(MODULE, {
      jsc: { parser: { syntax: 'typescript' } },
      module: { type: 'commonjs' },
    });
    await writeFile(join(folder, 'orphan-watch.cjs'), code);
  });

  afterEach(async () => {
    for (const child of processes.splice(0)) child.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });

  const own = async (pid: number, then: string) => {
    const path = JSON.stringify(join(folder, 'orphan-watch.cjs'));
    const script = `const unwatch = require(${path}).endWithThisProcess(${pid}); ${then}; console.log('ready');`;
    const owner = run(['-e', script]);
    // The end of a process may be told before its last words.
    const exited = once(owner, 'exit');
    await once(owner.stdout, 'data');
    return { owner, exited };
  };

  it('ends the server when its owner is killed', async () => {
    const server = run(IDLE);
    const { owner } = await own(server.pid!, 'setInterval(() => {}, 1e6)');
    await sleep(300);
    expect(server.exitCode ?? server.signalCode).toBeNull();
    const ended = once(server, 'exit');
    owner.kill('SIGKILL');
    expect(await ended).toEqual([null, 'SIGTERM']);
  });

  it('leaves the process ID alone once it is told that the server is gone', async () => {
    const other = run(IDLE);
    const { exited } = await own(other.pid!, 'setTimeout(unwatch, 300)');
    await exited;
    await sleep(500);
    expect(other.exitCode ?? other.signalCode).toBeNull();
  });

  it('does not keep its owner running', async () => {
    const server = run(IDLE);
    const { exited } = await own(server.pid!, '');
    expect(await exited).toEqual([0, null]);
  });
});

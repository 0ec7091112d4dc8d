import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import {
  findTemporalBinary,
  startTemporalServer,
  TemporalServerStartError,
  type StartOptions,
  type TemporalServer,
} from '../../../sandbox/temporal-server';
import { quietPort } from '../../support/ports';

describe('startTemporalServer', () => {
  let folder: string;
  let binary: string;
  const servers: TemporalServer[] = [];
  const start = async (options: StartOptions = {}) => {
    const server = await startTemporalServer({ binary, port: 0, uiPort: false, ...options });
    servers.push(server);
    return server;
  };

  beforeAll(async () => {
    binary = await findTemporalBinary();
  });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'start-server-'));
  });

  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.kill()));
    await rm(folder, { recursive: true, force: true });
  });

  it('listens on loopback only, all of it, and serves the UI', async () => {
    const server = await start({ uiPort: 0 });
    expect(server.address).toMatch(/^127\.0\.0\.1:\d+$/);
    expect((await fetch(server.uiUrl!)).status).toBe(200);
    if (process.platform === 'linux') {
      const listening = listeningAddresses(server.pid);
      expect(listening.length).toBeGreaterThanOrEqual(2);
      expect(listening.filter((address) => !address.startsWith('127.0.0.1:'))).toEqual([]);
    }
  });

  it('is usable at once: a workflow can be started in its namespace, with its search attributes', async () => {
    const server = await start({ namespace: 'elsewhere', searchAttributes: { Fruit: 'Keyword' } });
    const { client, close } = await connect(server, 'elsewhere');
    const fruit = defineSearchAttributeKey('Fruit', SearchAttributeType.KEYWORD);
    const typedSearchAttributes = [{ key: fruit, value: 'pear' }];
    const handle = await client.workflow.start('none', {
      taskQueue: 'nobody',
      workflowId: 'one',
      typedSearchAttributes,
    });
    expect((await handle.describe()).status.name).toBe('RUNNING');
    await close();
  });

  it('stops within 10 s, and says so to whoever waits', async () => {
    const server = await start();
    const began = Date.now();
    await Promise.all([server.stop(), server.exited]);
    expect(Date.now() - began).toBeLessThan(10_000);
    expect(isAlive(server.pid)).toBe(false);
    await server.stop();
  });

  it.each(['stop', 'kill'] as const)('keeps its state over %s and start', async (end) => {
    const options = {
      dbFile: join(folder, 'made', 'state.db'),
      searchAttributes: { Fruit: 'Keyword' },
    } as const;
    const first = await start({ ...options, port: await quietPort() });
    const before = await connect(first);
    await before.client.workflow.start('none', { taskQueue: 'nobody', workflowId: 'kept' });
    await before.close();
    await first[end]();
    expect(isAlive(first.pid)).toBe(false);

    const port = Number(first.address.split(':')[1]);
    const second = await start({ ...options, port });
    expect(second.address).toBe(first.address);
    const after = await connect(second);
    expect((await after.client.workflow.getHandle('kept').describe()).status.name).toBe('RUNNING');
    await after.close();
  });

  it('takes the next free port where the wanted one is taken', async () => {
    const port = await quietPort();
    const other = createServer();
    await once(other.listen(port, '127.0.0.1'), 'listening');
    const server = await start({ port });
    expect(Number(server.address.split(':')[1])).toBeGreaterThan(port);
    await once(other.close(), 'close');
  });

  it('gives two that want the same port at the same time one each', async () => {
    const port = await quietPort();
    const both = await Promise.all([start({ port }), start({ port })]);
    expect(new Set(both.map((server) => server.address)).size).toBe(2);
    expect(both.map((server) => isAlive(server.pid))).toEqual([true, true]);
  });

  it('tries again where one of the ports that the server picks for itself was taken', async () => {
    // As the server crashes then: the cause, and a trace that is longer than what is kept.
    const flaky = join(folder, 'temporal');
    const crash = `echo 'bind: address already in use' >&2; seq 200 >&2; exit 2`;
    const once = `if [ ! -e "${folder}/tried" ]; then touch "${folder}/tried"; ${crash}; fi`;
    await writeFile(flaky, `#!/bin/sh\n${once}\nexec "${binary}" "$@"\n`, { mode: 0o755 });
    const server = await start({ binary: flaky });
    expect(isAlive(server.pid)).toBe(true);
  });

  it('shows what the server said where it ends at once, and keeps it in the log file', async () => {
    const dbFile = join(folder, 'not-a-database');
    const logFile = join(folder, 'logs', 'server.log');
    await writeFile(dbFile, 'This is no SQLite file, however long one looks at it. '.repeat(100));
    const error = await start({ dbFile, logFile }).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(TemporalServerStartError);
    expect((error as Error).message).toMatch(/ended at once \(exit code 1\)\.\n.*not a database/s);
    expect(await readFile(logFile, 'utf8')).toContain('not a database');
  });

  it('says so where the binary cannot be run', async () => {
    await expect(start({ binary: join(folder, 'missing') })).rejects.toThrow('could not be run: spawn');
  });
});

async function connect(server: TemporalServer, namespace = 'default') {
  const connection = await Connection.connect({ address: server.address });
  return { client: new Client({ connection, namespace }), close: () => connection.close() };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function listeningAddresses(pid: number): string[] {
  return execFileSync('ss', ['-ltnpH'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(`pid=${pid},`))
    .map((line) => line.split(/\s+/)[3]!);
}

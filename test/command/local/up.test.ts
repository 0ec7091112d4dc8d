import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { findTemporalBinary, startTemporalServer } from '../../../sandbox/temporal-server';
import { commandRunner, documentOf, type CommandRunner, type Running } from '../../support/command';
import { freshAccount, until } from '../../support/harness';

/** What a person who also works with a production server has in the environment. */
const PRODUCTION = {
  TEMPORAL_NAMESPACE: 'production.a1b2c',
  TEMPORAL_API_KEY: 'a-key-of-production',
  TEMPORAL_TLS: 'true',
  TEMPORAL_TLS_CLIENT_CERT_PATH: '/nowhere/tls.crt',
  TEMPORAL_TLS_CLIENT_KEY_PATH: '/nowhere/tls.key',
  TEMPORAL_TLS_SERVER_NAME: 'temporal.example.com',
};
/** Nobody listens there. */
const DEAD_PROXY = Object.fromEntries(
  ['http_proxy', 'https_proxy', 'grpc_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'].map((name) => [
    name,
    'http://127.0.0.1:9',
  ]),
);

interface Up {
  temporalAddress: string;
  taskQueue: string;
  namespace: string;
  run: { stage: string };
}

/** The command of a test, with a home of its own, so that what is started there meets no other. */
interface Home {
  readonly command: CommandRunner;
  readonly start: (env?: NodeJS.ProcessEnv) => Running;
  readonly startUp: (env?: NodeJS.ProcessEnv) => Promise<Running & { up: Up }>;
}

/** Gives a test a home, and ends what it has started there. */
async function atHome(does: (home: Home) => Promise<void>): Promise<void> {
  const command = commandRunner({});
  const running: Running[] = [];
  const start = (env: NodeJS.ProcessEnv = {}) => {
    const started = command.start(['up', '--json'], env);
    running.push(started);
    return started;
  };
  const startUp = async (env: NodeJS.ProcessEnv = {}) => {
    const started = start(env);
    const line = await Promise.race([
      until(started.stdout, (seen) => seen.endsWith('\n')),
      started.finished.then(({ code, stderr }) => {
        throw new Error(`up ended with ${code}: ${stderr}`);
      }),
    ]);
    return { ...started, up: JSON.parse(line) as Up };
  };
  try {
    await does({ command, start, startUp });
  } finally {
    for (const { child, finished } of running) {
      child.kill('SIGTERM');
      await finished;
    }
    command.dispose();
  }
}

test.concurrent.each<[string, NodeJS.ProcessEnv]>([
  ['the namespace, key and TLS of another server', PRODUCTION],
  [
    'a profile that is not there',
    { TEMPORAL_PROFILE: 'nobody', TEMPORAL_CONFIG_FILE: '/nowhere/temporal.toml' },
  ],
  ['a dead proxy', DEAD_PROXY],
  ['empty variables', Object.fromEntries(Object.keys(PRODUCTION).map((name) => [name, '']))],
])('with %s in the environment, up works, and so do the verbs that find it', (_name, env) =>
  atHome(async ({ command, startUp }) => {
    const { up } = await startUp(env);
    expect(up).toMatchObject({
      namespace: 'default',
      nexusEndpoint: 'identity-center',
      run: { stage: 'active' },
    });
    const found = 'TEMPORAL_PROFILE' in env ? {} : env;
    const provisioned = await command.run(['provision', freshAccount(), '--region', 'eu-west-1', '--json'], {
      env: found,
    });
    expect(documentOf(provisioned)).toMatchObject({ stage: 'active' });
  }),
);

/** A user whom the system does not know, as containers have them. */
const NOBODY = ['--reuid=54321', '--regid=54321', '--clear-groups'];
const MAIN = path.resolve(__dirname, '..', '..', '..', 'dist', 'command', 'main.js');
const canBeNobody =
  spawnSync('setpriv', [...NOBODY, process.execPath, '-e', `require('fs').accessSync('${MAIN}')`]).status ===
  0;

(canBeNobody ? test.each : test.skip.each)([
  ['no home folder', {}],
  ['one that is not there', { HOME: '/nonexistent' }],
])('a user whom the system does not know, with %s, has all of it', async (_name, env) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'identity-center-nobody-'));
  execFileSync('chmod', ['755', folder]);
  copyFileSync(await findTemporalBinary(), path.join(folder, 'temporal'));
  try {
    const { status, stdout, stderr } = spawnSync(
      'setpriv',
      [...NOBODY, process.execPath, MAIN, 'up', '--exit', '--json'],
      { env: { ...env, PATH: `${folder}:/usr/bin:/bin` }, cwd: '/', encoding: 'utf8' },
    );
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toMatchObject({ run: { stage: 'active' } });
    expect(status).toBe(0);
  } finally {
    for (const left of [folder, path.join(tmpdir(), 'identity-center-orchestrator-54321')])
      rmSync(left, { recursive: true, force: true });
  }
});

test.concurrent('of two that start at the same time one comes up, and the other says that', () =>
  atHome(async ({ command, start }) => {
    // However late the second comes, the first is still starting, as its server waits until this is gone.
    const held = command.file('held', '');
    const folder = mkdtempSync(path.join(path.dirname(held), 'bin-'));
    const wait = `while [ "$1" = server ] && [ -e '${held}' ]; do sleep 0.1; done`;
    const text = `#!/bin/sh\n${wait}\nexec '${await findTemporalBinary()}' "$@"\n`;
    writeFileSync(path.join(folder, 'temporal'), text, { mode: 0o755 });
    const env = { PATH: `${folder}${path.delimiter}${process.env['PATH'] ?? ''}` };
    const both = [start(env), start(env)];
    const refused = await Promise.race(both.map(({ finished }) => finished));
    rmSync(held);
    expect(refused.code).toBe(2);
    expect(documentOf(refused)).toMatchObject({
      error: {
        type: 'UsageError',
        message: expect.stringMatching(/^Already up, as process \d+: it is starting\.$/) as unknown,
      },
    });
    await until(
      () => both.map(({ stdout }) => stdout()).join(''),
      (seen) => seen.includes('"stage":"active"'),
    );
  }),
);

test.concurrent('a server that ends takes up with it, saying so', () =>
  atHome(async ({ startUp }) => {
    const { child, finished, stdout, stderr } = await startUp();
    const children = execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(child.pid)], {
      encoding: 'utf8',
    });
    const server = children.split('\n').find((line) => line.includes('start-dev'));
    process.kill(Number.parseInt(server ?? '', 10), 'SIGKILL');
    await expect(finished).resolves.toMatchObject({ code: 5 });
    const last = JSON.parse(stdout().trim().split('\n').at(-1) ?? '') as unknown;
    expect(last).toMatchObject({
      error: {
        message: expect.stringMatching(
          /^The Temporal server at 127\.0\.0\.1:\d+ has ended\. Start /,
        ) as unknown,
      },
    });
    expect(stderr()).toBe('');
  }),
);

describe('on a server that others use too', () => {
  test.concurrent.each<[string, string | undefined, string]>([
    ['none named', undefined, 'identity-center-sandbox'],
    ["production's own", 'identity-center', 'identity-center-sandbox'],
    ["another of production's", 'vending', 'vending-sandbox'],
    ['one of its own', 'mine-sandbox', 'mine-sandbox'],
  ])('its queue is never one of production: %s', (_name, named, queue) =>
    atHome(async ({ startUp }) => {
      // As a port that is forwarded: on this machine, and not of it.
      const server = await startTemporalServer({ port: 0, uiPort: false });
      const connection = await Connection.connect({ address: server.address });
      try {
        const env = { TEMPORAL_ADDRESS: server.address, IDENTITY_CENTER_TASK_QUEUE: named ?? '' };
        const { up, child, finished } = await startUp(env);
        expect(up).toMatchObject({
          taskQueue: queue,
          temporalAddress: server.address,
          run: { stage: 'active' },
        });
        const { workflowService } = new Client({ connection });
        const pollers = async (name: string) => {
          const { pollers: found } = await workflowService.describeTaskQueue({
            namespace: 'default',
            taskQueue: { name },
            taskQueueType: temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
          });
          return found.length;
        };
        expect(await pollers(queue)).toBeGreaterThan(0);
        for (const name of ['identity-center', 'vending']) expect(await pollers(name)).toBe(0);
        child.kill('SIGTERM');
        await finished;
      } finally {
        await connection.close();
        await server.stop();
      }
    }),
  );
});

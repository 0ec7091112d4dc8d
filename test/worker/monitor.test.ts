import { connect, createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { METRICS } from '../../contract';
import { emulatorEnvironment } from '../../sandbox';
import { Health, startMonitor, type Monitor } from '../../worker';
import { commandRunner, type CommandRunner, type Running } from '../support/command';
import { freshAccount, handleOf, requestFor, startHarness, until, type Harness } from '../support/harness';
import { temporalAddress } from '../support/temporal';

const ask = async (url: string) => {
  const response = await fetch(url);
  return { status: response.status, body: await response.text(), type: response.headers.get('content-type') };
};

describe('the server that tells how a worker is', () => {
  let now = 0;
  let health: Health;
  let monitor: Monitor;
  let url: string;

  beforeEach(async () => {
    now = 0;
    health = new Health(() => now);
    monitor = await startMonitor({ host: '127.0.0.1', port: 0 }, health);
    url = `http://127.0.0.1:${monitor.address.port}`;
  });
  afterEach(() => monitor.close());

  test('is ready while the worker serves and the server answers, and alive all the time', async () => {
    const readiness = async () => {
      await expect(ask(`${url}/healthz`)).resolves.toMatchObject({ status: 200, body: 'ok\n' });
      const { status, body } = await ask(`${url}/readyz`);
      return `${status} ${body.trim()}`;
    };
    await expect(readiness()).resolves.toBe('503 not ready: the worker starts');
    health.serving();
    await expect(readiness()).resolves.toBe('200 ready');
    now = 31_000;
    await expect(readiness()).resolves.toBe('503 not ready: the Temporal server has not answered for 31 s');
    health.answered();
    await expect(readiness()).resolves.toBe('200 ready');
    health.interrupted();
    await expect(readiness()).resolves.toMatch(/^503 not ready: the worker does not serve/);
    health.ending();
    health.serving();
    await expect(readiness()).resolves.toBe('503 not ready: the worker ends');
  });

  test('tells what it knows itself where the SDK has no connection, and so no metrics', async () => {
    const { status, body, type } = await ask(`${url}/metrics`);
    expect([status, type]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
    expect(body).toContain(`${METRICS.ready.name} 0\n`);
    expect(body).toMatch(/^process_resident_memory_bytes \d+$/m);
  });

  test('has no other pages, and takes nothing', async () => {
    await expect(ask(`${url}/`)).resolves.toMatchObject({ status: 404 });
    const { status } = await fetch(`${url}/metrics`, { method: 'POST', body: 'x' });
    expect(status).toBe(405);
    // Nothing that is asked for ends the process.
    for (const target of ['//', '/%', 'http://[', '*']) {
      const socket = connect(monitor.address.port, '127.0.0.1');
      socket.end(`GET ${target} HTTP/1.1\r\nHost: worker\r\nConnection: close\r\n\r\n`);
      expect(await text(socket)).toMatch(/^HTTP\/1\.1 40[04] /);
    }
  });
});

describe('a worker', () => {
  let harness: Harness;
  let command: CommandRunner;
  let worker: Running;
  let url: string;

  beforeAll(async () => {
    harness = await startHarness({ worker: false });
    command = commandRunner({
      TEMPORAL_ADDRESS: temporalAddress(),
      IDENTITY_CENTER_TASK_QUEUE: harness.taskQueue,
      IDENTITY_CENTER_METRICS_ADDRESS: '127.0.0.1:0',
      ...emulatorEnvironment(harness.emulator.url),
    });
    worker = command.start(['worker', '--json'], { IDENTITY_CENTER_WORKER_IDENTITY: 'vending/worker-7f-x' });
    await until(worker.stdout, (seen) => seen.endsWith('\n'));
    const address = /"metricsAddress":"([^"]+)"/.exec(worker.stderr())?.[1];
    url = `http://${address}`;
  });
  afterAll(async () => {
    worker.child.kill('SIGTERM');
    await worker.finished;
    await harness.stop();
    command.dispose();
  });

  const metrics = async () => (await ask(`${url}/metrics`)).body;
  /** The value of a metric with these labels; of several series, their sum. */
  const valueOf = (text: string, name: string, labels: Record<string, string> = {}) =>
    text
      .split('\n')
      .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
      .filter((line) => Object.entries(labels).every(([key, value]) => line.includes(`${key}="${value}"`)))
      .reduce((sum, line) => sum + Number(line.split(' ').at(-1)?.replace('inf', 'Infinity')), 0);

  test('is listed by the name that its settings give it', async () => {
    const listed = await until(
      async () => {
        const { pollers } = await harness.temporal.workflowService.describeTaskQueue({
          namespace: 'default',
          taskQueue: { name: harness.taskQueue },
        });
        return pollers.map(({ identity }) => identity);
      },
      (identities) => identities.length > 0,
    );
    expect(new Set(listed)).toEqual(new Set(['vending/worker-7f-x']));
  });

  test('tells of calls, throttling, refused roles, holds, roll-backs and the time to ACTIVE, and of no account', async () => {
    await expect(ask(`${url}/readyz`)).resolves.toMatchObject({ status: 200 });
    const [throttled, refused, cancelled] = [freshAccount(), freshAccount(), freshAccount()];
    harness.emulator.setFaults({
      accounts: [throttled],
      failNext: [
        { operation: 'CreateInstance', error: 'ThrottlingException', times: 1 },
        { operation: 'AssumeRole', error: 'AccessDenied', status: 403, times: 1 },
      ],
    });
    harness.emulator.setFaults({ accounts: [refused], organizationForbids: true });
    harness.emulator.setFaults({ accounts: [cancelled], creationMs: 600_000 });
    await harness.client.provision(requestFor(throttled));
    await harness.client.start(requestFor(refused, { onFailure: 'hold' }));
    await harness.client.start(requestFor(cancelled));
    await until(
      () => harness.emulator.instances({ account: cancelled }).length,
      (count) => count === 1,
    );
    await handleOf(harness, cancelled).cancel();
    await handleOf(harness, cancelled)
      .result()
      .catch(() => undefined);
    const { holds, calls, runs, rollBacks, timeToActive, callSeconds, rate, limit } = METRICS;
    const told = await until(metrics, (text) => valueOf(text, holds.name) === 1);
    const value = (metric: { name: string }, labels = {}) => valueOf(told, metric.name, labels);
    expect(value(calls, { operation: 'CreateInstance', answer: 'throttled' })).toBe(1);
    expect(value(calls, { operation: 'CreateInstance', answer: 'ok' })).toBe(2);
    expect(value(calls, { operation: 'CreateInstance', answer: 'organizationForbids' })).toBe(1);
    expect(value(calls, { operation: 'AssumeRole', answer: 'roleRefused' })).toBe(1);
    expect(value(calls, { operation: 'AssumeRole', answer: 'ok' })).toBeGreaterThanOrEqual(3);
    expect(value(holds, { cause: 'organizationForbids' })).toBe(1);
    expect(value(rollBacks, { result: 'done' })).toBe(1);
    expect(value(runs, { result: 'created', workflowType: 'provisionIdentityCenter' })).toBe(1);
    expect(value(runs, { result: 'cancelled' })).toBe(1);
    expect(valueOf(told, `${timeToActive.name}_count`, { outcome: 'created' })).toBe(1);
    expect(valueOf(told, `${callSeconds.name}_count`, { operation: 'CreateInstance' })).toBe(4);
    expect(value(rate)).toBeGreaterThan(0);
    expect(value(limit)).toBe(Infinity);
    expect(value(METRICS.ready)).toBe(1);
    // The SDK's own.
    expect(valueOf(told, 'temporal_workflow_completed')).toBe(1);
    expect(valueOf(told, 'temporal_num_pollers')).toBeGreaterThan(0);
    for (const account of [throttled, refused, cancelled]) expect(told).not.toContain(account);
  });

  test('tells how audits of the organization ended', async () => {
    const { audits } = harness.client;
    harness.emulator.setOrganization({ accounts: [{ id: freshAccount() }] });
    await audits.result(await audits.start({ name: freshAccount() }));
    const told = await until(metrics, (text) => valueOf(text, METRICS.audits.name) === 1);
    expect(valueOf(told, METRICS.audits.name, { result: 'drift' })).toBe(1);
  });

  test('logs each write with the account, the workflow, and the ID that AWS gave the request', async () => {
    const account = freshAccount();
    await harness.client.provision(requestFor(account));
    const line = await until(
      () =>
        worker
          .stderr()
          .split('\n')
          .filter((it) => it.includes('AWS has answered') && it.includes(account)),
      (lines) => lines.length > 0,
    );
    expect(JSON.parse(line[0]!)).toMatchObject({
      level: 'info',
      accountId: account,
      workflowId: `identity-center/${account}`,
      operation: 'CreateInstance',
      answer: 'ok',
      awsRequestId: expect.stringMatching(/^[\w-]{8,}$/) as unknown,
    });
  });

  test('does not start where its port is taken, nor with an address that is none, and names the setting', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const [busy, wrong] = await Promise.all(
      [`127.0.0.1:${port}`, 'everywhere'].map((address) =>
        command.run(['worker'], { env: { IDENTITY_CENTER_METRICS_ADDRESS: address } }),
      ),
    );
    taken.close();
    expect(busy).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(
        `IDENTITY_CENTER_METRICS_ADDRESS: 127.0.0.1, port ${port}: something listens there already`,
      ) as unknown,
    });
    expect(wrong).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(
        'IDENTITY_CENTER_METRICS_ADDRESS: must be an address and a port',
      ) as unknown,
    });
  });
});

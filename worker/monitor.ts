import { Agent, createServer, get, type Server, type ServerResponse } from 'node:http';
import { createServer as createPlainServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { METRICS } from '../contract';
import type { Health } from './health';

const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';
const SDK_ANSWER_MS = 5_000;

/** Where a server listens. */
export interface ListenAddress {
  host: string;
  port: number;
}

/** Tells those who run a worker how it is, over HTTP. */
export interface Monitor {
  /** With the port that it has got. */
  readonly address: ListenAddress;
  /** Where the SDK has to export its metrics, and ours among them, for them to be told. */
  readonly metricsAddress: string;
  close(): Promise<void>;
}

/**
 * Serves `/healthz` (200 while the process can answer), `/readyz` (200 while the worker serves, else 503 and why) and
 * `/metrics` for Prometheus.
 *
 * The SDK's exporter has a server of its own, and none while the worker has no connection; so it gets a port of the
 * loopback interface, and what it tells is passed on.
 *
 * @throws Error with the `code` of Node.js where the address cannot be had
 */
export async function startMonitor(listen: ListenAddress, health: Health): Promise<Monitor> {
  const sdk: ListenAddress = { host: '127.0.0.1', port: 0 };
  const agent = new Agent({ keepAlive: true });
  const server = createServer((request, response) => {
    // What is asked for need not be a URL.
    const [pathname] = (request.url ?? '/').split('?', 1);
    if (request.method !== 'GET' && request.method !== 'HEAD') answer(response, 405, 'only GET\n');
    else if (pathname === '/healthz') answer(response, 200, 'ok\n');
    else if (pathname === '/readyz') answerReadiness(response, health.notReady);
    else if (pathname === '/metrics')
      void sdkMetrics(sdk, agent).then((metrics) => {
        answer(response, 200, `${metrics}${ownMetrics(health)}`, METRICS_TYPE);
      });
    else answer(response, 404, 'there are /healthz, /readyz and /metrics\n');
  });
  // What asks comes again; a worker that ends does not wait for it.
  server.keepAliveTimeout = 5_000;
  await listening(server, listen);
  sdk.port = await freePort(sdk.host);
  const { port } = server.address() as AddressInfo;
  server.unref();
  return {
    address: { ...listen, port },
    metricsAddress: `${sdk.host}:${sdk.port}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      agent.destroy();
      await closed;
    },
  };
}

function answerReadiness(response: ServerResponse, notReady: string | undefined): void {
  if (notReady === undefined) answer(response, 200, 'ready\n');
  else answer(response, 503, `not ready: ${notReady}\n`);
}

function answer(
  response: ServerResponse,
  status: number,
  body: string,
  type = 'text/plain; charset=utf-8',
): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
}

/** Asks the SDK's exporter; empty where there is none just now, as the worker has no connection. */
async function sdkMetrics({ host, port }: ListenAddress, agent: Agent): Promise<string> {
  try {
    const request = get({ host, port, path: '/metrics', agent, timeout: SDK_ANSWER_MS });
    request.on('timeout', () => request.destroy(new Error('no answer')));
    const [response] = (await once(request, 'response')) as [NodeJS.ReadableStream];
    return await text(response);
  } catch {
    return '';
  }
}

/** What is told whether or not the SDK's exporter is there. */
function ownMetrics(health: Health): string {
  const { user, system } = process.cpuUsage();
  const { ready } = METRICS;
  return [
    [ready.name, ready.kind, ready.help, health.notReady === undefined ? 1 : 0],
    ['process_cpu_seconds_total', 'counter', 'CPU time of the worker.', (user + system) / 1e6],
    ['process_resident_memory_bytes', 'gauge', 'Memory of the worker.', process.memoryUsage.rss()],
    ['process_start_time_seconds', 'gauge', 'When the worker began.', performance.timeOrigin / 1e3],
  ]
    .map(([name, kind, help, value]) => `# HELP ${name} ${help}\n# TYPE ${name} ${kind}\n${name} ${value}\n`)
    .join('');
}

async function listening(server: Server, { host, port }: ListenAddress): Promise<void> {
  server.listen(port, host);
  await once(server, 'listening');
}

async function freePort(host: string): Promise<number> {
  const server = createPlainServer().listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const closed = once(server, 'close');
  server.close();
  await closed;
  return port;
}

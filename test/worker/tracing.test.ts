import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { emulatorEnvironment } from '../../sandbox';
import { startTracing } from '../../worker';
import { commandFor } from '../support/command';
import { freshAccount, requestFor, until, withHarness } from '../support/harness';
import { startCallers } from '../support/nexus';

/** A collector of OpenTelemetry that keeps what it is sent: protobuf, in which texts stand as they are. */
async function startCollector(): Promise<{ server: Server; url: string; sent: () => string }> {
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    void buffer(request).then((body) => {
      bodies.push(`${request.url} ${body.toString('latin1')}`);
      response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { server, url: `http://127.0.0.1:${port}`, sent: () => bodies.join('\n') };
}

test('a worker sends the traces of workflows, activities and calls to AWS to where OpenTelemetry is told', async () => {
  await withHarness({ worker: false }, async (harness) => {
    const collector = await startCollector();
    const command = commandFor(harness);
    const worker = command.start(['worker', '--json'], {
      ...emulatorEnvironment(harness.emulator.url),
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=test',
      OTEL_BSP_SCHEDULE_DELAY: '100',
    });
    await until(worker.stdout, (seen) => seen.endsWith('\n'));
    const account = freshAccount();
    await harness.client.provision(requestFor(account));
    const callers = await startCallers(harness);
    await callers.call('status', { accountId: account });
    await callers.stop();
    const spans = [
      'RunStartNexusOperation:IdentityCenter/status',
      'RunWorkflow:provisionIdentityCenter',
      'StartActivity:createInstance',
      'RunActivity:createInstance',
      'AssumeRole',
    ];
    const sent = await until(collector.sent, (seen) => spans.every((name) => seen.includes(name)));
    expect(sent).toMatch(/^\/v1\/traces /);
    expect(sent).toContain('identity-center-orchestrator');
    expect(sent).toContain('deployment.environment');
    expect(worker.stderr()).not.toContain('Ignoring WorkerOptions');
    worker.child.kill('SIGTERM');
    await expect(worker.finished).resolves.toMatchObject({ code: 0 });
    collector.server.closeAllConnections();
    collector.server.close();
    command.dispose();
  });
});

test.each([
  ['nothing is said', {}],
  ['an endpoint is blank', { OTEL_EXPORTER_OTLP_ENDPOINT: ' ' }],
  [
    'OpenTelemetry is turned off',
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318', OTEL_SDK_DISABLED: 'true' },
  ],
])('there are no traces where %s', async (_case, env) => {
  await expect(startTracing(env)).resolves.toBeUndefined();
});

test.each([
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' }, 'OTEL_EXPORTER_OTLP_ENDPOINT: must be a URL'],
  [
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4317', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
    'OTEL_EXPORTER_OTLP_PROTOCOL: must be http/protobuf',
  ],
])('a setting of OpenTelemetry that cannot be followed is named: %o', async (env, words) => {
  await expect(startTracing(env)).rejects.toThrow(words);
});

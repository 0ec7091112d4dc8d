import type { WorkerOptions, WorkerPlugin } from '@temporalio/worker';
import { readEnvironment, type Environment } from '../contract';
import type { AnsweredCall } from '../activities';

/** The settings of OpenTelemetry that turn traces on: where they go. */
const ENDPOINTS = ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT'] as const;
const PROTOCOLS = ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'OTEL_EXPORTER_OTLP_PROTOCOL'] as const;
const SPOKEN = 'http/protobuf';
const SERVICE = 'identity-center-orchestrator';

/** Traces of what a worker does, on their way to a collector. */
export interface Tracing {
  /** Traces the workflows and activities of a worker. */
  readonly plugin: WorkerPlugin;
  /** Where the traces go. */
  readonly endpoint: string;
  /** Adds a call to AWS to the trace of the activity that made it. */
  noteCall(call: AnsweredCall): void;
  /** Sends what is not sent yet, and ends. */
  stop(): Promise<void>;
}

/**
 * Starts to send traces to where OpenTelemetry's own variables say; answers `undefined` where they name no place. What
 * sends them is loaded only then.
 *
 * @throws Error naming the variable that is wrong
 */
export async function startTracing(environment: Environment): Promise<Tracing | undefined> {
  const env = readEnvironment(environment);
  const endpoint = findEndpoint(env);
  if (endpoint === undefined) return undefined;
  requireProtocol(env);
  const [{ NodeTracerProvider, BatchSpanProcessor }, { OTLPTraceExporter }, resources, temporal, api] =
    await Promise.all([
      import('@opentelemetry/sdk-trace-node'),
      import('@opentelemetry/exporter-trace-otlp-proto'),
      import('@opentelemetry/resources'),
      import('@temporalio/interceptors-opentelemetry-v2'),
      import('@opentelemetry/api'),
    ]);
  const spanProcessor = new BatchSpanProcessor(new OTLPTraceExporter());
  const resource = resources
    .defaultResource()
    .merge(resources.resourceFromAttributes({ 'service.name': SERVICE }))
    .merge(resources.detectResources({ detectors: [resources.envDetector] }));
  const provider = new NodeTracerProvider({ resource, spanProcessors: [spanProcessor] });
  provider.register();
  const tracer = provider.getTracer(SERVICE);
  return {
    plugin: forBundle(new temporal.OpenTelemetryPlugin({ resource, spanProcessor })),
    endpoint,
    noteCall({ operation, answer, milliseconds, awsRequestId }) {
      const end = Date.now();
      const span = tracer.startSpan(operation, {
        kind: api.SpanKind.CLIENT,
        startTime: end - milliseconds,
        attributes: {
          'rpc.system': 'aws-api',
          'rpc.method': operation,
          ...(awsRequestId === undefined ? {} : { 'aws.request_id': awsRequestId }),
          'identity_center.answer': answer,
        },
      });
      if (answer !== 'ok') span.setStatus({ code: api.SpanStatusCode.ERROR, message: answer });
      span.end(end);
    },
    stop: () => provider.shutdown(),
  };
}

/** The interceptors of workflows are in the bundle already, and the SDK warns of those that it cannot add to one. */
function forBundle(plugin: WorkerPlugin & { name: string }): WorkerPlugin {
  return {
    name: plugin.name,
    async configureWorker(options: WorkerOptions): Promise<WorkerOptions> {
      const configured = (await plugin.configureWorker?.(options)) ?? options;
      return { ...configured, interceptors: { ...configured.interceptors, workflowModules: [] } };
    },
  };
}

function findEndpoint(env: Record<string, string>): string | undefined {
  if (env['OTEL_SDK_DISABLED']?.toLowerCase() === 'true' || env['OTEL_TRACES_EXPORTER'] === 'none')
    return undefined;
  const name = ENDPOINTS.find((variable) => env[variable]);
  const endpoint = name && env[name];
  if (name === undefined || !endpoint) return undefined;
  if (!URL.canParse(endpoint) || !/^https?:$/.test(new URL(endpoint).protocol))
    throw new Error(`${name}: must be a URL with http or https, not "${endpoint}".`);
  return endpoint;
}

function requireProtocol(env: Record<string, string>): void {
  const name = PROTOCOLS.find((variable) => env[variable]);
  if (name !== undefined && env[name] !== SPOKEN)
    throw new Error(`${name}: must be ${SPOKEN}, which the worker sends, not "${env[name]}".`);
}

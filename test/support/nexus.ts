import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Worker } from '@temporalio/worker';
import type { TemporalExtensions } from '../../contract';
import { logErrorsOnly } from './harness';
import { userFolder } from '../../sandbox/temporal-server';
import type { call, Called, SeenError } from './nexus-callers';

/** Where the workers of Identity Center are. */
interface At {
  address: string;
  taskQueue: string;
}

/** Callers of the Nexus service: a worker of a team of its own, in a namespace of its own. */
export interface Callers {
  readonly endpoint: string;
  /** In the namespace of the callers. */
  readonly temporal: Client;
  /** Starts a workflow that calls an operation. */
  start(
    operation: 'provision' | 'deprovision' | 'status',
    input: unknown,
  ): Promise<WorkflowHandle<typeof call>>;
  /** Calls an operation, and waits for what comes of it. */
  call(operation: 'provision' | 'deprovision' | 'status', input: unknown): Promise<Called>;
  stop(): Promise<void>;
}

/** A Nexus endpoint, and a namespace whose workflows call it. */
export interface Endpoint {
  readonly name: string;
  readonly namespace: string;
  readonly connection: Connection;
}

/** Makes a namespace for callers, and an endpoint that leads to a task queue of the namespace `default`. */
export async function makeEndpoint({ address, taskQueue }: At): Promise<Endpoint> {
  const name = `identity-center-${randomUUID()}`;
  const namespace = `callers-${randomUUID()}`;
  const connection = await Connection.connect({ address });
  await connection.workflowService.registerNamespace({
    namespace,
    workflowExecutionRetentionPeriod: msToTs('1d'),
  });
  await connection.operatorService.createNexusEndpoint({
    spec: { name, target: { worker: { namespace: 'default', taskQueue } } },
  });
  return { name, namespace, connection };
}

/** Makes an endpoint, and a worker of a team of its own whose workflows call it. */
export async function startCallers(
  at: At,
  { dataConverter }: Partial<TemporalExtensions> = {},
): Promise<Callers> {
  const { name: endpoint, namespace, connection } = await makeEndpoint(at);
  const converter = dataConverter === undefined ? {} : { dataConverter };
  const temporal = new Client({ connection, namespace, ...converter });
  logErrorsOnly();
  const native = await NativeConnection.connect({ address: at.address });
  const worker = await Worker.create({
    connection: native,
    namespace,
    taskQueue: 'callers',
    workflowBundle: await callerBundle(),
    ...converter,
  });
  const ended = worker.run();
  const start: Callers['start'] = (operation, input) =>
    temporal.workflow.start<typeof call>('call', {
      workflowId: `call-${randomUUID()}`,
      taskQueue: 'callers',
      args: [endpoint, operation, input],
    });
  return {
    endpoint,
    temporal,
    start,
    call: async (operation, input) => (await start(operation, input)).result(),
    async stop() {
      worker.shutdown();
      await ended;
      await native.close();
      await connection.close();
    },
  };
}

/** Bundles the workflows of callers, once for each state of them: it takes seconds. */
async function callerBundle(): Promise<{ codePath: string }> {
  const workflowsPath = require.resolve('./nexus-callers');
  const sources = [
    workflowsPath,
    require.resolve('../../contract/nexus/service'),
    require.resolve('nexus-rpc/package.json'),
  ];
  const hash = createHash('sha256');
  for (const source of sources) hash.update(readFileSync(source));
  const folder = path.join(userFolder('cache'), 'nexus-callers');
  const codePath = path.join(folder, `${hash.digest('hex').slice(0, 16)}.js`);
  if (!existsSync(codePath)) {
    const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') });
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${codePath}.${process.pid}`, code);
    renameSync(`${codePath}.${process.pid}`, codePath);
  }
  return { codePath };
}

/** The errors that a caller sees, from the outermost to the last cause. */
export function errorsOf(called: Called): SeenError[] {
  if ('errors' in called) return called.errors;
  throw new Error(`the operation succeeded: ${JSON.stringify(called.result)}`);
}

/** What the handler or the run has said, without what Nexus has put around it. */
export function causeOf(called: Called): SeenError {
  const errors = errorsOf(called);
  const said = errors.find(({ name }) => name !== 'NexusOperationFailure' && name !== 'HandlerError');
  if (said === undefined) throw new Error(`nothing was said: ${JSON.stringify(errors)}`);
  return said;
}

import path from 'node:path';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { IdentityCenterClient, registerSearchAttributes } from '../client';
import { emulatorEnvironment } from '../sandbox';
import type { Engine } from './engine';
import { startScript, type Process } from './processes';
import { freshNumber } from './work';

/** What every measurement stands on: an engine, an emulator in a process of its own, task queues of its own, and a client. */
export interface Testbed {
  readonly engine: Engine;
  readonly temporal: Client;
  readonly client: IdentityCenterClient;
  readonly emulator: Emulator;
  /** The production worker, in a process of its own. */
  readonly startWorker: (env?: Record<string, string>) => Promise<Process>;
  /** Another build of this package, where one is compared; what it starts is on a task queue of its own. */
  readonly before?: Pick<Testbed, 'client' | 'startWorker'>;
  /** The worker of the bare workflows, likewise. */
  readonly startBareWorker: () => Promise<Process>;
  /** Starts a bare workflow. @param type one of those in `bare/workflows.ts` */
  startBare(type: string, workflowId: string, args?: unknown[]): Promise<WorkflowHandle>;
  /** Ends all but the engine. */
  stop(): Promise<void>;
}

/** The emulator in its own process. */
export interface Emulator {
  readonly url: string;
  readonly pid: number;
  /** Forgets everything, and sets what goes wrong. */
  reset(faults: object): Promise<void>;
  get<T>(path: string): Promise<T>;
  stop(): Promise<void>;
}

/** Starts the parts; the workers are started by whoever needs one. */
export async function startTestbed(engine: Engine, before?: string): Promise<Testbed> {
  const { address } = engine;
  const emulator = await startEmulatorProcess();
  const connection = await Connection.connect({ address });
  // As "up" and "doctor --fix" do it: they cost events, so they belong into the figures.
  await registerSearchAttributes(connection, 'default');
  const temporal = new Client({ connection });
  // A rate belongs to its queue, and a worker that has ended shares it for a minute.
  const bareQueue = `bare-${freshNumber()}`;
  const build = (Client: typeof IdentityCenterClient, dist?: string) => {
    const queue = `ours-${freshNumber()}`;
    return {
      client: new Client(temporal, queue),
      async startWorker(env: Record<string, string> = {}) {
        const environment = {
          ...emulatorEnvironment(emulator.url),
          TEMPORAL_ADDRESS: address,
          IDENTITY_CENTER_TASK_QUEUE: queue,
          IDENTITY_CENTER_LOG_LEVEL: 'error',
          ...env,
        };
        return (await startScript('command/main.js', ['worker', '--json'], environment, dist)).process;
      },
    };
  };
  return {
    engine,
    temporal,
    ...build(IdentityCenterClient),
    ...(before === undefined ? {} : { before: build(await clientOf(before), before) }),
    emulator,
    async startBareWorker() {
      const { process } = await startScript('bench/bare/worker.js', [address, bareQueue, emulator.url]);
      return process;
    },
    startBare: (type, workflowId, args = []) =>
      temporal.workflow.start(type, { taskQueue: bareQueue, workflowId, args }),
    async stop() {
      await connection.close();
      await emulator.stop();
    },
  };
}

/** The client of another build. */
async function clientOf(dist: string): Promise<typeof IdentityCenterClient> {
  const module = (await import(path.join(dist, 'client', 'index.js'))) as {
    IdentityCenterClient: typeof IdentityCenterClient;
  };
  return module.IdentityCenterClient;
}

async function startEmulatorProcess(): Promise<Emulator> {
  const { process, line } = await startScript('command/main.js', ['emulator', '--json']);
  const { url } = JSON.parse(line) as { url: string };
  const send = async (method: string, path: string, body?: object) => {
    const request = { method, body: body === undefined ? null : JSON.stringify(body) };
    const answer = await fetch(`${url}/_emulator${path}`, request);
    if (!answer.ok) throw new Error(`the emulator: ${await answer.text()}`);
    return answer;
  };
  return {
    url,
    pid: process.pid,
    async reset(faults) {
      await send('DELETE', '');
      await send('PUT', '/faults', faults);
    },
    get: async <T>(path: string) => (await (await send('GET', path)).json()) as T,
    stop: () => process.stop(),
  };
}

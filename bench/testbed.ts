import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { IdentityCenterClient, registerSearchAttributes } from '../client';
import { emulatorEnvironment } from '../sandbox';
import { startTemporalServer, type TemporalServer } from '../sandbox/temporal-server';
import { cpuMs, startScript, type Process } from './processes';
import { timed } from './work';

/** What every measurement stands on: a server and an emulator in processes of their own, and a client. */
export interface Testbed {
  readonly server: TemporalServer;
  readonly temporal: Client;
  readonly client: IdentityCenterClient;
  readonly emulator: Emulator;
  /** The production worker, in a process of its own. */
  startWorker(env?: Record<string, string>): Promise<Process>;
  /** The worker of the bare workflows, likewise. */
  startBareWorker(): Promise<Process>;
  /** Starts a bare workflow. @param type one of those in `bare-workflow.ts` */
  startBare(type: string, workflowId: string, args?: unknown[]): Promise<WorkflowHandle>;
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

/** The task queue of the bare worker. */
const BARE_QUEUE = 'bare';
const QUEUE = 'ours';

/** Starts the parts; the workers are started by whoever needs one. */
export async function startTestbed(): Promise<Testbed> {
  const server = await startTemporalServer({ port: 0, uiPort: false });
  const { address } = server;
  const emulator = await startEmulatorProcess();
  const connection = await Connection.connect({ address });
  // As "up" and "doctor --fix" do it: they cost events, so they belong into the figures.
  await registerSearchAttributes(connection, 'default');
  const temporal = new Client({ connection });
  return {
    server,
    temporal,
    client: new IdentityCenterClient(temporal, QUEUE),
    emulator,
    async startWorker(env = {}) {
      const { process } = await startScript('command/main.js', ['worker', '--json'], {
        ...emulatorEnvironment(emulator.url),
        TEMPORAL_ADDRESS: address,
        IDENTITY_CENTER_TASK_QUEUE: QUEUE,
        IDENTITY_CENTER_LOG_LEVEL: 'error',
        ...env,
      });
      return process;
    },
    async startBareWorker() {
      const { process } = await startScript('bench/bare-worker.js', [address]);
      return process;
    },
    startBare: (type, workflowId, args = []) =>
      temporal.workflow.start(type, { taskQueue: BARE_QUEUE, workflowId, args }),
    async stop() {
      await connection.close();
      await emulator.stop();
      await server.stop();
    },
  };
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

/** Counts the CPU that each part uses while something is done. */
export function cpuCounter(bed: Testbed, worker: Process) {
  const pids = {
    worker: worker.pid,
    server: bed.server.pid,
    client: process.pid,
    emulator: bed.emulator.pid,
  };
  const parts = Object.entries(pids) as [keyof typeof pids, number][];
  const used: Record<keyof typeof pids, number[]> = { worker: [], server: [], client: [], emulator: [] };

  /** @param share of the milliseconds that are counted for each part, given how long the work took */
  async function measure(work: () => Promise<unknown>, share: (ms: number) => number): Promise<number> {
    const before = parts.map(([, pid]) => cpuMs(pid));
    const ms = await timed(work);
    parts.forEach(([part, pid], index) => used[part].push((cpuMs(pid) - (before[index] ?? 0)) * share(ms)));
    return ms;
  }

  return {
    /** What was counted, a value for each time. */
    used,
    /** Does the work of so many runs, and counts milliseconds a run. @returns runs a second */
    async rate(count: number, work: () => Promise<unknown>): Promise<number> {
      return (count / (await measure(work, () => 1 / count))) * 1000;
    },
    /** Counts percent of a core while something is done. */
    async percent(work: () => Promise<unknown>): Promise<void> {
      await measure(work, (ms) => 100 / ms);
    },
  };
}

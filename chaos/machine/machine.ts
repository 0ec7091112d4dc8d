import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { IdentityCenterClient } from '../../client';
import { startEmulator, startWorkerProcess, type Emulator, type WorkerProcess } from '../../sandbox';
import type { Faults } from '../../sandbox/emulator';
import type { Moment } from '../timeline';
import { startEngine, type Engine, type EngineKind } from './engine';
import type { Fault } from './plan';
import { WayToAws } from './way-to-aws';

const TASK_QUEUE = 'chaos';
/** Whose topic it is that runs are announced to: that of the workers themselves. */
const RECEIVING_ACCOUNT = '999999999999';
const TOPIC = `arn:aws:sns:eu-west-1:${RECEIVING_ACCOUNT}:chaos`;
const always = (error: string, more = {}) => ({
  failNext: [{ operation: 'Publish', error, times: 1_000_000, ...more }],
});
const RECEIVER_FAULTS: Record<Extract<Fault, { type: 'breakReceiver' }>['how'], Omit<Faults, 'accounts'>> = {
  answers500: always('InternalErrorException', { status: 500 }),
  hangs: always('hang'),
  isSlow: { latencyMs: 4_000 },
};
// The build does not copy it: it is preloaded as it stands in the sources.
const SKEWED_CLOCK = path.join(
  __dirname.replace(/\/dist\/chaos\/machine$/, '/chaos/machine'),
  'skewed-clock.cjs',
);

/** A fault that was injected. */
export interface FaultRecord extends Moment {
  fault: Fault;
  /** Whether the part works again. */
  mended: boolean;
}

/** Real parts that can be broken: Temporal, workers as processes, the emulator. */
export class Machine {
  /** How often each fault was injected; `skipped`: into a part that was out of order already. */
  readonly counts: Record<string, number> = {};
  private readonly ownEndsOfWorkers: { from: string; to: string }[] = [];
  /** What is out of order. */
  private readonly busy = new Set<string>();
  private readonly workers: WorkerProcess[] = [];
  private stopping = false;

  private constructor(
    readonly emulator: Emulator,
    readonly client: IdentityCenterClient,
    private readonly engine: Engine,
    private readonly folder: string,
    private readonly wayToAws: WayToAws,
    private readonly clocks: readonly number[],
    private readonly always: Faults,
  ) {}

  /**
   * @param clocks by how many milliseconds the clock of each worker is off
   * @param clockOffsetMs by how many AWS's is
   */
  static async start(kind: EngineKind, clocks: readonly number[], clockOffsetMs: number): Promise<Machine> {
    const folder = await mkdtemp(path.join(tmpdir(), 'identity-center-chaos-'));
    writeFileSync(receiversFile(folder), `receivers: [{ name: topic, sns: { topicArn: '${TOPIC}' } }]\n`);
    const engine = await startEngine(kind, folder);
    const emulator = await startEmulator({ port: 0 });
    const always = { clockOffsetMs };
    emulator.setFaults(always);
    const wayToAws = await WayToAws.open(emulator.port);
    const connectionOptions = { address: engine.address };
    const { temporal } = await IdentityCenterClient.connect({ connectionOptions, namespace: 'default' });
    const client = new IdentityCenterClient(temporal, TASK_QUEUE);
    const machine = new Machine(emulator, client, engine, folder, wayToAws, clocks, always);
    await Promise.all(clocks.map((_, index) => machine.startWorker(index)));
    return machine;
  }

  /** Breaks a part and mends it again; resolves when it works. */
  async inject(fault: Fault): Promise<void> {
    const part = partOf(fault);
    if (this.busy.has(part)) {
      this.count('skipped');
      return;
    }
    this.count(fault.type);
    switch (fault.type) {
      case 'killWorker':
        await this.occupied(part, async () => {
          await this.workers[fault.worker]?.kill();
          await this.startWorker(fault.worker);
        });
        return;
      case 'freezeWorker':
        await this.occupied(part, async () => {
          const frozen = this.workers[fault.worker];
          frozen?.freeze();
          await sleep(fault.forMs);
          frozen?.thaw();
        });
        return;
      case 'killServer':
      case 'killPart':
      case 'cutTemporal':
      case 'cutDatabase':
      case 'upgradeServer':
        await this.occupied(part, () => this.engine.inject(fault));
        return;
      case 'failAws':
        this.emulator.setFaults({ ...this.always, ...fault.faults });
        await sleep(fault.forMs);
        this.emulator.setFaults(this.always);
        return;
      case 'cutOff':
        await this.occupied(part, async () => {
          this.wayToAws.close();
          await sleep(fault.forMs);
          await this.wayToAws.reopen();
        });
        return;
      case 'breakReceiver':
        await this.occupied(part, async () => {
          this.emulator.setFaults({ accounts: [RECEIVING_ACCOUNT], ...RECEIVER_FAULTS[fault.how] });
          await sleep(fault.forMs);
          this.emulator.setFaults({ accounts: [RECEIVING_ACCOUNT] });
        });
        return;
      case 'forgetSessions':
        this.emulator.forgetSessions();
    }
  }

  /** When workers, or parts of Temporal, that ended by themselves were away. */
  get ownEnds(): readonly { from: string; to: string }[] {
    return [...this.ownEndsOfWorkers, ...this.engine.ownEnds];
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await Promise.all(this.workers.map((worker) => worker.kill()));
    await this.client.close();
    this.wayToAws.end();
    await this.emulator.close();
    await this.engine.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Keeps other faults off a part while it is out of order. */
  private async occupied(part: string, work: () => Promise<void>): Promise<void> {
    this.busy.add(part);
    try {
      await work();
    } finally {
      this.busy.delete(part);
    }
  }

  private async startWorker(index: number): Promise<void> {
    while (!this.stopping) {
      try {
        const worker = await startWorkerProcess(this.engine.address, TASK_QUEUE, this.wayToAws.url, {
          NODE_OPTIONS: `--require ${SKEWED_CLOCK}`,
          IDENTITY_CENTER_RECEIVERS_FILE: receiversFile(this.folder),
          CHAOS_CLOCK_MS: String(this.clocks[index] ?? 0),
        });
        this.workers[index] = worker;
        void worker.exited.then(() => this.afterExit(index));
        return;
      } catch {
        // The server is away: a supervisor would try again as well.
        await sleep(500);
      }
    }
  }

  /** A worker that ends by itself is started again, as a supervisor would. */
  private async afterExit(index: number): Promise<void> {
    const part = workerPart(index);
    if (this.stopping || this.busy.has(part)) return;
    this.count('workerEnded');
    const from = new Date().toISOString();
    await this.occupied(part, () => this.startWorker(index));
    this.ownEndsOfWorkers.push({ from, to: new Date().toISOString() });
  }

  private count(what: string): void {
    this.counts[what] = (this.counts[what] ?? 0) + 1;
  }
}

function receiversFile(folder: string): string {
  return path.join(folder, 'receivers.yaml');
}

/** The part that a fault puts out of order; what happens to all of AWS may happen twice at once. */
function partOf(fault: Fault): string {
  if ('worker' in fault) return workerPart(fault.worker);
  return fault.type === 'killPart' ? fault.part : fault.type;
}

function workerPart(index: number): string {
  return `worker of ours ${index}`;
}

/** Injects faults, each at its time in milliseconds; resolves when everything is mended. */
export async function injectFaults(
  faults: readonly { at: number; fault: Fault }[],
  machine: Machine,
): Promise<FaultRecord[]> {
  const records: FaultRecord[] = [];
  const note = (fault: Fault, mended: boolean) => {
    const what = `${mended ? 'mended' : 'fault '}    ${JSON.stringify(fault)}`;
    records.push({ at: new Date().toISOString(), what, fault, mended });
  };
  await Promise.all(
    faults.map(async ({ at, fault }) => {
      await sleep(at);
      note(fault, false);
      await machine.inject(fault);
      note(fault, true);
    }),
  );
  return records;
}

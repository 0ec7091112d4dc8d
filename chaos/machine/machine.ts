import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { IdentityCenterClient } from '../../client';
import { SEARCH_ATTRIBUTE_NAMES } from '../../contract';
import { startEmulator, startWorkerProcess, type Emulator, type WorkerProcess } from '../../sandbox';
import type { Faults } from '../../sandbox/emulator';
import { startTemporalServer, type TemporalServer } from '../../sandbox/temporal-server';
import type { Moment } from '../timeline';
import type { Fault } from './plan';
import { WayToAws } from './way-to-aws';

const TASK_QUEUE = 'chaos';
const MOST_STARTS = 10;
/** Among the parts that are out of order; workers go by their number. */
const SERVER = -1;
const AWS = -2;
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

/** Real parts that can be broken: a Temporal server on a file, workers as processes, the emulator. */
export class Machine {
  /** How often each fault was injected; `skipped`: into a part that was out of order already. */
  readonly counts: Record<string, number> = {};
  /** When workers that ended by themselves were away. */
  readonly ownEnds: { from: string; to: string }[] = [];
  private readonly busy = new Set<number>();
  private readonly workers: WorkerProcess[] = [];
  private stopping = false;

  private constructor(
    readonly emulator: Emulator,
    readonly client: IdentityCenterClient,
    private server: TemporalServer,
    private readonly folder: string,
    private readonly wayToAws: WayToAws,
    private readonly clocks: readonly number[],
    private readonly always: Faults,
  ) {}

  /**
   * @param clocks by how many milliseconds the clock of each worker is off
   * @param clockOffsetMs by how many AWS's is
   */
  static async start(clocks: readonly number[], clockOffsetMs: number): Promise<Machine> {
    const folder = await mkdtemp(path.join(tmpdir(), 'identity-center-chaos-'));
    const server = await startTemporalServer({
      dbFile: path.join(folder, 'temporal.db'),
      port: 0,
      uiPort: false,
      searchAttributes: Object.fromEntries(SEARCH_ATTRIBUTE_NAMES.map((name) => [name, 'Keyword'])),
    });
    const emulator = await startEmulator({ port: 0 });
    const always = { clockOffsetMs };
    emulator.setFaults(always);
    const wayToAws = await WayToAws.open(emulator.port);
    const connectionOptions = { address: server.address };
    const { temporal } = await IdentityCenterClient.connect({ connectionOptions, namespace: 'default' });
    const client = new IdentityCenterClient(temporal, TASK_QUEUE);
    const machine = new Machine(emulator, client, server, folder, wayToAws, clocks, always);
    await Promise.all(clocks.map((_, index) => machine.startWorker(index)));
    return machine;
  }

  /** Breaks a part and mends it again; resolves when it works. */
  async inject(fault: Fault): Promise<void> {
    const part = partOf(fault);
    if (part !== undefined && this.busy.has(part)) {
      this.count('skipped');
      return;
    }
    this.count(fault.type);
    switch (fault.type) {
      case 'killWorker':
        await this.occupied(fault.worker, async () => {
          await this.workers[fault.worker]?.kill();
          await this.startWorker(fault.worker);
        });
        return;
      case 'freezeWorker':
        await this.occupied(fault.worker, async () => {
          const frozen = this.workers[fault.worker];
          frozen?.freeze();
          await sleep(fault.forMs);
          frozen?.thaw();
        });
        return;
      case 'killServer':
        await this.occupied(SERVER, async () => {
          await this.server.kill();
          await sleep(fault.forMs);
          await this.restartServer();
        });
        return;
      case 'failAws':
        this.emulator.setFaults({ ...this.always, ...fault.faults });
        await sleep(fault.forMs);
        this.emulator.setFaults(this.always);
        return;
      case 'cutOff':
        await this.occupied(AWS, async () => {
          this.wayToAws.close();
          await sleep(fault.forMs);
          await this.wayToAws.reopen();
        });
        return;
      case 'forgetSessions':
        this.emulator.forgetSessions();
    }
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await Promise.all(this.workers.map((worker) => worker.kill()));
    await this.client.close();
    this.wayToAws.end();
    await this.emulator.close();
    await this.server.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Keeps other faults off a part while it is out of order. */
  private async occupied(part: number, work: () => Promise<void>): Promise<void> {
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
        const worker = await startWorkerProcess(this.server.address, TASK_QUEUE, this.wayToAws.url, {
          NODE_OPTIONS: `--require ${SKEWED_CLOCK}`,
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
    if (this.stopping || this.busy.has(index)) return;
    this.count('workerEnded');
    const from = new Date().toISOString();
    await this.occupied(index, () => this.startWorker(index));
    this.ownEnds.push({ from, to: new Date().toISOString() });
  }

  private async restartServer(): Promise<void> {
    const port = Number(this.server.address.split(':')[1]);
    const dbFile = path.join(this.folder, 'temporal.db');
    for (let attempt = 1; ; attempt += 1) {
      try {
        this.server = await startTemporalServer({ dbFile, port, uiPort: false });
        return;
      } catch (error) {
        // The port may not be free yet.
        if (attempt === MOST_STARTS) throw error;
        await sleep(1_000);
      }
    }
  }

  private count(what: string): void {
    this.counts[what] = (this.counts[what] ?? 0) + 1;
  }
}

/** The part that a fault puts out of order. */
function partOf(fault: Fault): number | undefined {
  if ('worker' in fault) return fault.worker;
  return fault.type === 'killServer' ? SERVER : fault.type === 'cutOff' ? AWS : undefined;
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

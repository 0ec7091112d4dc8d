import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster, PartName } from '../../sandbox/cluster';

const LOOK_MS = 250;
const PAUSE_MS = 500;

/** Keeps every process of a cluster running, as a supervisor in production does, but for those that are to be away. */
export class Keeper {
  /** When processes that ended by themselves were away; ISO 8601. */
  readonly ownEnds: { from: string; to: string }[] = [];
  private readonly turns = new Map<PartName, Promise<void>>();
  private readonly looking: NodeJS.Timeout;
  private stopping = false;

  constructor(private readonly cluster: Cluster) {
    this.looking = setInterval(() => {
      this.restartEnded();
    }, LOOK_MS);
  }

  /** Ends a process, in its turn, and starts it again after a while; resolves when it serves. */
  away(name: PartName, how: 'kill' | 'stop', forMs: number): Promise<void> {
    return this.inTurn(name, async () => {
      await this.cluster[how](name);
      await sleep(forMs);
      await this.restart(name);
    });
  }

  stop(): void {
    this.stopping = true;
    clearInterval(this.looking);
  }

  private restartEnded(): void {
    for (const { name, pid } of this.cluster.status()) {
      if (pid !== undefined || this.turns.has(name)) continue;
      const from = new Date().toISOString();
      void this.inTurn(name, () => this.restart(name)).then(() => {
        this.ownEnds.push({ from, to: new Date().toISOString() });
      });
    }
  }

  private async restart(name: PartName): Promise<void> {
    while (!this.stopping) {
      try {
        await this.cluster.start(name);
        return;
      } catch {
        // What it needs may be away as well.
        await sleep(PAUSE_MS);
      }
    }
  }

  private inTurn(name: PartName, work: () => Promise<void>): Promise<void> {
    const turn = (this.turns.get(name) ?? Promise.resolve()).then(work).finally(() => {
      if (this.turns.get(name) === turn) this.turns.delete(name);
    });
    this.turns.set(name, turn);
    return turn;
  }
}

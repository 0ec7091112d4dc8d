import { setTimeout as sleep } from 'node:timers/promises';
import { Runtime, Worker, type WorkerOptions as SdkOptions, type WorkerPlugin } from '@temporalio/worker';
import type { Activities } from '../activities';
import { followConnection } from './while-running';

const AGAIN_AFTER_MS = 5_000;

/** What a worker that announces is made of, beside the connection of the one that it runs beside. */
export type AnnouncingOptions = Omit<SdkOptions, 'connection' | 'activities'> & {
  activities: Pick<Activities, 'announce'>;
};

/**
 * Has a worker beside another, in the same process and on the same connection, tell the receivers: on a task queue of its own,
 * for as long as the other runs. Where it fails, as where the server refuses its polls for a minute, it is replaced: the other
 * goes on, or ends for reasons of its own.
 */
export class AnnouncingPlugin implements WorkerPlugin {
  readonly name = 'identity-center-announcing';

  constructor(private readonly options: AnnouncingOptions) {}

  async runWorker(host: Worker, run: (host: Worker) => Promise<void>): Promise<void> {
    const over = new AbortController();
    const announcing = this.announceUntil(over.signal, host);
    // One that has failed is replaced at once, whatever receivers are being told meanwhile.
    await run(host).finally(() => {
      over.abort();
    });
    await announcing;
  }

  private async announceUntil(over: AbortSignal, host: Worker): Promise<void> {
    const isOver = () => over.aborted;
    while (!isOver()) {
      try {
        await this.announceOnce(over, host);
      } catch (error) {
        if (isOver()) return;
        Runtime.instance().logger.warn('Receivers are not told of runs for now; the worker tries again', {
          error,
        });
        await sleep(AGAIN_AFTER_MS, undefined, { signal: over, ref: false }).catch(() => undefined);
      }
    }
  }

  private async announceOnce(over: AbortSignal, host: Worker): Promise<void> {
    const { connection } = host;
    if (connection === undefined) throw new Error('the worker has no connection');
    const worker = await Worker.create({ ...this.options, connection });
    const end = () => {
      if (worker.getState() === 'RUNNING') worker.shutdown();
    };
    over.addEventListener('abort', end, { once: true });
    const following = followConnection(worker, host);
    try {
      const running = worker.run();
      if (over.aborted) end();
      await running;
    } finally {
      clearInterval(following);
      over.removeEventListener('abort', end);
    }
  }
}

import type { Worker, WorkerOptions as SdkOptions, WorkerPlugin } from '@temporalio/worker';
import { announcementQueueOf } from '../contract';
import { createWorker, type WorkerOptions } from './create-worker';
import { isEndedByForce } from './forced-end';
import { readWorkerSettings } from './settings';
import { followConnection } from './while-running';

/** What the plugin can be told; what it is not told it reads from the environment, as `identity-center worker` does. */
export type IdentityCenterPluginOptions = Partial<Omit<WorkerOptions, 'connection' | 'namespace'>>;

/**
 * Has a worker of somebody else's serve Identity Center's runs as well: `plugins: [new IdentityCenterPlugin()]`.
 *
 * The runs have a worker of their own in the same process, on the same connection and namespace, and on a task queue of their
 * own, that starts and ends with the other: so neither the bundle, the converters nor the limits of one reach the other.
 */
export class IdentityCenterPlugin implements WorkerPlugin {
  readonly name = 'identity-center-orchestrator';
  private readonly options: Omit<WorkerOptions, 'connection' | 'namespace'>;
  /** Workers that this plugin has made: they get it as well where it was given to the connection. */
  private readonly own = new WeakSet<Worker>();
  private isMaking = false;

  /** @throws Error naming every variable of the environment that is wrong */
  constructor(options: IdentityCenterPluginOptions = {}) {
    this.options = { ...readWorkerSettings(process.env), ...options };
  }

  /** @throws Error where the worker polls the task queue of the plugin */
  configureWorker(options: SdkOptions): SdkOptions {
    const { taskQueue } = options;
    if (taskQueue === this.options.taskQueue && !this.isMaking)
      throw new Error(
        `IdentityCenterPlugin polls the task queue "${taskQueue}" itself: two workers with other workflows on one queue take each other's tasks. Give your worker another queue, or the plugin (IDENTITY_CENTER_TASK_QUEUE).`,
      );
    return options;
  }

  async runWorker(host: Worker, run: (host: Worker) => Promise<void>): Promise<void> {
    // The one that announces beside ours is on the same connection.
    const announces = host.options.taskQueue === announcementQueueOf(this.options.taskQueue);
    if (this.own.has(host) || announces) return run(host);
    const guest = await this.makeGuest(host);
    const following = followConnection(guest, host);
    const [hosted, ours] = await Promise.allSettled([
      run(host).finally(() => {
        end(guest);
      }),
      guest
        .run()
        .catch((error: unknown) => {
          // Both are told to end together, or the host first.
          if (host.getState() === 'RUNNING' || !isEndedByForce(error)) throw error;
        })
        .finally(() => {
          end(host);
        }),
    ]);
    clearInterval(following);
    if (hosted.status === 'rejected') throw hosted.reason;
    if (ours.status === 'rejected') throw ours.reason;
  }

  private async makeGuest({ connection, options: { namespace } }: Worker): Promise<Worker> {
    if (connection === undefined)
      throw new Error('IdentityCenterPlugin needs a worker with a connection, and this one has none.');
    this.isMaking = true;
    try {
      const guest = await createWorker({ ...this.options, connection, namespace });
      this.own.add(guest);
      return guest;
    } finally {
      this.isMaking = false;
    }
  }
}

function end(worker: Worker): void {
  if (worker.getState() === 'RUNNING') worker.shutdown();
}

import type { NativeConnection, Worker } from '@temporalio/worker';
import { connect, isSameConnection, type WorkerConnection } from './connection';

const LOOK_EVERY_MS = 5_000;
const ANSWER_MS = 10_000;
/** Longer than an attempt lasts, which keeps the connection that it began with. */
const CLOSE_AFTER_MS = 60_000;

/** Told that renewed keys and certificates are in use, or why they are not. */
export type RenewalListener = (to: WorkerConnection, error?: unknown) => void;

/**
 * Gives a worker a new connection whenever the keys or certificates change with which it reaches Temporal; nothing that it
 * is doing is cut short. What cannot be read, or is refused, leaves the old ones in use, and is tried again.
 *
 * A changed address or namespace is another server's: it takes a new worker, and is left alone.
 */
export function followRenewals(
  worker: Worker,
  to: WorkerConnection,
  readConnection: () => WorkerConnection,
  onRenewal: RenewalListener = () => undefined,
): { stop(): void } {
  const stopped = new AbortController();
  let current = to;
  let told = '';
  const look = async () => {
    try {
      const next = readConnection();
      if (isSameConnection(next, current) || !isSameServer(next, current)) return;
      const connection = await connectAndAsk(next, stopped.signal);
      if (worker.getState() !== 'RUNNING') {
        await connection.close();
        return;
      }
      const old = worker.connection;
      worker.connection = connection;
      [current, told] = [next, ''];
      onRenewal(current);
      if (old !== undefined) closeLater(old);
    } catch (error) {
      if (stopped.signal.aborted) return;
      const reason = String(error);
      if (reason !== told) onRenewal(current, error);
      told = reason;
    }
  };
  let looking = false;
  const timer = setInterval(() => {
    if (looking) return;
    looking = true;
    void look().finally(() => {
      looking = false;
    });
  }, LOOK_EVERY_MS).unref();
  return {
    stop() {
      clearInterval(timer);
      stopped.abort();
    },
  };
}

/** Connects, and has the server say that it takes the keys: whoever connects is asked for none. */
async function connectAndAsk(to: WorkerConnection, signal: AbortSignal): Promise<NativeConnection> {
  const connection = await connect(to, signal);
  try {
    await connection.withDeadline(Date.now() + ANSWER_MS, () =>
      connection.workflowService.describeNamespace({ namespace: to.namespace }),
    );
    return connection;
  } catch (error) {
    await connection.close();
    throw error;
  }
}

function isSameServer(one: WorkerConnection, other: WorkerConnection): boolean {
  return (
    one.namespace === other.namespace && one.connectionOptions.address === other.connectionOptions.address
  );
}

function closeLater(connection: NativeConnection): void {
  setTimeout(() => {
    void connection.close().catch(() => undefined);
  }, CLOSE_AFTER_MS).unref();
}

import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { accepts } from './free-port';

const POLL_MS = 50;

/**
 * Waits until the server on that port of 127.0.0.1 answers and knows the namespace.
 *
 * @throws the signal's reason, once it is aborted
 */
export async function untilUsable(port: number, namespace: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    // A gRPC channel that was refused waits a second before it tries again; a bare socket does not.
    if ((await accepts(port)) && (await knowsNamespace(port, namespace))) return;
    await sleep(POLL_MS);
  }
}

async function knowsNamespace(port: number, namespace: string): Promise<boolean> {
  let connection: Connection | undefined;
  try {
    connection = await Connection.connect({
      address: `127.0.0.1:${port}`,
      connectTimeout: '2s',
      // A proxy of the environment knows nothing of this machine's own addresses.
      channelArgs: { 'grpc.enable_http_proxy': 0 },
    });
    const { workflowService } = connection;
    await connection.withDeadline(Date.now() + 2_000, () => workflowService.describeNamespace({ namespace }));
    return true;
  } catch {
    return false;
  } finally {
    await connection?.close();
  }
}

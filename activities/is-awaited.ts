import { Context } from '@temporalio/activity';
import { ActivityCancelledError, ActivityNotFoundError, AsyncCompletionClient } from '@temporalio/client';

/** Asks the server, by a heartbeat of its own, whether it still waits for this attempt. */
export async function isAwaited(): Promise<boolean> {
  const { client, info } = Context.current();
  const { connection } = client;
  try {
    await new AsyncCompletionClient({ connection, namespace: info.namespace }).heartbeat(info.taskToken);
    return true;
  } catch (error) {
    if (error instanceof ActivityNotFoundError) return false;
    // Cancelled or not: it is awaited. A server that does not answer leaves it open, and sending is the greater risk.
    return error instanceof ActivityCancelledError;
  }
}

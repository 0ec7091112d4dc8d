import type { Client } from '@temporalio/client';
import { optionalTsToMs } from '@temporalio/common/lib/time';

/** Reads for how long a namespace keeps runs that have ended, in milliseconds; `undefined`: the server does not say it. */
export async function readRetention({ workflowService, options }: Client): Promise<number | undefined> {
  try {
    const { config } = await workflowService.describeNamespace({ namespace: options.namespace });
    const retention = optionalTsToMs(config?.workflowExecutionRetentionTtl);
    return retention === 0 ? undefined : retention;
  } catch {
    // Whoever may list runs need not be allowed to ask.
    return undefined;
  }
}

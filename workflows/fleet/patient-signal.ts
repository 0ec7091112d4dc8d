import { sleep, type ExternalWorkflowHandle } from '@temporalio/workflow';

/** Milliseconds from one try to the next. */
const PAUSES = [1_000, 5_000, 15_000, 30_000];

/**
 * Signals a workflow, and again a little later where it has taken as many signals as an execution may: it goes on in another
 * one soon. Throws where there is no such workflow, or it takes none any more.
 */
export async function signalPatiently(
  handle: ExternalWorkflowHandle,
  name: string,
  argument: unknown,
): Promise<void> {
  for (const pause of PAUSES) {
    try {
      await handle.signal<[unknown]>(name, argument);
      return;
    } catch (error) {
      if (!hasTooManySignals(error)) throw error;
      await sleep(pause);
    }
  }
  await handle.signal<[unknown]>(name, argument);
}

/** The SDK tells the reasons of the server apart by its words only. */
function hasTooManySignals(error: unknown): boolean {
  return error instanceof Error && error.message.includes('signal limit was exceeded');
}

import { ApplicationFailure } from '@temporalio/workflow';
import { failureOf, situationOf } from './failure';
import { findOwn } from './reconcile';
import type { Run } from './run';

/**
 * Removes the instance that a cancelled run made, and no other. Throws `RollBackFailed`, which names what is left.
 */
export async function rollBack(run: Run): Promise<void> {
  try {
    const target = run.target ?? (run.answerOutstanding ? await findOwn(run) : undefined);
    if (target !== undefined && !target.adopted) await run.steps.deleteInstance(target, run.startedAt);
  } catch (error) {
    if (!(error instanceof ApplicationFailure)) throw error;
    // An account that lets nobody in has not let CreateInstance in either.
    if (run.target === undefined && situationOf(error) === 'accountNotReady') return;
    const left = run.target?.instanceArn ?? 'what CreateInstance may have made';
    throw failureOf('rollBackFailed', run.request.accountId, `${left}: ${error.message}`, error);
  }
}

import type { ApplicationFailure } from '@temporalio/workflow';
import { MAX_GENERATIONS } from '../../contract';
import { failureOf, situationOf } from '../shared/failure';
import type { Run } from './state';
import type { Target } from './activities';

/**
 * Leaves an instance behind that is deleted, or that failed and is to be made anew; throws where the run has to end with
 * its failure.
 */
export async function giveUp(
  run: Run,
  target: Target,
  failure: ApplicationFailure,
  recreate: boolean,
): Promise<void> {
  const failed = situationOf(failure) === 'createFailed' && recreate;
  if (situationOf(failure) !== 'instanceGone' && !failed) throw failure;
  if (run.generation === MAX_GENERATIONS)
    throw failureOf('generationsExhausted', run.request.accountId, failure.message, failure);
  run.note(failure);
  if (failed) {
    run.journal.enter('rollingBack');
    await run.steps.deleteInstance(target);
  }
  run.nextGeneration();
}

import { readCheckRequest, type WorkerChecks } from '../../contract';
import { readArgument } from '../shared/argument';
import { askWorker } from './ask-worker';
import { stateVersioning } from '../shared/versioning';

/** Has a worker say who it is to AWS and what it may do there: reads only. */
export async function checkIdentityCenter(argument: unknown): Promise<WorkerChecks> {
  return askWorker(readArgument(readCheckRequest, argument, 'check again'));
}

// It ends in seconds.
stateVersioning('PINNED', checkIdentityCenter);

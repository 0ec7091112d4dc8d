import { v5 as uuidV5 } from 'uuid';

const NAMESPACE = '21d8c0d7-4851-54c5-9c56-5de3a19845ea';

/** A run goes through this many instances at the most; see {@link clientToken}. */
export const MAX_GENERATIONS = 3;

/**
 * The ClientToken of CreateInstance: the UUID version 5 (RFC 9562) of the workflow ID, so that every attempt, worker and
 * run of that workflow ID asks AWS for the same instance.
 *
 * @param generation 1, and one more each time AWS has shown that the instance behind the earlier token is deleted
 * @throws RangeError where the generation is not a whole number from 1 up
 */
export function clientToken(workflowId: string, generation = 1): string {
  if (!Number.isSafeInteger(generation) || generation < 1) {
    throw new RangeError(`generation must be a whole number from 1 up, not ${generation}`);
  }
  return uuidV5(generation === 1 ? workflowId : `${workflowId}#${generation}`, NAMESPACE);
}

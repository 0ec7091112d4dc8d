import { ApplicationFailure } from '@temporalio/workflow';
import type { FoundInstance } from '../../activities';
import { milliseconds } from '../../contract';
import { failureOf } from '../shared/failure';
import type { Run } from './state';
import type { Target } from './activities';

const LONGEST_PAUSE_MS = 60_000;

/**
 * What the account has, after CreateInstance ended with `failure`: the instance to go on with, or `undefined` where there
 * is none. Throws `InstanceExists` for somebody else's, unless it is to be adopted.
 *
 * @param look how to look
 */
export async function reconcile(
  run: Run,
  failure: ApplicationFailure,
  look: () => Promise<FoundInstance | undefined>,
): Promise<Target | undefined> {
  const { accountId, region, existing } = run.request;
  run.journal.enter('reconciling');
  let found: FoundInstance | undefined;
  run.lookOwed = failure;
  try {
    found = await look();
    run.lookOwed = undefined;
  } catch (error) {
    // Whether there is an instance stays open; what AWS said first is what the user has to act on.
    throw error instanceof ApplicationFailure && error.type !== 'Aborted' ? failure : error;
  }
  if (found === undefined) return undefined;
  const adopted = !found.ours || found.region !== region;
  if (adopted && (existing !== 'adopt' || found.status !== 'ACTIVE')) {
    const what = `${found.instanceArn} in ${found.region} (${found.status})`;
    throw failureOf(
      'instanceExists',
      accountId,
      `${what}; AWS answered ${failure.type ?? 'nothing'}`,
      failure,
    );
  }
  return { instanceArn: found.instanceArn, region: found.region, adopted };
}

/** The instance of a CreateInstance whose answer is not known, if there is one. */
export async function findOwn(run: Run): Promise<Target | undefined> {
  const found = await lookTwice(run);
  return found?.ours === true
    ? { instanceArn: found.instanceArn, region: found.region, adopted: false }
    : undefined;
}

/**
 * Looks, and where there is nothing, once more: a write may take a while until it shows. The pause grows, so that an hour
 * of Conflicts stays a short history.
 *
 * @param before how often that was done before
 */
export async function lookTwice(
  { steps, steering, request }: Pick<Run, 'steps' | 'steering'> & { request: Pick<Run['request'], 'timing'> },
  before = 0,
): Promise<FoundInstance | undefined> {
  const found = await steps.findInstance();
  if (found !== undefined) return found;
  const pauseMs = Math.min(LONGEST_PAUSE_MS, milliseconds(request.timing.pollInterval) * 1.5 ** before);
  await steering.rest(pauseMs, 'a write may take a while until it shows: looks again');
  return steps.findInstance();
}

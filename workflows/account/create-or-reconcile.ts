import { ApplicationFailure } from '@temporalio/workflow';
import type { FoundInstance } from '../../activities';
import { describeFailure, milliseconds, type ProvisionRequest } from '../../contract';
import { runFailure, situationOf } from '../shared/failure';
import type { AccountActivities, CreateOutcome } from './activities';
import type { Interruptible } from './interruptible';
import { arnAndRegion, type Instance, type Provisioning } from './state';

const LONGEST_PAUSE_MS = 60_000;

/**
 * Asks AWS for the instance behind the token. Where that is refused, or its time is over, looks for what there is instead:
 * an instance of the account's runs is gone on with, another's adopted or refused, and where there is none the run stops
 * with what AWS said. Only after a Conflict the same token is sent again: its write may not have propagated.
 */
export async function createOrReconcile(run: Provisioning): Promise<Instance> {
  const { state, status, work } = run;
  // The run was held before a look had come through, or with a name or tags that are corrected now.
  if (state.lookOwed !== undefined) {
    const existing = await reconcile(run, state.lookOwed);
    if (existing !== undefined) return existing;
    if (state.isToBeCorrected) state.nextGeneration();
  }
  const until = work.now() + milliseconds(state.request.timing.createTimeout);
  let conflict: ApplicationFailure | undefined;
  for (let conflicts = 0; ; conflicts += 1) {
    const outcome = await create(run, until);
    if (outcome.status === 'created') return made(run, outcome.instanceArn);
    status.showFailure(describeFailure(outcome.failure));
    state.failed(outcome.failure);
    const existing = await reconcile(run, outcome.failure, conflicts);
    if (existing !== undefined) return existing;
    switch (outcome.status) {
      case 'refused':
        throw outcome.failure;
      case 'timedOut':
        throw conflict ?? outcome.failure;
      case 'conflict':
        conflict = outcome.failure;
    }
  }
}

/** Calls CreateInstance with the token, and what is asked for. */
export function create({ state, activities }: Provisioning, until: number): Promise<CreateOutcome> {
  return activities.createInstance(state.asked, until, state);
}

/** Goes on with the instance that CreateInstance has made. */
export function made({ state }: Provisioning, instanceArn: string): Instance {
  return state.goOnWith({ instanceArn, region: state.request.region, adopted: false });
}

/**
 * Looks for what the account has, after CreateInstance ended with `failure`: the instance to go on with, or `undefined`
 * where there is none. Throws `InstanceExists` for somebody else's, unless it is to be adopted.
 *
 * @param conflicts how many Conflicts there were before
 */
async function reconcile(
  run: Provisioning,
  failure: ApplicationFailure,
  conflicts = 0,
): Promise<Instance | undefined> {
  const { state, status, activities } = run;
  const { accountId, region, existing, timing } = state.request;
  const { isToBeCorrected } = state;
  let found: FoundInstance | undefined;
  try {
    const mayShowLate = isToBeCorrected || situationOf(failure) === 'conflict';
    found = await (mayShowLate ? lookTwice(run, timing, conflicts) : activities.findInstance());
  } catch (error) {
    // Whether there is an instance stays open; what AWS said first is what the user has to act on.
    throw error instanceof ApplicationFailure && situationOf(error) !== 'aborted' ? failure : error;
  }
  if (found === undefined) {
    state.foundNone();
    return undefined;
  }
  const adopted = !found.ours || found.region !== region;
  if (adopted && (existing !== 'adopt' || found.status !== 'ACTIVE')) {
    const detail = `${arnAndRegion(found)} (${found.status}); AWS answered ${failure.type ?? 'nothing'}`;
    throw runFailure({ situation: 'instanceExists', accountId, detail }, failure);
  }
  if (isToBeCorrected)
    status.addNote(`${found.instanceArn} exists already: its name and tags stay as they are`);
  return state.goOnWith({ instanceArn: found.instanceArn, region: found.region, adopted });
}

/**
 * Looks, and where there is nothing, once more: a write may take a while until it shows. The pause grows, so that an hour
 * of Conflicts stays a short history.
 *
 * @param before how often that was done before
 */
export async function lookTwice(
  { activities, work }: { activities: AccountActivities; work: Interruptible },
  { pollInterval }: Pick<ProvisionRequest['timing'], 'pollInterval'>,
  before = 0,
): Promise<FoundInstance | undefined> {
  const found = await activities.findInstance();
  if (found !== undefined) return found;
  const pauseMs = Math.min(LONGEST_PAUSE_MS, milliseconds(pollInterval) * 1.5 ** before);
  await work.rest(pauseMs, 'a write may take a while until it shows: looks again');
  return activities.findInstance();
}

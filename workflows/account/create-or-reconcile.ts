import { ApplicationFailure } from '@temporalio/workflow';
import type { FoundInstance } from '../../activities';
import {
  describeFailure,
  mayAdopt,
  milliseconds,
  readFailureParts,
  type ProvisionRequest,
} from '../../contract';
import { runFailure, situationOf } from '../shared/failure';
import type { AccountActivities } from './activities';
import { create } from './create';
import { arnAndRegion, type Instance } from './creation';
import type { Interruptible } from './interruptible';
import type { Provisioning } from './state';

const LONGEST_PAUSE_MS = 60_000;

/**
 * Asks AWS for the instance behind the token. Where that is refused, or its time is over, looks for what there is instead:
 * an instance of the account's runs is gone on with, another's adopted or refused, and where there is none the run stops
 * with what AWS said. Only after a Conflict the same token is sent again: its write may not have propagated. A token that
 * AWS holds to other parameters leads nowhere where there is no instance: the next one is sent.
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
    const outcome = await create(run, state.asked, until);
    if (outcome.status === 'created') {
      const instance = state.created(outcome.answer);
      // What was asked of the run while AWS made the instance holds, although nothing may be left to do.
      work.throwIfStopped();
      return instance;
    }
    status.showFailure(describeFailure(outcome.failure));
    // There is nothing to look for, or what a look shows is the organization's.
    if (state.isUnsent) throw outcome.failure;
    const situation = situationOf(outcome.failure);
    if (situation === 'managementAccount') {
      state.notMade();
      throw outcome.failure;
    }
    state.refused(outcome.failure);
    const existing = await reconcile(run, outcome.failure, conflicts);
    if (existing !== undefined) return existing;
    switch (outcome.status) {
      case 'refused':
        if (situation !== 'parameterMismatch') throw outcome.failure;
        state.giveUpToken(outcome.failure);
        state.nextGeneration();
        break;
      case 'timedOut':
        throw conflict ?? outcome.failure;
      case 'conflict':
        conflict = outcome.failure;
    }
  }
}

/**
 * Looks for what the account has, after CreateInstance ended with `failure`: the instance to go on with, or `undefined`
 * where there is none. Throws `InstanceExists` for somebody else's, unless it is to be adopted. One that is CREATE_FAILED
 * holds nothing, whoever asked for it: it is the run's to go on with, as `onCreateFailed` says.
 *
 * @param conflicts how many Conflicts there were before
 */
export async function reconcile(
  run: Provisioning,
  failure: ApplicationFailure,
  conflicts = 0,
): Promise<Instance | undefined> {
  const { state, status, activities } = run;
  const { accountId, region, existing, timing } = state.request;
  const answer = situationOf(failure);
  const { isToBeCorrected } = state;
  let found: FoundInstance | undefined;
  try {
    const mayShowLate = isToBeCorrected || answer === 'conflict' || answer === 'parameterMismatch';
    found = await (mayShowLate ? lookTwice(run, 'any', timing, conflicts) : activities.findInstance('any'));
  } catch (error) {
    // Whether there is an instance stays open; what AWS said first is what the user has to act on.
    throw error instanceof ApplicationFailure && !isDecisive(error) ? failure : error;
  }
  if (found === undefined) {
    state.foundNone();
    return undefined;
  }
  // What is corrected is for the next.
  if (found.status === 'CREATE_FAILED') return state.goOnWith(found.instanceArn, found.region);
  const isElsewhere = found.region !== region;
  const adopted = !found.ours || isElsewhere;
  if (adopted && !mayAdopt(existing, isElsewhere)) {
    const detail = `${arnAndRegion(found)} (${found.status}); AWS answered ${failure.type ?? 'nothing'}`;
    const situation = isElsewhere ? 'instanceElsewhere' : 'instanceExists';
    throw runFailure({ situation, accountId, detail }, failure);
  }
  if (isToBeCorrected)
    status.addNote(`${found.instanceArn} exists already: its name and tags stay as they are`);
  state.keepAsItIs();
  return state.goOnWith(found.instanceArn, found.region, adopted);
}

/** Whether a look failed in a way that says more than what CreateInstance ended with. */
function isDecisive(error: ApplicationFailure): boolean {
  return situationOf(error) === 'aborted' || readFailureParts(error)?.operation === 'DescribeOrganization';
}

/**
 * Looks, and where there is nothing, once more: a write may take a while until it shows. The pause grows, so that an hour
 * of Conflicts stays a short history.
 *
 * @param before how often that was done before
 */
export async function lookTwice(
  { activities, work }: { activities: AccountActivities; work: Interruptible },
  wanted: 'own' | 'any',
  { pollInterval }: Pick<ProvisionRequest['timing'], 'pollInterval'>,
  before = 0,
): Promise<FoundInstance | undefined> {
  const found = await activities.findInstance(wanted);
  if (found !== undefined) return found;
  const pauseMs = Math.min(LONGEST_PAUSE_MS, milliseconds(pollInterval) * 1.5 ** before);
  await work.rest(pauseMs, 'a write may take a while until it shows: looks again');
  return activities.findInstance(wanted);
}

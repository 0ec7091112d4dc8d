import { ApplicationFailure, CancellationScope } from '@temporalio/workflow';
import type { FoundInstance } from '../../activities';
import { describeFailure, milliseconds } from '../../contract';
import { runFailure, situationOf } from '../shared/failure';
import type { AskedInstance } from './activities';
import { create } from './create';
import { lookTwice } from './create-or-reconcile';
import { arnAndRegion, type Instance } from './creation';
import type { Origin } from './origins';
import type { Provisioning } from './state';

/**
 * Does what `onCancel` says with the instance that a cancelled run made, and with no other.
 *
 * @returns what kept it from being done: `RollBackFailed`, which names what is left and how to remove it
 */
export async function rollBack(run: Provisioning): Promise<ApplicationFailure | undefined> {
  const { state, status, work } = run;
  state.startRollBack();
  work.forgetSteering();
  // What the run was held with asks for a retry, of which there is none any more.
  status.showFailure(undefined);
  return CancellationScope.nonCancellable(async () => {
    try {
      await (state.request.onCancel === 'keep' ? keep(run) : remove(run));
      return undefined;
    } catch (error) {
      if (!(error instanceof ApplicationFailure)) throw error;
      if (state.instance === undefined && !state.mayYetMake && wasAlwaysShut(run, error)) {
        status.addNote(NOTHING_LEFT);
        return undefined;
      }
      if (state.request.onCancel === 'delete') return rollBackFailed(run, error);
      status.addNote(`whether CreateInstance made an instance is not known (${error.message}); it is left`);
      return undefined;
    }
  });
}

/** Tells whether a look failed as the account lets nobody in, and has not since the run began: CreateInstance neither. */
function wasAlwaysShut({ state }: Provisioning, error: ApplicationFailure): boolean {
  const situation = situationOf(error);
  const isShut = situation === 'accountNotReady' || situation === 'explicitDeny';
  return isShut && state.existedBefore === undefined;
}

const NOTHING_LEFT = 'nothing that this run made is left';

/** Says what is left. */
async function keep(run: Provisioning): Promise<void> {
  const { state, status } = run;
  const instance = state.instance ?? (state.mayHaveMade ? await findOwn(run) : undefined);
  if (instance !== undefined) status.addNote(`${arnAndRegion(instance)} is left, as onCancel is "keep"`);
  else if (state.mayYetMake)
    status.addNote('no instance is to be found, but CreateInstance was not answered and may yet make one');
  else status.addNote(NOTHING_LEFT);
}

/** Deletes what the run made. */
async function remove(run: Provisioning): Promise<void> {
  const { state, status } = run;
  const instance = state.instance ?? (state.mayHaveMade ? await findOwn(run) : undefined);
  if (instance !== undefined && !(await removeOwn(run, instance))) return;
  // One after the other: an account has one instance at the most.
  for (const asked of state.lostCalls) {
    const made = await askOnceMore(run, asked);
    if (made !== undefined && !(await removeOwn(run, made))) return;
  }
  status.addNote(NOTHING_LEFT);
}

/** Why a cancelled run leaves an instance. */
const LEFT: Record<Exclude<Origin, 'thisRun'>, string> = {
  adopted: 'it was adopted, not made by this run',
  earlierRun: 'it is older than this run',
  unknown: 'whether this run made it is not known',
};

/** Deletes an instance that the run has made, and answers whether there is none now. */
async function removeOwn({ state, status, activities }: Provisioning, instance: Instance): Promise<boolean> {
  if (instance.origin !== 'thisRun') {
    status.addNote(`${arnAndRegion(instance)} is left: ${LEFT[instance.origin]}`);
    return false;
  }
  await activities.deleteInstance(instance);
  status.addNote(`${arnAndRegion(instance)} was deleted`);
  state.deleted();
  return true;
}

/** Looks for the instance of a CreateInstance whose answer is not known. */
async function findOwn(run: Provisioning): Promise<Instance | undefined> {
  const { state } = run;
  const found = await lookTwice(run, 'own', state.request.timing);
  return found !== undefined && mayBeOwn(run, found)
    ? state.goOnWith(found.instanceArn, found.region)
    : undefined;
}

/** Whether the run may have made what a look has found. The tags of one that has failed cannot be read. */
function mayBeOwn({ state }: Provisioning, { instanceArn, ours, status }: FoundInstance): boolean {
  if (ours) return true;
  // A lost call is asked once more, and that tells.
  const isOpen = status === 'CREATE_FAILED' && !state.mayYetMake;
  return isOpen && state.existedBefore?.includes(instanceArn) !== true;
}

/**
 * Sends a call that was lost once more: it may be carried out after every look, and only its token leaves no doubt. AWS
 * answers with what the call made, or makes now what is then deleted.
 */
async function askOnceMore(run: Provisioning, asked: AskedInstance): Promise<Instance | undefined> {
  const { state, work } = run;
  const outcome = await create(run, asked, work.now() + milliseconds(state.request.timing.createTimeout));
  if (outcome.status === 'created') {
    state.answered(asked.clientToken);
    return state.created(outcome.answer);
  }
  if (outcome.status === 'timedOut' || !state.hasJustSent) throw outcome.failure;
  // AWS has answered: it makes none now, and what it made before shows.
  state.answered(asked.clientToken);
  return findOwn(run);
}

function rollBackFailed({ state }: Provisioning, error: ApplicationFailure): ApplicationFailure {
  const { accountId, region } = state.request;
  const [left, command] = state.instance
    ? [
        arnAndRegion(state.instance),
        `Delete it with: aws sso-admin delete-instance --instance-arn ${state.instance.instanceArn} --region ${state.instance.region}`,
      ]
    : [
        `what CreateInstance may have made in ${region}`,
        `Look for it with: aws sso-admin list-instances --region ${region}`,
      ];
  return runFailure(
    {
      situation: 'rollBackFailed',
      accountId,
      // Says the cause only: its own next step would be a second one.
      detail: `${left} is left: ${describeFailure(error).whatHappened}`,
      remedy: `${command} (with credentials of account ${accountId})`,
    },
    error,
  );
}

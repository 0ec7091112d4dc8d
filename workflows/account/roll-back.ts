import { ApplicationFailure, CancellationScope } from '@temporalio/workflow';
import { describeFailure, milliseconds } from '../../contract';
import { runFailure, situationOf } from '../shared/failure';
import { create, lookTwice, made } from './create-or-reconcile';
import { arnAndRegion, type Instance, type Provisioning } from './state';

/**
 * Does what `onCancel` says with the instance that a cancelled run made, and with no other.
 *
 * @returns what kept it from being done: `RollBackFailed`, which names what is left and how to remove it
 */
export async function rollBack(run: Provisioning): Promise<ApplicationFailure | undefined> {
  const { state, status, work } = run;
  state.startRollBack();
  work.forgetSteering();
  return CancellationScope.nonCancellable(async () => {
    try {
      await (state.request.onCancel === 'keep' ? keep(run) : remove(run));
      return undefined;
    } catch (error) {
      if (!(error instanceof ApplicationFailure)) throw error;
      // An account that lets nobody in has not let CreateInstance in either.
      if (state.instance === undefined && situationOf(error) === 'accountNotReady') return undefined;
      if (state.request.onCancel === 'delete') return rollBackFailed(run, error);
      status.addNote(`whether CreateInstance made an instance is not known (${error.message}); it is left`);
      return undefined;
    }
  });
}

/** Says what is left. */
async function keep(run: Provisioning): Promise<void> {
  const { state, status } = run;
  const instance = state.instance ?? (state.mayHaveMade ? await findOwn(run) : undefined);
  if (instance !== undefined) status.addNote(`${arnAndRegion(instance)} is left, as onCancel is "keep"`);
  else if (state.mayYetMake)
    status.addNote('no instance is to be found, but CreateInstance was not answered and may yet make one');
}

/** Deletes what the run made. */
async function remove(run: Provisioning): Promise<void> {
  const { state, status, activities } = run;
  const instance = state.instance ?? (state.mayHaveMade ? await findOrAskOnceMore(run) : undefined);
  if (instance === undefined) return;
  if (instance.adopted) {
    status.addNote(`${arnAndRegion(instance)} is left: it was adopted, not made by this run`);
  } else if ((await activities.deleteInstance(instance, state.startedAt)) === 'kept') {
    status.addNote(`${arnAndRegion(instance)} is left: it is older than this run`);
  } else {
    status.addNote(`${arnAndRegion(instance)} was deleted`);
    state.deleted();
  }
}

/** Looks for the instance of a CreateInstance whose answer is not known. */
async function findOwn(run: Provisioning): Promise<Instance | undefined> {
  const { state } = run;
  const found = await lookTwice(run, state.request.timing);
  if (found?.ours !== true) return undefined;
  return state.goOnWith({ instanceArn: found.instanceArn, region: found.region, adopted: false });
}

/**
 * Looks for the instance of a CreateInstance whose answer is not known, and where there is none, sends a call that was lost
 * once more: it may be carried out after every look, and only its token leaves no doubt. AWS answers with what the call
 * made, or makes now what is then deleted.
 */
async function findOrAskOnceMore(run: Provisioning): Promise<Instance | undefined> {
  const { state, work } = run;
  const own = await findOwn(run);
  if (own !== undefined || !state.mayYetMake) return own;
  const outcome = await create(run, work.now() + milliseconds(state.request.timing.createTimeout));
  switch (outcome.status) {
    case 'created':
      return made(run, outcome.instanceArn);
    case 'timedOut':
      throw outcome.failure;
    case 'refused':
    case 'conflict':
      // AWS has answered: it makes none now, and what it made before shows.
      return findOwn(run);
  }
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

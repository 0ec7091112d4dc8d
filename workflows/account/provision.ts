import { ApplicationFailure, isCancellation } from '@temporalio/workflow';
import {
  defined,
  describeDifferences,
  describeFailure,
  firstOf,
  readRequest,
  type Outcome,
  type ProvisionRequest,
  type ProvisionResult,
} from '../../contract';
import type { ActiveInstance } from '../../activities';
import { acceptRequest } from './accept-request';
import { accountActivities, type CreateFailed } from './activities';
import { Announcer } from './announcer';
import { describeRequest } from './asked';
import { createOrReconcile, reconcile } from './create-or-reconcile';
import { arnAndRegion, type Instance } from './creation';
import { handleEnsure } from './ensure';
import { setHandlers } from './handlers';
import { Hold } from './hold';
import { Interruptible } from './interruptible';
import { countEnd, countFailedEnd, countRollBack, noteActive } from './metrics';
import { rollBack } from './roll-back';
import type { Origin } from './origins';
import { State, type Provisioning } from './state';
import { Status } from './status';
import { stateVersioning } from '../shared/versioning';

/**
 * Provisions the IAM Identity Center account instance of one AWS account: exactly one, however often it is started.
 * Ends with the ACTIVE instance, or with a failure that says what to do next.
 */
export async function provisionIdentityCenter(input: unknown): Promise<ProvisionResult> {
  const announcer = new Announcer();
  return announcer.announceEnd(() => runToEnd(input, announcer));
}

async function runToEnd(input: unknown, announcer: Announcer): Promise<ProvisionResult> {
  const run = setUp(acceptRequest(readRequest(input)));
  const { state, status } = run;
  const hold = new Hold(run, announcer);
  const progress = () => ({ ...status.progress(), ...state.progress(), ...announcer.progress() });
  announcer.follow(() => state.subject);
  handleEnsure({ asked: () => state.corrected, ending: () => endingOf(run), progress });
  setHandlers({ ...run, hold, progress });
  try {
    const result = await provision(run, hold);
    status.setStage('active');
    noteActive(result.outcome);
    // However near its end a run is cancelled, it does not end as if nobody had said so.
    if (await announcer.announceSuccess(result)) run.work.throwIfStopped();
    countEnd(result.outcome);
    return result;
  } catch (error) {
    const end = isCancellation(error) ? ((await rollBack(run)) ?? error) : error;
    // What a cancelled run was dealing with is nobody's to mend any more.
    status.showFailure(end instanceof ApplicationFailure ? describeFailure(end) : undefined);
    status.setStage(isCancellation(end) ? 'cancelled' : 'failed');
    if (isCancellation(error)) countRollBack(end);
    countFailedEnd(end);
    throw end;
  }
}

// It ends in minutes, and writes to AWS: the version that began it ends it, so that what its activities are given and answer is
// never between two versions. One that is held for long can be moved to another version: docs/upgrades.md.
stateVersioning('PINNED', provisionIdentityCenter);

/** Why nothing comes of a run any more. */
function endingOf({ state, work }: Provisioning): string | undefined {
  if (state.isRollingBack) return 'that is being cancelled';
  return work.isAborted ? 'that is being aborted' : undefined;
}

function setUp(request: ProvisionRequest): Provisioning {
  const status = new Status('creating', request, describeRequest(request));
  const state = new State(request, status);
  const work = new Interruptible(status, state);
  return { state, status, work, activities: accountActivities(request, work) };
}

/** Goes from token to token until one leads to an ACTIVE instance: one turn for each, and one more for each `retry`. */
async function provision(run: Provisioning, hold: Hold): Promise<ProvisionResult> {
  const { state, status, activities } = run;
  for (;;) {
    try {
      // Refused, or never answered: a look over all Regions decides. What is the account's own is gone on with, another's
      // adopted or refused. With nothing there, a Conflict is sent again with the same token; anything else stops the run.
      const instance = state.instance ?? (await createOrReconcile(run));
      const outcome = state.settled ?? (await activities.waitForActive(instance, state.compared));
      switch (outcome.status) {
        case 'active':
          return provisioned(run, instance, outcome);
        case 'createFailed':
          await removeFailed(run, instance, outcome);
          break;
        case 'gone':
          status.addNote(`${arnAndRegion(instance)} is gone`);
          state.deleted();
          // There may be another, which the tokens that are used up keep from showing.
          if (state.isLastToken && (await reconcile(run, outcome.failure)) !== undefined) continue;
          state.giveUpToken(outcome.failure);
      }
      state.nextGeneration();
    } catch (error) {
      // Ends the run; or, with `onFailure: "hold"`, returns when somebody has said `retry`: the state tells what is next.
      await hold.untilRetry(error);
    }
  }
}

const OUTCOMES: Record<Origin, Outcome> = {
  thisRun: 'created',
  earlierRun: 'alreadyProvisioned',
  unknown: 'alreadyProvisioned',
  adopted: 'adopted',
};

/** Deletes an instance that AWS could not make; stops the run unless the request, or a `retry`, says to make it anew. */
async function removeFailed(run: Provisioning, instance: Instance, outcome: CreateFailed): Promise<void> {
  const { state, status, activities } = run;
  const isMadeAnew = state.createFailed !== undefined || state.request.onCreateFailed === 'recreate';
  state.couldNotBeMade(instance, outcome, isMadeAnew);
  if (!isMadeAnew) throw outcome.failure;
  status.showFailure(describeFailure(outcome.failure));
  await activities.deleteInstance(instance);
  state.deleted();
  state.giveUpToken(outcome.failure);
}

function provisioned(
  { state: { request, token, generation }, status }: Provisioning,
  { instanceArn, region, origin }: Instance,
  { identityStoreId, differences }: ActiveInstance,
): ProvisionResult {
  if (origin === 'unknown')
    status.addNote(`whether this run or an earlier one made ${instanceArn} is not known`);
  if (differences !== undefined)
    status.addNote(`${instanceArn} stays as it is: ${describeDifferences(firstOf(differences) ?? [])}`);
  return defined({
    accountId: request.accountId,
    region,
    instanceArn,
    identityStoreId,
    status: 'ACTIVE' as const,
    outcome: OUTCOMES[origin],
    clientToken: token,
    generation,
    differences,
  });
}

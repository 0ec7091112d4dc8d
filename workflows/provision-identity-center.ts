import {
  ApplicationFailure,
  CancellationScope,
  defineQuery,
  isCancellation,
  setHandler,
} from '@temporalio/workflow';
import type { ActiveInstance } from '../activities';
import {
  describeFailure,
  MAX_GENERATIONS,
  milliseconds,
  PROGRESS_QUERY,
  type Progress,
  type ProvisionResult,
} from '../contract';
import { acceptRequest } from './accept-request';
import { failureOf, situationOf } from './failure';
import { reconcile } from './reconcile';
import { rollBack } from './roll-back';
import { Run } from './run';
import type { Target } from './steps';

/** Where the run stands; answers at every stage and after the end. */
export const progressQuery = defineQuery<Progress>(PROGRESS_QUERY);

/**
 * Provisions the IAM Identity Center account instance of one AWS account: exactly one, however often it is started.
 * Ends with the ACTIVE instance, or with a failure that says what to do next.
 */
export async function provisionIdentityCenter(input: unknown): Promise<ProvisionResult> {
  const run = new Run(acceptRequest(input));
  setHandler(progressQuery, () => run.progress());
  try {
    const result = await provision(run);
    run.enter('active');
    return result;
  } catch (error) {
    const end = isCancellation(error) ? await cancel(run, error) : error;
    run.enter(isCancellation(end) ? 'cancelled' : 'failed');
    if (end instanceof ApplicationFailure) run.note(describeFailure(end));
    throw end;
  }
}

/** Goes through the generations of the token until one leads to an ACTIVE instance. */
async function provision(run: Run): Promise<ProvisionResult> {
  for (;;) {
    const target = await create(run);
    run.goOnWith(target);
    try {
      run.enter('waitingForActive');
      return resultOf(run, target, await run.steps.waitForActive(target));
    } catch (error) {
      if (!(error instanceof ApplicationFailure)) throw error;
      await giveUp(run, target, error);
    }
  }
}

/** Asks AWS for the instance behind the token, until it is made or a look shows what there is instead. */
async function create(run: Run): Promise<Target> {
  const deadline = Date.now() + milliseconds(run.request.timing.createTimeout);
  const conflicts: ApplicationFailure[] = [];
  for (;;) {
    try {
      run.enter('creating');
      run.answerOutstanding = true;
      const instanceArn = await run.steps.createInstance(run.token, Math.max(1, deadline - Date.now()));
      return { instanceArn, region: run.request.region, adopted: false };
    } catch (error) {
      if (!(error instanceof ApplicationFailure) || situationOf(error) === 'wrongAccount') throw error;
      run.note(describeFailure(error));
      run.enter('reconciling');
      const existing = await reconcile(run, error, conflicts.length);
      if (existing !== undefined) return existing;
      // A Conflict with nothing there is a write that has not propagated; only then is the same token sent again.
      if (situationOf(error) === 'createTimeout') throw conflicts.at(-1) ?? error;
      if (situationOf(error) !== 'conflict') throw error;
      conflicts.push(error);
    }
  }
}

/** Leaves an instance that is deleted, or failed and to be made anew; throws where the run has to end with it. */
async function giveUp(run: Run, target: Target, failure: ApplicationFailure): Promise<void> {
  const { accountId, onCreateFailed } = run.request;
  const situation = situationOf(failure);
  const failed = situation === 'createFailed' && onCreateFailed === 'recreate';
  if (situation !== 'instanceGone' && !failed) throw failure;
  if (run.generation === MAX_GENERATIONS)
    throw failureOf('generationsExhausted', accountId, failure.message, failure);
  run.note(describeFailure(failure));
  if (failed) {
    run.enter('rollingBack');
    await run.steps.deleteInstance(target);
  }
  run.nextGeneration();
}

/** What a cancelled run ends with: the cancellation, or what kept it from being carried out. */
async function cancel(run: Run, cancellation: unknown): Promise<unknown> {
  if (run.request.onCancel === 'keep') return cancellation;
  run.enter('rollingBack');
  try {
    await CancellationScope.nonCancellable(() => rollBack(run));
    return cancellation;
  } catch (error) {
    return error;
  }
}

function resultOf(run: Run, target: Target, instance: ActiveInstance): ProvisionResult {
  const older = instance.createdAt !== undefined && instance.createdAt < run.startedAt;
  return {
    accountId: run.request.accountId,
    region: target.region,
    instanceArn: target.instanceArn,
    identityStoreId: instance.identityStoreId,
    status: 'ACTIVE',
    outcome: target.adopted ? 'adopted' : older ? 'alreadyProvisioned' : 'created',
    clientToken: run.token,
    generation: run.generation,
  };
}

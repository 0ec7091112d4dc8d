import { ApplicationFailure, CancellationScope, isCancellation } from '@temporalio/workflow';
import type { ActiveInstance } from '../../activities';
import { milliseconds, readRequest, type ProvisionResult } from '../../contract';
import { acceptRequest } from './accept-request';
import { situationOf } from '../shared/failure';
import { Hold } from './hold';
import { giveUp } from './next-generation';
import { offerSteering } from './handlers';
import { lookTwice, reconcile } from './create-or-reconcile';
import { rollBack } from './roll-back';
import { Run } from './state';
import type { Target } from './activities';

/**
 * Provisions the IAM Identity Center account instance of one AWS account: exactly one, however often it is started.
 * Ends with the ACTIVE instance, or with a failure that says what to do next.
 */
export async function provisionIdentityCenter(input: unknown): Promise<ProvisionResult> {
  const run = new Run(acceptRequest(readRequest(input)));
  const hold = new Hold(run);
  offerSteering(run, hold);
  try {
    const result = await untilProvisioned(run, hold);
    run.journal.enter('active');
    return result;
  } catch (error) {
    const end = isCancellation(error) ? await cancel(run, error) : error;
    if (end instanceof ApplicationFailure) run.note(end);
    run.journal.enter(isCancellation(end) ? 'cancelled' : 'failed');
    throw end;
  }
}

/** Provisions; where the run has to stop, and `onFailure` is `hold`, waits for `retry` and goes on from there. */
async function untilProvisioned(run: Run, hold: Hold): Promise<ProvisionResult> {
  for (;;) {
    try {
      await hold.goOn();
      return await provision(run);
    } catch (error) {
      if (!(error instanceof ApplicationFailure) || run.request.onFailure !== 'hold') throw error;
      if (situationOf(error) === 'aborted') throw error;
      await hold.untilRetry(error);
    }
  }
}

/** Goes through the generations of the token until one leads to an ACTIVE instance. */
async function provision(run: Run): Promise<ProvisionResult> {
  for (;;) {
    const target = run.target ?? (await create(run));
    run.goOnWith(target);
    try {
      run.journal.enter('waitingForActive');
      return resultOf(run, target, await run.steps.waitForActive(target));
    } catch (error) {
      if (!(error instanceof ApplicationFailure)) throw error;
      await giveUp(run, target, error, run.request.onCreateFailed === 'recreate');
    }
  }
}

/** Asks AWS for the instance behind the token, until it is made or a look shows what there is instead. */
async function create(run: Run): Promise<Target> {
  const until = run.steering.now() + milliseconds(run.request.timing.createTimeout);
  const conflicts: ApplicationFailure[] = [];
  for (;;) {
    try {
      run.journal.enter('creating');
      await run.steering.untilWritable();
      return await run.createInstance(until);
    } catch (error) {
      if (!(error instanceof ApplicationFailure) || needsNoLook(error)) throw error;
      run.note(error);
      const conflict = situationOf(error) === 'conflict';
      const look = () => (conflict ? lookTwice(run, conflicts.length) : run.steps.findInstance());
      const existing = await reconcile(run, error, look);
      if (existing !== undefined) return existing;
      // A Conflict with nothing there is a write that has not propagated; only then is the same token sent again.
      if (situationOf(error) === 'createTimeout') throw conflicts.at(-1) ?? error;
      if (!conflict) {
        // AWS has answered, and nothing is there: there is nothing to look for any more.
        run.answerOutstanding = run.answerLost;
        throw error;
      }
      conflicts.push(error);
    }
  }
}

/** Nothing was sent, or nothing is to be done about it. */
function needsNoLook(failure: ApplicationFailure): boolean {
  const situation = situationOf(failure);
  return situation === 'wrongAccount' || situation === 'aborted';
}

/** What a cancelled run ends with: the cancellation, or what kept it from being carried out. */
async function cancel(run: Run, cancellation: unknown): Promise<unknown> {
  run.steering.startRollBack();
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

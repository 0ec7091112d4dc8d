import { ApplicationFailure, isCancellation } from '@temporalio/workflow';
import type { FoundInstance } from '../../activities';
import {
  defined,
  describeFailure,
  readDeprovisionRequest,
  summaryOfDeprovisioning,
  type DeprovisionRequest,
  type DeprovisionResult,
} from '../../contract';
import { runFailure } from '../shared/failure';
import { acceptRequest } from './accept-request';
import { accountActivities } from './activities';
import { Announcer } from './announcer';
import { lookTwice } from './create-or-reconcile';
import { arnAndRegion } from './creation';
import { refuseEnsure } from './ensure';
import { setHandlers } from './handlers';
import { Interruptible } from './interruptible';
import { countEnd, countFailedEnd } from './metrics';
import { Status } from './status';
import { stateVersioning } from '../shared/versioning';

/**
 * Deletes the IAM Identity Center account instance of one AWS account, if it carries the tag of the account's runs or is
 * CREATE_FAILED, and waits until it is gone. It has the workflow ID of the account, so that it never overlaps a provisioning.
 */
export async function deprovisionIdentityCenter(input: unknown): Promise<DeprovisionResult> {
  const announcer = new Announcer();
  return announcer.announceEnd(() => runToEnd(input, announcer));
}

async function runToEnd(input: unknown, announcer: Announcer): Promise<DeprovisionResult> {
  const request = acceptRequest(readDeprovisionRequest(input));
  const { accountId, timing } = request;
  let found: FoundInstance | undefined;
  const status = new Status('reconciling', request, summaryOfDeprovisioning(request));
  const work = new Interruptible(status, {
    stage: () => (found === undefined ? 'reconciling' : 'deleting'),
    isRollingBack: false,
    aborted: (reason, cause) => runFailure({ situation: 'aborted', accountId, detail: reason }, cause),
  });
  const activities = accountActivities(request, work);
  refuseEnsure();
  setHandlers({ status, work, progress: () => ({ ...status.progress(), ...announcer.progress() }) });
  announcer.follow(() =>
    defined({ region: found?.region ?? request.region, instanceArn: found?.instanceArn }),
  );
  try {
    found = await lookTwice({ activities, work }, 'any', timing);
    if (found !== undefined) {
      status.setInstance(found.instanceArn);
      refuseUnlessOurs(request, found);
      await activities.deleteInstance(found);
      status.setInstance(undefined);
      if (work.isAborted) status.addNote(`${arnAndRegion(found)} was deleted`);
      // An abort that came while AWS deleted was accepted, so the run ends with it.
      work.throwIfAborted();
    }
    status.setStage('deleted');
    const result: DeprovisionResult =
      found === undefined
        ? { accountId, outcome: 'nothingThere' }
        : { accountId, outcome: 'deleted', instanceArn: found.instanceArn, region: found.region };
    countEnd(result.outcome);
    await announcer.announceSuccess(result);
    return result;
  } catch (error) {
    if (error instanceof ApplicationFailure) status.showFailure(describeFailure(error));
    if (isCancellation(error) && status.stage === 'deleting')
      status.addNote('AWS may have been asked to delete the instance, and that cannot be undone');
    status.setStage(isCancellation(error) ? 'cancelled' : 'failed');
    countFailedEnd(error);
    throw error;
  }
}

// As a provisioning is.
stateVersioning('PINNED', deprovisionIdentityCenter);

/** What was typed has to be what is there; without it, only the tag shows that the instance is the account's runs' own. */
function refuseUnlessOurs({ accountId, instanceArn }: DeprovisionRequest, found: FoundInstance): void {
  // One that has failed holds nothing, and its tags cannot be read.
  const mayBeDeleted = found.ours || found.status === 'CREATE_FAILED';
  if (instanceArn === undefined ? mayBeDeleted : instanceArn === found.instanceArn) return;
  const asked = instanceArn === undefined ? '' : `; asked for ${instanceArn}`;
  const detail = `${arnAndRegion(found)} is still there (${found.status})${asked}`;
  const remedy = `To delete it all the same: identity-center deprovision ${accountId} --any ${found.instanceArn}`;
  throw runFailure({ situation: 'instanceNotOurs', accountId, detail, remedy });
}

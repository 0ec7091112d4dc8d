import { ApplicationFailure, isCancellation } from '@temporalio/workflow';
import type { FoundInstance } from '../../activities';
import {
  describeFailure,
  readDeprovisionRequest,
  type DeprovisionRequest,
  type DeprovisionResult,
} from '../../contract';
import { acceptRequest } from './accept-request';
import { failureOf } from '../shared/failure';
import { Journal } from './status';
import { offerSteering } from './handlers';
import { lookTwice } from './create-or-reconcile';
import { Steering } from './interruptible';
import { stepsFor } from './activities';

/**
 * Deletes the IAM Identity Center account instance of one AWS account, if it carries the tag of the account's runs, and
 * waits until it is gone. It has the workflow ID of the account, so that it never overlaps a provisioning.
 */
export async function deprovisionIdentityCenter(input: unknown): Promise<DeprovisionResult> {
  const request = acceptRequest(readDeprovisionRequest(input));
  const { accountId } = request;
  const journal = new Journal('reconciling');
  const steering = new Steering(journal, (reason) => failureOf('aborted', accountId, reason));
  const steps = stepsFor(request, steering);
  offerSteering({ journal, steering, progress: () => journal.progress() });
  try {
    const found = await lookTwice({ steps, steering, request });
    if (found !== undefined) {
      refuseUnlessOurs(request, found);
      journal.instance(found.instanceArn);
      await steering.untilWritable();
      journal.enter('deleting');
      await steps.deleteInstance(found);
      journal.instance(undefined);
    }
    journal.enter('deleted');
    return {
      accountId,
      outcome: found === undefined ? 'nothingThere' : 'deleted',
      ...(found !== undefined && { instanceArn: found.instanceArn, region: found.region }),
    };
  } catch (error) {
    if (error instanceof ApplicationFailure) journal.fail(describeFailure(error));
    if (isCancellation(error) && journal.at === 'deleting')
      journal.note('AWS may have been asked to delete the instance, and that cannot be undone');
    journal.enter(isCancellation(error) ? 'cancelled' : 'failed');
    throw error;
  }
}

/** What was typed has to be what is there; without it, only the tag shows that the instance is the account's runs' own. */
function refuseUnlessOurs({ accountId, instanceArn }: DeprovisionRequest, found: FoundInstance): void {
  const there = `${found.instanceArn} in ${found.region} (${found.status})`;
  if (instanceArn === undefined ? found.ours : instanceArn === found.instanceArn) return;
  const asked = instanceArn === undefined ? '' : `; asked for ${instanceArn}`;
  throw failureOf('instanceNotOurs', accountId, `${there}${asked}`);
}

import { sleep } from '@temporalio/activity';
import type { IdentityCenter } from '../aws/sso-admin';
import { earlierLooks } from '../attempts';
import { nextLookMs } from '../back-off';
import { failedAs } from '../errors/classify';
import { notYet } from '../errors/failure';
import { pollAccount, type ActivityDependencies, type AccountInput } from '../in-account';

export interface DeleteInstanceInput extends AccountInput {
  instanceArn: string;
  pollIntervalMs: number;
}

const FIRST_RESTS_MS = [100, 200, 400, 800, 1500];

/** Deletes an instance and waits until it is gone. Whether it may be deleted is for the run to know. */
export async function deleteInstance(deps: ActivityDependencies, input: DeleteInstanceInput): Promise<void> {
  return pollAccount(deps, input, async ({ identityCenter }) => {
    const looks = earlierLooks();
    const instance = await identityCenter.describeInstance(input.instanceArn);
    if (instance === undefined) return;
    if (instance.status !== 'DELETE_IN_PROGRESS') await requestDeletion(identityCenter, input.instanceArn);
    for (const restMs of looks === 0 ? FIRST_RESTS_MS : [100]) {
      if ((await identityCenter.describeInstance(input.instanceArn)) === undefined) return;
      await sleep(restMs);
    }
    throw notYet(`${input.instanceArn} is not deleted yet`, nextLookMs(input.pollIntervalMs, looks + 1));
  });
}

/** A Conflict says that another write is not through yet; the look that follows shows what came of it. */
async function requestDeletion(identityCenter: IdentityCenter, instanceArn: string): Promise<void> {
  try {
    await identityCenter.deleteInstance(instanceArn);
  } catch (error) {
    if (!failedAs(error, 'conflict')) throw error;
  }
}

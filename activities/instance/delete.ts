import type { IdentityCenter } from '../aws/sso-admin';
import { earlierLooks } from '../attempts';
import { nextLookMs } from '../back-off';
import { failedAs } from '../errors/classify';
import { notYet } from '../errors/failure';
import { pollAccount, rest, type ActivityDependencies, type AccountInput } from '../in-account';

export interface DeleteInstanceInput extends AccountInput {
  instanceArn: string;
  /** ISO 8601. An instance that was created before this is another run's, and kept. */
  createdSince?: string;
  pollIntervalMs: number;
}

const FIRST_RESTS_MS = [100, 200, 400, 800, 1500];

/** Deletes an instance and waits until it is gone. Answers `kept` where it is older than the run may delete. */
export async function deleteInstance(
  deps: ActivityDependencies,
  input: DeleteInstanceInput,
): Promise<'gone' | 'kept'> {
  return pollAccount(deps, input, async ({ identityCenter }) => {
    const looks = earlierLooks();
    const instance = await identityCenter.describeInstance(input.instanceArn);
    if (instance === undefined) return 'gone';
    if (input.createdSince !== undefined) {
      // Where AWS does not say when it was made, nothing proves that this run made it.
      const createdAt = instance.createdAt?.getTime() ?? 0;
      if (createdAt < Date.parse(input.createdSince)) return 'kept';
    }
    if (instance.status !== 'DELETE_IN_PROGRESS') await requestDeletion(identityCenter, input.instanceArn);
    for (const restMs of looks === 0 ? FIRST_RESTS_MS : [100]) {
      if ((await identityCenter.describeInstance(input.instanceArn)) === undefined) return 'gone';
      await rest(restMs);
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

import type { IdentityCenter, Instance } from '../aws/sso-admin';
import { earlierLooks } from '../attempts';
import { nextLookMs } from '../back-off';
import { notYet } from '../errors/failure';
import { pollAccount, rest, type ActivityDependencies, type AccountInput } from '../in-account';

export interface WaitForActiveInput extends AccountInput {
  instanceArn: string;
  pollIntervalMs: number;
}

/** What has become of an instance. */
export type SettledInstance =
  | { status: 'active'; identityStoreId: string }
  | { status: 'createFailed'; reason: string }
  | { status: 'gone' };

/** The looks of the first attempt with a turn: most instances are ACTIVE soon, and a retry costs more than a short wait. */
const FIRST_RESTS_MS = [100, 200, 400, 800, 1200, 1500];
/** Between two looks, unless the request asks for longer: whoever waits for thousands may want fewer. */
const LONGEST_POLL_MS = 15_000;

/**
 * Waits until the instance is ACTIVE, has failed or is gone: a few seconds in the first attempt that has its turn, then one
 * look an attempt, so that no worker slot and no history is used while it waits.
 */
export async function waitForActive(
  deps: ActivityDependencies,
  input: WaitForActiveInput,
): Promise<SettledInstance> {
  return pollAccount(deps, input, async ({ identityCenter }) => {
    const looks = earlierLooks();
    const rests = looks === 0 ? FIRST_RESTS_MS : [];
    for (const restMs of [...rests, undefined]) {
      const settled = readSettled(await describe(identityCenter, input));
      if (settled !== undefined) return settled;
      if (restMs !== undefined) await rest(restMs);
    }
    const longest = Math.max(LONGEST_POLL_MS, input.pollIntervalMs);
    const delay = nextLookMs(input.pollIntervalMs, looks + 1, longest);
    throw notYet(`${input.instanceArn} is not ACTIVE yet`, delay);
  });
}

/** Describes the instance. A fresh one may not have propagated to the host that answers: it is gone only if two looks say so. */
async function describe(
  identityCenter: IdentityCenter,
  input: WaitForActiveInput,
): Promise<Instance | undefined> {
  const first = await identityCenter.describeInstance(input.instanceArn);
  if (first !== undefined) return first;
  await rest(Math.min(input.pollIntervalMs, 3_000));
  return identityCenter.describeInstance(input.instanceArn);
}

function readSettled(instance: Instance | undefined): SettledInstance | undefined {
  if (instance === undefined) return { status: 'gone' };
  const { identityStoreId = '', statusReason = 'AWS gives no reason' } = instance;
  switch (instance.status) {
    case 'ACTIVE':
      return { status: 'active', identityStoreId };
    case 'CREATE_FAILED':
      return { status: 'createFailed', reason: statusReason };
    default:
      return undefined;
  }
}

import { sleep } from '@temporalio/activity';
import { earlierLooks } from '../attempts';
import { nextLookMs } from '../back-off';
import { notYet } from '../errors/failure';
import { pollAccount, type ActivityDependencies, type AccountInput } from '../in-account';
import { lookAt, type LookedAt, type SettledInstance } from './settled';

export interface WaitForActiveInput extends AccountInput, LookedAt {
  region: string;
  pollIntervalMs: number;
}

/** Between two looks, unless the request asks for longer: whoever waits for thousands may want fewer. */
const LONGEST_POLL_MS = 15_000;
const LONGEST_PROPAGATION_MS = 3_000;

/**
 * Waits until the instance is ACTIVE, has failed or is gone: one look an attempt, so that no worker slot and no history is
 * used while it waits.
 */
export async function waitForActive(
  deps: ActivityDependencies,
  input: WaitForActiveInput,
): Promise<SettledInstance> {
  const { instanceArn, pollIntervalMs } = input;
  return pollAccount(deps, input, async ({ identityCenter }) => {
    let settled = await lookAt(identityCenter, input);
    // A fresh one may not have propagated to the host that answers: it is gone only if two looks say so.
    if (settled?.status === 'gone') {
      await sleep(Math.min(pollIntervalMs, LONGEST_PROPAGATION_MS));
      settled = await lookAt(identityCenter, input);
    }
    if (settled !== undefined) return settled;
    const longest = Math.max(LONGEST_POLL_MS, pollIntervalMs);
    throw notYet(`${instanceArn} is not ACTIVE yet`, nextLookMs(pollIntervalMs, earlierLooks() + 1, longest));
  });
}

import type { AccountOutcome, FleetCause } from '../../../client';
import { Causes } from '../../../contract';

/** Counts failures by what they are and what to do about them, the most frequent first. */
export function causesOf(outcomes: readonly AccountOutcome[]): FleetCause[] {
  const causes = new Causes();
  for (const { accountId, failure } of outcomes) if (failure !== undefined) causes.add(accountId, failure);
  return causes.list.sort((one, other) => other.count - one.count);
}

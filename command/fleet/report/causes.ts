import type { AccountOutcome, FleetCause } from '../../../client';
import { causeKey, countUnder, defined } from '../../../contract';

/** Groups failures by what they are and what to do about them, the most frequent first. */
export function causesOf(outcomes: readonly AccountOutcome[]): FleetCause[] {
  const causes = new Map<string, FleetCause>();
  for (const { accountId, failure } of outcomes) {
    if (failure === undefined) continue;
    const { type, whatHappened: example, remedy } = failure;
    const key = causeKey(failure);
    const cause = causes.get(key) ?? { type, count: 0, example, ...defined({ remedy }), accounts: [] };
    causes.set(key, cause);
    countUnder(cause, accountId);
  }
  return [...causes.values()].sort((one, other) => other.count - one.count);
}

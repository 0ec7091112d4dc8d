import type { AccountOutcome, FleetCause } from '../../client';
import { MAX_NAMED_ACCOUNTS } from '../../contract';

/** Failures by what they are and what to do about them, the most frequent first. */
export function causesOf(outcomes: readonly AccountOutcome[]): FleetCause[] {
  const causes = new Map<string, FleetCause>();
  for (const { accountId, failure } of outcomes) {
    if (failure === undefined) continue;
    const { type, message, remedy } = failure;
    const key = JSON.stringify([type, remedy]);
    const cause = causes.get(key) ?? {
      type,
      count: 0,
      example: message,
      ...(remedy && { remedy }),
      accounts: [],
    };
    causes.set(key, cause);
    cause.count += 1;
    if (cause.accounts.length < MAX_NAMED_ACCOUNTS) cause.accounts.push(accountId);
  }
  return [...causes.values()].sort((one, other) => other.count - one.count);
}

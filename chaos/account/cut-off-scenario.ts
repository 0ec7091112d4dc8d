import fc from 'fast-check';
import type { Fault } from '../machine/plan';
import { QUIET_REQUEST, type Scenario } from './scenarios';

const CUT_OFF_MS = 6_000;
/** So long before that the accounts are started. */
const AHEAD_MS = 5_000;
const ACCOUNTS = 3;

/** Accounts that are cancelled while AWS cannot be reached: nothing of theirs is lost. */
export function arbitraryCutOff(
  lengthMs: number,
): fc.Arbitrary<{ fault: { at: number; fault: Fault }; scenarios: Scenario[] }> {
  const account = fc.record({
    afterMs: fc.integer({ min: 300, max: 900 }),
    cancelledAfterMs: fc.integer({ min: 500, max: 2_000 }),
  });
  return fc
    .record({
      at: fc.integer({ min: AHEAD_MS, max: AHEAD_MS + Math.round(lengthMs / 3) }),
      accounts: fc.array(account, { minLength: ACCOUNTS, maxLength: ACCOUNTS }),
    })
    .map(({ at, accounts }) => ({
      fault: { at, fault: { type: 'cutOff', forMs: CUT_OFF_MS } },
      scenarios: accounts.map(({ afterMs, cancelledAfterMs }): Scenario => ({
        scenario: 'cutOff',
        startsAt: Math.max(0, at - AHEAD_MS + afterMs),
        request: QUIET_REQUEST,
        taken: false,
        organizationInstance: false,
        // Denied until then, so that the worker has its credentials, and AWS has made nothing.
        faults: {
          failNext: [{ operation: 'CreateInstance', error: 'AccessDeniedException', times: 100 }],
        },
        actions: [
          { afterMs: AHEAD_MS + cancelledAfterMs, action: { type: 'cancel' } },
          { afterMs: 500, action: { type: 'setFaults', faults: {} } },
        ],
        atLast: 'retry',
      })),
    }));
}

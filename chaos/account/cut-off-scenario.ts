import fc from 'fast-check';
import type { Fault } from '../machine/plan';
import { QUIET_REQUEST, type Scenario } from './scenarios';

const CUT_OFF_MS = 6_000;
const ACCOUNTS = 3;

/** Accounts that are started while AWS cannot be reached, and cancelled before it can: nothing of theirs was sent. */
export function arbitraryCutOff(
  lengthMs: number,
): fc.Arbitrary<{ fault: { at: number; fault: Fault }; scenarios: Scenario[] }> {
  const account = fc.record({
    afterMs: fc.integer({ min: 300, max: 900 }),
    cancelledAfterMs: fc.integer({ min: 500, max: 2_000 }),
  });
  return fc
    .record({
      at: fc.integer({ min: 0, max: Math.round(lengthMs / 2) }),
      accounts: fc.array(account, { minLength: ACCOUNTS, maxLength: ACCOUNTS }),
    })
    .map(({ at, accounts }) => ({
      fault: { at, fault: { type: 'cutOff', forMs: CUT_OFF_MS } },
      scenarios: accounts.map(({ afterMs, cancelledAfterMs }): Scenario => ({
        scenario: 'cutOff',
        startsAt: at + afterMs,
        request: QUIET_REQUEST,
        taken: false,
        organizationInstance: false,
        faults: {},
        actions: [{ afterMs: cancelledAfterMs, action: { type: 'cancel' } }],
        atLast: 'retry',
      })),
    }));
}

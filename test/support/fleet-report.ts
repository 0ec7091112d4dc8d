import type { AccountOutcome, FleetStatus } from '../../client';
import { defined } from '../../contract';
import { makeReport, type FleetReport } from '../../command/fleet/report/report';

/** Times of made-up reports are counted from here, in seconds. */
export const BEGAN = Date.parse('2026-03-01T08:00:00.000Z');
export const after = (seconds: number) => new Date(BEGAN + seconds * 1_000).toISOString();

export function statusOf(accounts: number, more: Partial<FleetStatus> = {}): FleetStatus {
  return {
    name: 'spring',
    workflowId: 'identity-center-fleet/spring',
    runId: 'run-1',
    status: 'COMPLETED',
    stage: 'done',
    accounts,
    pages: { arrived: 1, expected: 1 },
    succeeded: 0,
    failed: 0,
    cancelled: 0,
    skipped: 0,
    differing: 0,
    waiting: 0,
    open: 0,
    held: 0,
    notReady: 0,
    maxConcurrent: 50,
    startedAt: after(0),
    ...defined({ endedAt: more.status === 'RUNNING' ? undefined : after(60) }),
    causes: [],
    holds: [],
    calls: { sent: 0, throttled: 0, spanMs: 1_000, course: [] },
    pageIdPrefix: 'identity-center-fleet/spring/1/',
    ...more,
  };
}

export function reportOn(accounts: AccountOutcome[], more: Partial<FleetStatus> = {}): FleetReport {
  return makeReport(statusOf(accounts.length, more), accounts, new Date(BEGAN + 90_000));
}

export const accountAt = (index: number) => String(100_000_000_000 + index * 7_919);

export function succeeded(index: number, from: number, to: number): AccountOutcome {
  const instanceArn = `arn:aws:sso:::instance/ssoins-${(0x7a00000000000000n + BigInt(index) * 977n).toString(16)}`;
  return {
    accountId: accountAt(index),
    end: 'succeeded',
    outcome: 'created',
    instanceArn,
    startedAt: after(from),
    endedAt: after(to),
  };
}

export function failed(
  index: number,
  from: number,
  to: number,
  failure: AccountOutcome['failure'],
): AccountOutcome {
  return {
    accountId: accountAt(index),
    end: 'failed',
    startedAt: after(from),
    endedAt: after(to),
    ...defined({ failure }),
  };
}

export function skipped(index: number, at: number): AccountOutcome {
  return { accountId: accountAt(index), end: 'skipped', endedAt: after(at) };
}

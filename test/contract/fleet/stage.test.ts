import {
  areOnlyHeldLeft,
  describeFleetStage,
  NO_CALLS,
  type FleetProgress,
  type FleetStage,
} from '../../../contract';

const fleetIn = (stage: FleetStage, more: Partial<FleetProgress> = {}): FleetProgress => ({
  name: 'accounts',
  stage,
  accounts: 30,
  pages: { arrived: 1, expected: 1 },
  ...{ succeeded: 0, failed: 0, cancelled: 0, skipped: 0, differing: 0 },
  ...{ waiting: 0, open: 0, held: 0, notReady: 0, maxConcurrent: 50 },
  startedAt: '2026-01-01T00:00:00.000Z',
  causes: [],
  holds: [],
  calls: NO_CALLS,
  pageIdPrefix: 'identity-center-fleet/accounts/0123456789ab/',
  ...more,
});

const stopped = { failed: 3, stopAfterFailures: '10%' };

test.each<[FleetStage, Partial<FleetProgress>, string]>([
  ['running', { waiting: 12, open: 3 }, 'starts accounts (12 waiting, 3 open)'],
  ['running', { open: 3 }, 'waits for 3 open accounts'],
  ['running', { open: 1, held: 1 }, 'waits for 1 held account'],
  ['running', { open: 4, held: 3, notReady: 1 }, 'waits for 3 held accounts, 1 not ready'],
  ['running', { open: 1, notReady: 1 }, 'waits for 1 account that is not ready'],
  ['running', { open: 2, notReady: 2 }, 'waits for 2 accounts that are not ready'],
  ['running', { open: 2, held: 1 }, 'waits for 1 open account, 1 held'],
  ['running', { pages: { arrived: 1, expected: 3 } }, 'waits for 2 of 3 pages of its manifest'],
  ['paused', { waiting: 2, open: 1 }, 'until resume (2 waiting, 1 open)'],
  ['stopping', { open: 2, stopped }, 'has stopped at 3 failed, as stopAfterFailures is 10%, and starts no'],
  ['stopping', { open: 2, stopped }, '; waits for 2 open accounts'],
  ['cancelling', { open: 2 }, 'is being cancelled; waits for 2 open accounts'],
  ['done', {}, 'every account has ended'],
  ['done', { stopped, skipped: 24 }, 'at 3 failed, as stopAfterFailures is 10%: 24 skipped, every other'],
])('%s with %j: %s', (stage, more, said) => {
  expect(describeFleetStage(fleetIn(stage, more))).toContain(said);
});

test.each<[boolean, FleetStage, Partial<FleetProgress>]>([
  [true, 'running', { open: 2, held: 2 }],
  [true, 'stopping', { open: 1, held: 1 }],
  [false, 'running', { open: 2, held: 1 }],
  [false, 'running', { open: 2, held: 1, notReady: 1 }],
  [false, 'running', { open: 1, held: 1, waiting: 1 }],
  [false, 'running', { open: 1, held: 1, pages: { arrived: 1, expected: 2 } }],
  [false, 'running', {}],
  [false, 'cancelling', { open: 1, held: 1 }],
])('only held accounts are left: %p for %s with %j', (expected, stage, more) => {
  expect(areOnlyHeldLeft(fleetIn(stage, more))).toBe(expected);
});

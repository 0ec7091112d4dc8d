import { createHash } from 'node:crypto';
import { makePlan, type Plan } from '../../chaos/plan';

test('the same seed gives the same plan, another seed another', () => {
  expect(makePlan(7, 0.5)).toEqual(makePlan(7, 0.5));
  expect(makePlan(8, 0.5).fleets).not.toEqual(makePlan(7, 0.5).fleets);
  expect(makePlan(8, 0.5).accounts).not.toEqual(makePlan(7, 0.5).accounts);
});

test('fleets have accounts in common, and some that have runs of their own', () => {
  const { accounts, fleets } = makePlan(7, 1);
  const own = new Set(accounts.filter(({ ownRun }) => ownRun).map(({ accountId }) => accountId));
  const members = fleets.map(({ pages }) => pages.flat());
  expect(members.every((ids) => new Set(ids).size === ids.length)).toBe(true);
  expect(new Set(members.flat()).size).toBeLessThan(members.flat().length);
  expect(members.flat().some((id) => own.has(id))).toBe(true);
  expect(fleets.some(({ pages }) => pages.length > 1)).toBe(true);
});

test.each([0, 1, 777, 4242])('however short, the plan of seed %i has every scenario', (seed) => {
  const { accounts, fleets, faults } = makePlan(seed, 0.1);
  const scenarios = new Set([...accounts, ...fleets].flatMap(({ scenario }) => scenario ?? []));
  expect([...scenarios].sort()).toEqual([
    'aborted',
    'corrected',
    'cutOff',
    'earlier',
    'forgotten',
    'isCancelled',
    'isMisunderstood',
    'isStartedAnew',
    'lostAndCancelled',
    'misunderstood',
    'pageIsTerminated',
    'passingOnly',
    'paused',
    'pausedDeletion',
    'windowIsAdjusted',
  ]);
  expect(faults.some(({ fault }) => fault.type === 'cutOff')).toBe(true);
});

test('no account is planned twice', () => {
  const ids = makePlan(7, 1).accounts.map(({ accountId }) => accountId);
  expect(new Set(ids).size).toBe(ids.length);
});

/** What was drawn before scenarios were. */
function firstDrawn({ accounts, fleets, faults, clocks }: Plan): object {
  const isDrawn = ({ accountId }: { accountId: string }) => accountId < '4';
  return {
    accounts: accounts.filter(isDrawn),
    fleets: fleets.filter(({ scenario }) => scenario === undefined),
    faults: faults.filter(({ fault }) => !['cutOff', 'forgetSessions', 'breakReceiver'].includes(fault.type)),
    clocks,
  };
}

// The seeds of the defects, and those that once found something, mean their plan.
test.each([
  [5, 'e9b8311f5bcf574c'],
  [144, '103d7bc6ca6c43c2'],
])('seed %i still means the plan that it meant', (seed, digest) => {
  const plan = JSON.stringify(firstDrawn(makePlan(seed, 1)));
  expect(createHash('sha256').update(plan).digest('hex').slice(0, 16)).toBe(digest);
});

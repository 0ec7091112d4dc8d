import { AdaptiveRate } from '../../../activities/aws/rate';
import { drain, pacerLimiter, sdkLimiter, type Aws } from './drain';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

test.each<Aws>([
  { limit: 20, burst: 5, jitterMs: 60 },
  { limit: 100, burst: 20, jitterMs: 60 },
])("1,000 calls, AWS at %j: not later than with the SDK's limiter, and throttled less", async (aws) => {
  const ours = await drain(1_000, pacerLimiter(undefined), aws);
  const theirs = await drain(1_000, sdkLimiter(), aws);
  expect(ours.timesIdeal).toBeLessThan(theirs.timesIdeal);
  expect(ours.throttled).toBeLessThan(theirs.throttled / 2);
});

test.each([
  ['of many accounts goes on: it has met its own limit', false, 50],
  ['slows down, where there is no other', true, 50 * 0.6 * 0.85],
])('one account that is throttled %s', (_what, isOfOneAccount, perSecond) => {
  const rate = new AdaptiveRate(isOfOneAccount);
  for (const now of [0, 10, 20]) rate.answered({ accountId: 'one', sentAt: 0 }, true, now);
  expect(rate.perSecond).toBeCloseTo(perSecond);
});

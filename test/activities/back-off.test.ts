import fc from 'fast-check';
import { nextDelayMs, nextLookMs } from '../../activities/back-off';

const anyBackOff = fc.record({
  initialIntervalMs: fc.integer({ min: 1, max: 60_000 }),
  backoffCoefficient: fc.double({ min: 1, max: 10, noNaN: true }),
  maximumIntervalMs: fc.integer({ min: 1, max: 600_000 }),
});
const anyRandom = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const anyAttempt = fc.integer({ min: 1, max: 10_000 });

test('a delay is whole, at least 1 ms (0 would mean "not given"), and never over the maximum', () => {
  fc.assert(
    fc.property(anyBackOff, anyAttempt, anyRandom, (backOff, attempt, random) => {
      const delay = nextDelayMs(backOff, attempt, random);
      expect(Number.isSafeInteger(delay)).toBe(true);
      expect(delay).toBeGreaterThanOrEqual(1);
      expect(delay).toBeLessThanOrEqual(backOff.maximumIntervalMs);
    }),
  );
});

test('a delay is never shorter than Retry-After', () => {
  fc.assert(
    fc.property(
      anyBackOff,
      anyAttempt,
      anyRandom,
      fc.integer({ min: 0, max: 60_000 }),
      (backOff, attempt, random, after) => {
        expect(nextDelayMs(backOff, attempt, random, after)).toBeGreaterThanOrEqual(after);
      },
    ),
  );
});

test('the jitter is full: the whole range up to the ceiling, which doubles', () => {
  const backOff = { initialIntervalMs: 1_000, backoffCoefficient: 2, maximumIntervalMs: 60_000 };
  const ceilings = [1, 2, 3, 4, 7, 8, 100].map((attempt) =>
    nextDelayMs(backOff, attempt, 1 - Number.EPSILON),
  );
  expect(ceilings).toEqual([1_000, 2_000, 4_000, 8_000, 60_000, 60_000, 60_000]);
  expect(nextDelayMs(backOff, 4, 0)).toBe(1);
  expect(nextDelayMs(backOff, 4, 0.5)).toBe(4_000);
});

test('looks come ever later, up to the longest time between two', () => {
  const looks = [1, 2, 3, 4].map((attempt) => nextLookMs(1_000, attempt, 3_000));
  expect(looks).toEqual([1_000, 1_500, 2_250, 3_000]);
});

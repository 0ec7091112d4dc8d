import { checkClock } from '../../../client/checks/clock';

const AT = Date.UTC(2026, 10, 26);
const between = { from: AT, to: AT + 2_000 };

test.each<[string, number, boolean, RegExp]>([
  ['written meanwhile', AT + 1_000, true, /within a minute/],
  ['a little before', AT - 59_000, true, /within a minute/],
  ['long before', AT - 90_000, false, /90 s ahead/],
  ['long after', AT + 92_000, false, /90 s behind/],
])('%s', (_name, written, ok, words) => {
  const check = checkClock(between, written);
  expect(check).toMatchObject({ check: 'clock', ok });
  expect(check.found).toMatch(words);
  expect(check.remedy === undefined).toBe(ok);
});

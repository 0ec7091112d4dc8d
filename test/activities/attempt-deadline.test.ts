import { watchForFreezes } from '../../activities/attempt-deadline';

test('a process that stood still is told from one that was only busy, for a minute', () => {
  let now = 0;
  const wasFrozen = watchForFreezes(() => now);
  now = 3_000;
  expect(wasFrozen()).toBe(false);
  now += 30_000;
  expect(wasFrozen()).toBe(true);
  for (let second = 0; second < 59; second += 1) {
    now += 1_000;
    expect(wasFrozen()).toBe(true);
  }
  now += 1_000;
  expect(wasFrozen()).toBe(false);
});

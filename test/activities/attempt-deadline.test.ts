import { startDeadline, watchForFreezes } from '../../activities/attempt-deadline';
import { activityEnvironment } from '../support/activities';

test('a process that stood still is told from one that was only busy', () => {
  let now = 0;
  const thawedAt = watchForFreezes(() => now);
  now = 2_400;
  expect(thawedAt()).toBe(-Infinity);
  now += 3_000;
  expect(thawedAt()).toBe(5_400);
  for (let second = 0; second < 59; second += 1) {
    now += 1_000;
    expect(thawedAt()).toBe(5_400);
  }
});

test('an attempt in whose time the process stood still sends nothing more, the next one does', async () => {
  let now = 1_000;
  let thawed = 500;
  const clocks = { monotonicNow: () => now, thawedAt: () => thawed };
  await activityEnvironment().run(() => {
    const left = startDeadline(clocks);
    now = 3_000;
    expect(left()).toBe(23_000);
    [now, thawed] = [7_000, 7_000];
    expect(left).toThrow('stood still');
    expect(startDeadline(clocks)()).toBe(25_000);
    return Promise.resolve();
  });
});

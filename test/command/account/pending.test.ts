import { describePending } from '../../../command/account/output';

const pendingIn = (ms: number) => ({
  activity: 'createInstance',
  attempt: 4,
  nextAttemptAt: new Date(Date.now() + ms).toISOString(),
});

test('an attempt that is due is told as such, and not as one in 0.0 s', () => {
  expect(describePending(pendingIn(20))).toBe('createInstance, attempt 4 now');
  expect(describePending(pendingIn(20_000))).toMatch(/^createInstance, attempt 4 in (20\.0|19\.\d) s$/);
  // That it is under way already is seen by the next look.
  expect(describePending(pendingIn(-1_000))).toBe('createInstance, attempt 4');
});

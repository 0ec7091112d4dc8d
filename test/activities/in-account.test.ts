import { sleep } from '@temporalio/activity';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { realDependencies } from '../../activities';
import { inAccount, withoutAccount } from '../../activities/in-account';
import { activityEnvironment, inputFor } from '../support/activities';

const deps = realDependencies({ endpoint: 'http://127.0.0.1:1' });

test.each([
  ['in an account', () => inAccount(deps, inputFor('111122223333'), () => sleep(60_000))],
  ['without one', () => withoutAccount(() => sleep(60_000))],
])('a cancellation during a rest is a cancellation, %s', async (_where, activity) => {
  const env = activityEnvironment();
  const running = env.run(activity);
  setTimeout(() => {
    env.cancel();
  }, 50);
  await expect(running).rejects.toBeInstanceOf(CancelledFailure);
});

test('without an account, what is thrown becomes one line without secrets or stack, tried again as the policy says', async () => {
  const error = new TypeError(
    'no way:\naws_session_token = IQoJb3JpZ2luX2VjEHoaCXVzLWVhc3QtMSJHMEUCIQDexample',
  );
  const failure: unknown = await activityEnvironment()
    .run(() => withoutAccount(() => Promise.reject(error)))
    .catch((thrown: unknown) => thrown);
  expect(failure).toBeInstanceOf(ApplicationFailure);
  expect(failure).toMatchObject({
    type: 'TypeError',
    message: 'no way: aws_session_token = (hidden)',
    nonRetryable: false,
    stack: '',
  });
});

test('a failure of our own passes as it is', async () => {
  const failure = ApplicationFailure.nonRetryable('no', 'Own');
  const running = activityEnvironment().run(() => withoutAccount(() => Promise.reject(failure)));
  await expect(running).rejects.toBe(failure);
});

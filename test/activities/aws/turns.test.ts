import { ActivityCancellationDetails, CancelledFailure } from '@temporalio/common';
import { createActivities, Pacer, realDependencies, type ActivityDependencies } from '../../../activities';
import { accessAws } from '../../../activities/aws/access';
import { emulatorSettings, startEmulator, type Emulator } from '../../../sandbox';
import { activityEnvironment, inputFor, keeping } from '../../support/activities';
import { freshAccount, until } from '../../support/harness';

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({ port: 0 });
});
afterAll(() => emulator.close());

const operations = (account: string) => emulator.calls({ account }).map((call) => call.operation);

const others = new AbortController();
afterAll(() => {
  others.abort();
});

/** Activities whose next turn is two seconds away, or more. */
async function busyActivities(waiting: number, dependencies: Partial<ActivityDependencies> = {}) {
  const settings = { ...emulatorSettings(emulator.url), maxCallsPerSecond: 0.5 };
  const pacer = new Pacer(settings.maxCallsPerSecond);
  const openAccount = accessAws(settings, Date.now, pacer).openAccount;
  const { signal } = others;
  await pacer.turn('another account', 60_000, signal);
  for (let other = 0; other < waiting; other += 1)
    pacer.turn('another account', 60_000, signal).catch(() => undefined);
  return createActivities({ ...realDependencies(settings), openAccount, ...keeping, ...dependencies });
}

test('a wait of more than 5 s gives the slot back: NotYet, and nothing is sent', async () => {
  const account = freshAccount();
  const { createInstance } = await busyActivities(3, { random: () => 0.5 });
  const failure: unknown = await activityEnvironment()
    .run(createInstance, inputFor(account))
    .catch((error: unknown) => error);
  expect(failure).toMatchObject({
    type: 'NotYet',
    nonRetryable: false,
    category: 'BENIGN',
    nextRetryDelay: 8_000,
    message: `Account ${account}: 4 calls to AWS are ahead of this one. Nothing is to be done: it is tried again in 8 s.`,
  });
  expect(operations(account)).toEqual(['AssumeRole']);
});

test('an attempt whose time ends while it waits sends nothing', async () => {
  const account = freshAccount();
  let spent = 0;
  const { createInstance } = await busyActivities(0, { monotonicNow: () => performance.now() + spent });
  const running = activityEnvironment().run(createInstance, inputFor(account));
  await until(
    () => operations(account),
    (seen) => seen.includes('AssumeRole'),
  );
  spent = 25_000;
  await expect(running).rejects.toMatchObject({ type: 'AttemptTooLate' });
  expect(operations(account)).toEqual(['AssumeRole']);
});

test('the end of the worker ends the wait of a write', async () => {
  const account = freshAccount();
  const { createInstance } = await busyActivities(0);
  const env = activityEnvironment();
  const running = env.run(createInstance, { ...inputFor(account), existedBefore: [] });
  await until(
    () => operations(account),
    (seen) => seen.includes('AssumeRole'),
  );
  env.cancel('WORKER_SHUTDOWN', new ActivityCancellationDetails({ workerShutdown: true }));
  await expect(running).rejects.toBeInstanceOf(CancelledFailure);
  expect(operations(account)).toEqual(['AssumeRole']);
});

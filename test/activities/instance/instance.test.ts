import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import {
  createActivities,
  Pacer,
  realDependencies,
  type Activities,
  type ActivityDependencies,
  type AwsSettings,
} from '../../../activities';
import { accessAws } from '../../../activities/aws/access';
import { emulatorSettings, startEmulator, type Emulator } from '../../../sandbox';
import { activityEnvironment, failureOf, inputFor, keeping } from '../../support/activities';
import { freshAccount, until } from '../../support/harness';

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({ port: 0 });
  emulator.setFaults({ creationMs: 0, deletionMs: 0 });
});
afterAll(() => emulator.close());

interface Options {
  aws?: Partial<AwsSettings>;
  dependencies?: Partial<ActivityDependencies>;
}

function activitiesWith({ aws, dependencies }: Options = {}) {
  const settings: AwsSettings = { ...emulatorSettings(emulator.url), ...aws };
  return createActivities({ ...realDependencies(settings), ...keeping, ...dependencies });
}

async function createdBy(activities: Activities, account: string): Promise<{ instanceArn: string }> {
  return activityEnvironment().run(activities.createInstance, inputFor(account));
}

const operations = (account: string) => emulator.calls({ account }).map((call) => call.operation);

test('CreateInstance carries the token, the name, the tags and the tag with the workflow ID', async () => {
  const account = freshAccount();
  const input = { ...inputFor(account), name: 'workforce', tags: { team: 'identity' } };
  await activityEnvironment().run(activitiesWith().createInstance, input);
  expect(emulator.calls({ account, operation: 'CreateInstance' })).toMatchObject([
    {
      token: input.clientToken,
      parameters: {
        name: 'workforce',
        tags: { team: 'identity', 'identity-center-orchestrator:workflow-id': input.workflowId },
      },
    },
  ]);
});

test('a cancellation does not reach a write in flight: its answer is waited for', async () => {
  const account = freshAccount();
  emulator.setFaults({ accounts: [account], latencyMs: 500 });
  const env = activityEnvironment();
  const running = env.run(activitiesWith().createInstance, inputFor(account));
  await until(
    () => operations(account),
    (seen) => seen.includes('CreateInstance'),
  );
  env.cancel();
  const { instanceArn } = (await running) as { instanceArn: string };
  expect(emulator.instances().find((it) => it.accountId === account)?.instanceArn).toBe(instanceArn);
  expect(operations(account)).toEqual(['AssumeRole', 'ListInstances', 'CreateInstance']);
});

test('a cancellation ends a read at once', async () => {
  const account = freshAccount();
  const activities = activitiesWith({ aws: { requestTimeoutMs: 60_000 } });
  const { instanceArn } = await createdBy(activities, account);
  emulator.setFaults({
    accounts: [account],
    failNext: [{ operation: 'DescribeInstance', error: 'hang', times: 9 }],
  });
  const env = activityEnvironment();
  const running = env.run(activities.waitForActive, { ...inputFor(account), instanceArn });
  await until(
    () => operations(account),
    (seen) => seen.includes('DescribeInstance'),
  );
  const began = performance.now();
  env.cancel();
  await expect(running).rejects.toBeInstanceOf(CancelledFailure);
  expect(performance.now() - began).toBeLessThan(5_000);
});

test('an attempt that wakes after its time sends nothing, and is tried again', async () => {
  const account = freshAccount();
  let now = 0;
  const dependencies = { monotonicNow: () => (now += 30_000) };
  const failure = await failureOf(
    activityEnvironment().run(activitiesWith({ dependencies }).createInstance, inputFor(account)),
  );
  expect(failure).toMatchObject({ type: 'AttemptTooLate', nonRetryable: false });
  expect(operations(account)).not.toContain('CreateInstance');
});

test.each([
  [false, ['AttemptTooLate']],
  [true, ['AssumeRole', 'ListInstances', 'CreateInstance', 'DescribeInstance']],
])(
  'an attempt that looks too old is sent only if the server still waits for it (%s)',
  async (awaited, what) => {
    const account = freshAccount();
    const { createInstance } = activitiesWith({
      dependencies: { isAwaited: () => Promise.resolve(awaited) },
    });
    const old = activityEnvironment({ currentAttemptScheduledTimestampMs: Date.now() - 60_000 });
    const failure: unknown = await old
      .run(createInstance, inputFor(account))
      .catch((error: unknown) => error);
    const type = failure instanceof ApplicationFailure ? [failure.type] : [];
    expect([...operations(account), ...type]).toEqual(what);
  },
);

test('a role in another account: WrongAccount, and Identity Center is not called', async () => {
  const [account, other] = [freshAccount(), freshAccount()];
  const aws = { roleArn: `arn:aws:iam::${other}:role/AWSControlTowerExecution` };
  const failure = await failureOf(
    activityEnvironment().run(activitiesWith({ aws }).createInstance, inputFor(account)),
  );
  expect(failure).toMatchObject({ type: 'WrongAccount', nonRetryable: true });
  expect(failure.message).toContain(other);
  expect([...operations(account), ...operations(other)]).toEqual(['AssumeRole']);
});

test("the worker's own credentials of another account: WrongAccount, after GetCallerIdentity alone", async () => {
  const account = freshAccount();
  const settings = emulatorSettings(emulator.url);
  const activities = createActivities(
    realDependencies({
      endpoint: settings.endpoint,
      credentials: settings.credentials,
    }),
  );
  const failure = await failureOf(activityEnvironment().run(activities.createInstance, inputFor(account)));
  expect(failure.type).toBe('WrongAccount');
  expect(failure.message).toContain('999999999999');
  expect(operations(account)).toEqual([]);
});

test('one AssumeRole serves many calls; a new one comes shortly before the credentials expire', async () => {
  const account = freshAccount();
  let now = Date.now();
  const settings = emulatorSettings(emulator.url);
  const openAccount = accessAws(settings, () => now, new Pacer(undefined)).openAccount;
  const activities = activitiesWith({ dependencies: { openAccount } });
  const look = () => activityEnvironment().run(activities.findInstance, inputFor(account));
  const assumed = () => operations(account).filter((operation) => operation === 'AssumeRole').length;
  await look();
  await look();
  expect(assumed()).toBe(1);
  now += 54 * 60_000;
  await look();
  expect(assumed()).toBe(1);
  now += 2 * 60_000;
  await look();
  expect(assumed()).toBe(2);
});

test('credentials that AWS no longer takes are fetched anew by the next attempt', async () => {
  const account = freshAccount();
  emulator.setFaults({
    accounts: [account],
    failNext: [{ operation: 'CreateInstance', error: 'ExpiredTokenException', times: 1 }],
  });
  const activities = activitiesWith();
  const failure = await failureOf(activityEnvironment().run(activities.createInstance, inputFor(account)));
  expect(failure).toMatchObject({ type: 'ExpiredTokenException', nonRetryable: false });
  await activityEnvironment().run(activities.createInstance, inputFor(account));
  const attempt = ['AssumeRole', 'ListInstances', 'CreateInstance'];
  expect(operations(account)).toEqual([...attempt, ...attempt, 'DescribeInstance']);
});

test.each(['hang', 'halfResponse', 'garbage'])(
  '%s: the answer counts as lost within the request time-out',
  async (error) => {
    const account = freshAccount();
    emulator.setFaults({ accounts: [account], failNext: [{ operation: 'CreateInstance', error, times: 1 }] });
    const began = performance.now();
    const failure = await failureOf(
      activityEnvironment().run(
        activitiesWith({ aws: { requestTimeoutMs: 1_000 } }).createInstance,
        inputFor(account),
      ),
    );
    // The run has to know of the first that is lost, so it ends the activity.
    expect(failure).toMatchObject({ type: 'AnswerLost', nonRetryable: true });
    // Without it the SDK would wait for as long as the emulator does: for good.
    expect(performance.now() - began).toBeLessThan(10_000);
  },
);

test('the delay to the next attempt is jittered under the ceiling, and Retry-After is added', async () => {
  const account = freshAccount();
  emulator.setFaults({
    accounts: [account],
    failNext: [{ operation: 'CreateInstance', error: 'ThrottlingException', retryAfterSeconds: 7, times: 1 }],
  });
  const activities = activitiesWith({ dependencies: { random: () => 0.5 } });
  const env = activityEnvironment({ attempt: 3 });
  const failure = await failureOf(env.run(activities.createInstance, inputFor(account)));
  expect(failure.nextRetryDelay).toBe(7_000 + 2_000);
});

test('a look over all Regions finds an instance elsewhere', async () => {
  const account = freshAccount();
  const activities = activitiesWith();
  await activityEnvironment().run(activities.createInstance, { ...inputFor(account), region: 'ap-south-1' });
  await expect(activityEnvironment().run(activities.findInstance, inputFor(account))).resolves.toMatchObject({
    region: 'ap-south-1',
    ours: true,
    status: 'ACTIVE',
  });
});

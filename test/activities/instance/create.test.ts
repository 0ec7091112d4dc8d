import type { Client } from '@temporalio/client';
import { setTimeout as sleep } from 'node:timers/promises';
import { ActivityCancellationDetails, type ApplicationFailure } from '@temporalio/common';
import {
  createActivities,
  realDependencies,
  type ActivityDependencies,
  type CreateAnswer,
} from '../../../activities';
import { emulatorSettings, startEmulator, type Emulator } from '../../../sandbox';
import { activityEnvironment, failureOf, inputFor, keeping } from '../../support/activities';
import { freshAccount } from '../../support/harness';

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({ port: 0 });
  emulator.setFaults({ creationMs: 0, deletionMs: 0 });
});
afterAll(() => emulator.close());

function activities(dependencies: Partial<ActivityDependencies> = keeping) {
  const settings = emulatorSettings(emulator.url);
  return createActivities({ ...realDependencies(settings), ...dependencies });
}

const operations = (account: string) =>
  emulator
    .calls({ account })
    .map(({ operation }) => operation)
    .filter((operation) => operation !== 'AssumeRole');

const fails = (account: string, operation: string, error: string, times = 1) => {
  emulator.setFaults({ accounts: [account], failNext: [{ operation, error, times }] });
};

const cancelRequested = new ActivityCancellationDetails({ cancelRequested: true });
const workerShutdown = new ActivityCancellationDetails({ workerShutdown: true });

const newsOf = ({ details }: ApplicationFailure) => details?.[1];

test('what was there before the first call is handed on with the answer', async () => {
  const [fresh, provisioned] = [freshAccount(), freshAccount()];
  const { createInstance } = activities();
  await expect(activityEnvironment().run(createInstance, inputFor(fresh))).resolves.toMatchObject({
    existedBefore: [],
  });
  const first: CreateAnswer = await activityEnvironment().run(createInstance, inputFor(provisioned));
  const { instanceArn } = first;
  await expect(activityEnvironment().run(createInstance, inputFor(provisioned))).resolves.toEqual({
    instanceArn,
    existedBefore: [instanceArn],
    active: { status: 'active', identityStoreId: expect.any(String) as string },
  });
  expect(operations(fresh)).toEqual(['ListInstances', 'CreateInstance', 'DescribeInstance']);
});

test('a later attempt goes by what the server has kept of the first look, and looks no more', async () => {
  const account = freshAccount();
  const kept: unknown[] = [];
  const { createInstance } = activities({
    keepForLater: (details) => {
      kept.push(details);
      return Promise.resolve(true);
    },
  });
  fails(account, 'CreateInstance', 'ThrottlingException');
  const failure = await failureOf(activityEnvironment().run(createInstance, inputFor(account)));
  expect(failure).toMatchObject({ type: 'ThrottlingException', nonRetryable: false });
  expect(newsOf(failure)).toEqual({ existedBefore: [] });
  expect(kept).toEqual([{ existedBefore: [] }]);
  const second = activityEnvironment({ attempt: 2, heartbeatDetails: { existedBefore: ['theirs'] } });
  await expect(second.run(createInstance, inputFor(account))).resolves.toMatchObject({
    existedBefore: ['theirs'],
  });
  expect(operations(account)).toEqual([
    'ListInstances',
    'CreateInstance',
    'CreateInstance',
    'DescribeInstance',
  ]);
});

test('no heartbeat from before the look reaches the server after what the look has shown', async () => {
  const account = freshAccount();
  emulator.setFaults({ accounts: [account], latencyMs: 1_200 });
  const arrived: unknown[] = [];
  const ordinary: unknown[] = [];
  // Its first answer takes longer than the rest of the look.
  const heartbeat = async (_token: unknown, details: unknown) => {
    await sleep(arrived.length === 0 ? 2_000 : 0);
    arrived.push({ details, sent: operations(account).includes('CreateInstance') });
  };
  const server = { activity: { heartbeat }, withAbortSignal: (_: unknown, call: () => unknown) => call() };
  const env = activityEnvironment({}, server as unknown as Client);
  env.on('heartbeat', (details: unknown) => ordinary.push(details));
  const { createInstance } = createActivities(realDependencies(emulatorSettings(emulator.url)));
  await expect(env.run(createInstance, inputFor(account))).resolves.toMatchObject({ existedBefore: [] });
  expect(arrived.slice(0, 2)).toEqual([
    { details: {}, sent: false },
    { details: { existedBefore: [] }, sent: false },
  ]);
  for (const details of ordinary) expect(details).toMatchObject({ existedBefore: [] });
});

test('a server that has not kept the look, or waits for the attempt no more: nothing is sent', async () => {
  const account = freshAccount();
  const { createInstance } = activities({ keepForLater: () => Promise.resolve(false) });
  const failure = await failureOf(activityEnvironment().run(createInstance, inputFor(account)));
  expect(failure).toMatchObject({ type: 'AttemptTooLate', nonRetryable: false });
  expect(newsOf(failure)).toEqual({});
  expect(operations(account)).toEqual(['ListInstances']);
});

test.each([
  ['ThrottlingException', false],
  ['ExpiredTokenException', false],
  ['html503', true],
  ['OptInRequired', true],
  ['ValidationException', true],
])('a look that fails (%s): nothing was sent; the run is told at once: %s', async (error, isTold) => {
  const account = freshAccount();
  fails(account, 'ListInstances', error);
  const failure = await failureOf(activityEnvironment().run(activities().createInstance, inputFor(account)));
  expect(failure.nonRetryable ?? false).toBe(isTold);
  expect(newsOf(failure)).not.toHaveProperty('existedBefore');
  expect(operations(account)).toEqual(['ListInstances']);
});

test('the first call that is lost is told at once, later ones are tried again by the server', async () => {
  const account = freshAccount();
  fails(account, 'CreateInstance', 'reset', 2);
  const { createInstance } = activities();
  const first = await failureOf(activityEnvironment().run(createInstance, inputFor(account)));
  expect(first).toMatchObject({ type: 'AnswerLost', nonRetryable: true });
  expect(newsOf(first)).toEqual({ existedBefore: [], goOnAfterMs: expect.any(Number) as number });
  const input = { ...inputFor(account), existedBefore: [], lostBefore: true };
  const later = await failureOf(activityEnvironment().run(createInstance, input));
  expect(later).toMatchObject({ type: 'AnswerLost', nonRetryable: false });
});

test('an account of a fleet that is not ready is told once; without a fleet it is tried again', async () => {
  const account = freshAccount();
  fails(account, 'CreateInstance', 'OptInRequired', 3);
  const { createInstance } = activities();
  const input = { ...inputFor(account), existedBefore: [] };
  const isTold = async (more: { fleetPage?: string; placeGiven?: boolean }) =>
    (await failureOf(activityEnvironment().run(createInstance, { ...input, ...more }))).nonRetryable === true;
  const fleetPage = 'identity-center-fleet/x/000000000000/0';
  expect([
    await isTold({}),
    await isTold({ fleetPage }),
    await isTold({ fleetPage, placeGiven: true }),
  ]).toEqual([false, true, false]);
});

describe('the looks after the call', () => {
  test('an instance that is ACTIVE within four seconds is answered with its Identity Store', async () => {
    const account = freshAccount();
    emulator.setFaults({ accounts: [account], creationMs: 1_000 });
    const answer: CreateAnswer = await activityEnvironment().run(
      activities().createInstance,
      inputFor(account),
    );
    const [instance] = emulator.instances().filter((it) => it.accountId === account);
    const { instanceArn, identityStoreId } = instance ?? {};
    expect(answer).toEqual({ instanceArn, existedBefore: [], active: { status: 'active', identityStoreId } });
  });

  test.each([
    ['takes longer', { creationMs: 60_000 }],
    ['cannot be made', { createFails: 'no KMS key' }],
    ['is looked at while AWS throttles', { failNext: throttled('DescribeInstance') }],
    ['may not be looked at', { failNext: throttled('DescribeInstance', 'AccessDeniedException') }],
  ])('an instance that %s is answered with its ARN alone', async (_, faults) => {
    const account = freshAccount();
    emulator.setFaults({ accounts: [account], ...faults });
    const answer: CreateAnswer = await activityEnvironment().run(
      activities().createInstance,
      inputFor(account),
    );
    const [instance] = emulator.instances().filter((it) => it.accountId === account);
    expect(answer).toEqual({ instanceArn: instance?.instanceArn, existedBefore: [] });
  });

  test('a cancelled run hears of the instance at once', async () => {
    const account = freshAccount();
    emulator.setFaults({ accounts: [account], creationMs: 60_000 });
    const env = activityEnvironment();
    const running = env.run(activities().createInstance, inputFor(account));
    setTimeout(() => {
      env.cancel('CANCELLED', cancelRequested);
    }, 700);
    await expect(running).resolves.toMatchObject({ existedBefore: [] });
    expect(operations(account).filter((it) => it === 'DescribeInstance').length).toBeLessThan(5);
  });

  test('a call is made although its run is cancelled, and not where the worker ends', async () => {
    for (const [reason, details, sent] of [
      ['CANCELLED', cancelRequested, ['ListInstances', 'CreateInstance']],
      ['WORKER_SHUTDOWN', workerShutdown, []],
    ] as const) {
      const account = freshAccount();
      emulator.setFaults({ accounts: [account], latencyMs: 200 });
      const env = activityEnvironment();
      const running = env.run(activities().createInstance, inputFor(account));
      env.cancel(reason, details);
      await running.catch(() => undefined);
      expect(operations(account)).toEqual(sent);
    }
  });

  test('a later attempt that was told the ARN asks AWS for no instance again', async () => {
    const account = freshAccount();
    const { createInstance } = activities();
    const { instanceArn }: CreateAnswer = await activityEnvironment().run(createInstance, inputFor(account));
    const heartbeatDetails = { existedBefore: [], instanceArn };
    const next = activityEnvironment({ attempt: 2, heartbeatDetails });
    await expect(next.run(createInstance, inputFor(account))).resolves.toMatchObject({
      instanceArn,
      existedBefore: [],
      active: { status: 'active' },
    });
    expect(emulator.calls({ account, operation: 'CreateInstance' })).toHaveLength(1);
  });

  test('an account that gave its place away takes it again before it waits', async () => {
    const account = freshAccount();
    const input = { ...inputFor(account), placeGiven: true };
    const answer: CreateAnswer = await activityEnvironment().run(activities().createInstance, input);
    expect(answer.active).toBeUndefined();
    expect(operations(account)).toEqual(['ListInstances', 'CreateInstance']);
  });
});

function throttled(operation: string, error = 'ThrottlingException') {
  return [{ operation, error, times: 100 }];
}

import type { ApplicationFailure } from '@temporalio/common';
import { createActivities, realDependencies, type Activities, type AwsSettings } from '../../../activities';
import { accessAws } from '../../../activities/aws/access';
import { Pacer, PacerBusyError } from '../../../activities/aws/pacer';
import { emulatorSettings, startEmulator, type Emulator } from '../../../sandbox';
import type { Faults } from '../../../sandbox/emulator';
import { activityEnvironment, failureOf, inputFor, keeping } from '../../support/activities';
import { freshAccount } from '../../support/harness';

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({ port: 0 });
});
afterAll(() => emulator.close());

type Failure = NonNullable<Faults['failNext']>[number];

function activitiesWith(aws: Partial<AwsSettings> = {}, pacer = new Pacer(undefined)) {
  const settings: AwsSettings = { ...emulatorSettings(emulator.url), ...aws };
  const openAccount = accessAws(settings, Date.now, pacer).openAccount;
  return createActivities({ ...realDependencies(settings), ...keeping, openAccount, random: () => 0.5 });
}

async function createdBy(activities: Activities, account: string): Promise<{ instanceArn: string }> {
  return activityEnvironment().run(activities.createInstance, inputFor(account));
}

function accountWith(faults: Omit<Faults, 'accounts'> = {}): string {
  const account = freshAccount();
  emulator.setFaults({ accounts: [account], creationMs: 0, deletionMs: 0, ...faults });
  return account;
}

const failing = (failure: Partial<Failure>): Omit<Faults, 'accounts'> => ({
  failNext: [{ operation: 'CreateInstance', error: 'ThrottlingException', times: 99, ...failure }],
});

const operations = (account: string) => emulator.calls({ account }).map((call) => call.operation);

/** What an attempt to create fails with. */
const failureToCreate = (
  account: string,
  info: Parameters<typeof activityEnvironment>[0] = {},
  more: Partial<ReturnType<typeof inputFor>> = {},
  activities = activitiesWith(),
) =>
  failureOf(
    // The run knows of the first that was lost: it is told at once.
    activityEnvironment(info).run(activities.createInstance, {
      ...inputFor(account),
      ...more,
      lostBefore: true,
    }),
  );

describe('Retry-After', () => {
  const asks = (retryAfterSeconds: number) =>
    failing({ error: 'ServiceUnavailable', status: 503, retryAfterSeconds });

  test.each([
    [7, 7_000],
    [60, 60_000],
    [61, 60_000],
    [3_600, 60_000],
    [99_999, 60_000],
    [999_999_999, 0],
  ])('%d s: the next attempt comes after no more than a minute', async (seconds, expected) => {
    const { nextRetryDelay, nonRetryable } = await failureToCreate(accountWith(asks(seconds)));
    expect([nextRetryDelay, nonRetryable]).toEqual([expected + 500, false]);
  });

  test('where the request allows longer pauses, so long', async () => {
    const backOff = { initialIntervalMs: 1_000, backoffCoefficient: 2, maximumIntervalMs: 300_000 };
    const delays = [240, 3_600].map(
      async (seconds) => (await failureToCreate(accountWith(asks(seconds)), {}, { backOff })).nextRetryDelay,
    );
    expect(await Promise.all(delays)).toEqual([240_500, 300_500]);
  });

  test('no more than half of the time that is left is waited', async () => {
    const { nextRetryDelay } = await failureToCreate(accountWith(asks(3_600)), {
      scheduleToCloseTimeoutMs: 20_000,
      scheduledTimestampMs: Date.now() - 10_000,
    });
    expect(nextRetryDelay).toBeGreaterThan(4_000);
    expect(nextRetryDelay).toBeLessThanOrEqual(5_500);
  });
});

describe('an attempt that only waited for its turn has not failed', () => {
  class BusyPacer extends Pacer {
    override turn(): Promise<never> {
      return Promise.reject(new PacerBusyError(10, 1_000));
    }
  }

  test('it tells those after it, and they go on from there', async () => {
    const account = accountWith(failing({}));
    let details: unknown;
    for (const attempt of [1, 2, 3]) {
      const env = activityEnvironment({ attempt, heartbeatDetails: details });
      env.on('heartbeat', (told: unknown) => (details = told));
      const busy = activitiesWith({}, new BusyPacer(undefined));
      const failure = await failureOf(env.run(busy.createInstance, inputFor(account)));
      expect(failure.type).toBe('NotYet');
    }
    expect(details).toEqual({ sentAway: 3 });
    const delayOf = async (attempt: number) =>
      (await failureToCreate(account, { attempt, heartbeatDetails: details })).nextRetryDelay;
    // Half of 1 s, 2 s and 4 s.
    expect([await delayOf(4), await delayOf(5), await delayOf(6)]).toEqual([500, 1_000, 2_000]);
  });

  test('nor has it looked: the pauses between looks begin at the first', async () => {
    const account = accountWith({ creationMs: 600_000 });
    const activities = activitiesWith();
    const { instanceArn } = await createdBy(activities, account);
    const pauseAfter = async (attempt: number, heartbeatDetails: object) => {
      const env = activityEnvironment({ attempt, heartbeatDetails });
      const input = { ...inputFor(account), instanceArn, pollIntervalMs: 5_000 };
      return (await failureOf(env.run(activities.waitForActive, input))).nextRetryDelay;
    };
    expect(await pauseAfter(9, { sentAway: 7 })).toBe(7_500);
    expect(await pauseAfter(9, { sentAway: 6, failed: 1 })).toBe(7_500);
    expect(await pauseAfter(3, {})).toBe(11_250);
    for (const garbage of [{ sentAway: -1 }, { sentAway: 'x', failed: 1e99 }, { sentAway: null }])
      expect(await pauseAfter(2, garbage)).toBe(7_500);
  });

  test('a failure between many looks backs off as the first that it is', async () => {
    const account = accountWith(failing({ operation: 'ListInstances' }));
    const env = activityEnvironment({ attempt: 30, heartbeatDetails: { sentAway: 2 } });
    const failure = await failureOf(env.run(activitiesWith().findInstance, inputFor(account)));
    expect(failure).toMatchObject({ type: 'ThrottlingException', nextRetryDelay: 500 });
  });
});

describe('an explicit deny', () => {
  const message =
    'User: x is not authorized to perform: sso:CreateInstance on resource: y with an explicit deny in a service control policy';
  const deny = failing({ error: 'AccessDeniedException', message });

  test('on an account that may be new: is waited for', async () => {
    const failure = await failureToCreate(accountWith(deny));
    expect(failure).toMatchObject({ type: 'AccessDeniedException', nonRetryable: false });
    expect(failure.message).toContain('while an account is new');
  });

  test('that stays: stops as what it is, with its own next step', async () => {
    const failure = await failureToCreate(accountWith(deny), { scheduledTimestampMs: Date.now() - 61_000 });
    expect(failure).toMatchObject({ type: 'AccessDeniedException', nonRetryable: true });
    expect(failure.details?.[0]).toMatchObject({
      situation: 'explicitDeny',
      remedy: expect.stringContaining('Take the account out') as string,
    });
  });

  test('of STS: the same', async () => {
    const said = 'User: x is not authorized to perform: sts:AssumeRole on resource: y with an explicit deny';
    const faults = failing({ operation: 'AssumeRole', error: 'AccessDenied', status: 403, message: said });
    const old = { scheduledTimestampMs: Date.now() - 61_000 };
    const look = (info: object) =>
      failureOf(activityEnvironment(info).run(activitiesWith().findInstance, inputFor(accountWith(faults))));
    expect(await look({})).toMatchObject({ nonRetryable: false });
    expect(await look(old)).toMatchObject({
      nonRetryable: true,
      details: [{ situation: 'explicitDeny' }],
    });
  });
});

describe.each(['AccessDeniedException', 'ResourceNotFoundException'] as const)(
  'what is gone, where AWS answers %s for it',
  (goneError) => {
    const gone = 'arn:aws:sso:::instance/ssoins-0123456789abcdef';

    test('is gone', async () => {
      const account = accountWith({ goneError });
      const input = { ...inputFor(account), instanceArn: gone };
      const { deleteInstance, waitForActive } = activitiesWith();
      await expect(activityEnvironment().run(waitForActive, input)).resolves.toMatchObject({
        status: 'gone',
      });
      await activityEnvironment().run(deleteInstance, input);
    });

    test('is deleted by whoever asks for it', async () => {
      const account = accountWith({ goneError });
      const activities = activitiesWith();
      const { instanceArn } = await createdBy(activities, account);
      await activityEnvironment().run(activities.deleteInstance, { ...inputFor(account), instanceArn });
      expect(emulator.instances().filter(({ accountId }) => accountId === account)).toEqual([]);
    });

    test.each(['DescribeInstance', 'DeleteInstance', 'ListTagsForResource'])(
      'is not gone where %s says so, and ListInstances shows it',
      async (operation) => {
        const account = accountWith();
        const activities = activitiesWith();
        const { instanceArn } = await createdBy(activities, account);
        emulator.setFaults({
          accounts: [account],
          ...failing({ operation, error: goneError, message: 'no' }),
        });
        const activity =
          operation === 'ListTagsForResource' ? activities.findInstance : activities.deleteInstance;
        const failure = await failureOf(
          activityEnvironment().run(activity, { ...inputFor(account), instanceArn }),
        );
        expect(failure).toMatchObject({ type: goneError, nonRetryable: false });
        expect(operations(account).at(-1)).toBe('ListInstances');
      },
    );
  },
);

describe('a Region that there is not', () => {
  const region = 'eu-west-9';

  /** STS is the emulator's; the host of Identity Center is AWS's, and does not exist. */
  async function failureInAttempt(attempt: number): Promise<ApplicationFailure> {
    process.env['AWS_ENDPOINT_URL_STS'] = emulator.url;
    try {
      const settings = emulatorSettings('');
      const activities = createActivities(
        realDependencies({ ...settings, endpoint: undefined } as unknown as AwsSettings),
      );
      const env = activityEnvironment({ attempt, heartbeatDetails: { failed: attempt - 1 } });
      return await failureOf(env.run(activities.findInstance, { ...inputFor(accountWith()), region }));
    } finally {
      delete process.env['AWS_ENDPOINT_URL_STS'];
    }
  }

  test('a name server may have a bad moment: is tried again', async () => {
    expect(await failureInAttempt(1)).toMatchObject({ type: 'NothingSent', nonRetryable: false });
  });

  test('then stops, naming the field and the Regions that are near', async () => {
    const failure = await failureInAttempt(3);
    expect(failure).toMatchObject({ type: 'NoEndpoint', nonRetryable: true });
    expect(failure.message).toMatch(
      /region: this release knows no Region "eu-west-9" \(did you mean eu-west-1 or /,
    );
    expect(failure.message).toContain('sso.eu-west-9.amazonaws.com');
    expect(failure.message).toContain('Correct the region of the request');
  });

  test('is one as any other where the endpoint is set', async () => {
    const account = accountWith();
    const { createInstance } = activitiesWith();
    await activityEnvironment().run(createInstance, { ...inputFor(account), region });
    expect(operations(account)).toContain('CreateInstance');
  });
});

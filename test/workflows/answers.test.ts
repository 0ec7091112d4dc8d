import { SSOAdminClient, CreateInstanceCommand } from '@aws-sdk/client-sso-admin';
import { RunFailedError } from '../../client';
import { clientToken, workflowIdOf, type ProgressFailure, type ProvisionRequestInput } from '../../contract';
import type { Faults } from '../../sandbox/emulator';
import { freshAccount, requestFor, startHarness, until, type Harness } from '../support/harness';

type Provisioning = Partial<ProvisionRequestInput>;

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.stop());

const created = (account: string) => harness.emulator.instances().filter((it) => it.accountId === account);
const creates = (account: string) => harness.emulator.calls({ account, operation: 'CreateInstance' });

async function provision(account: string, faults: Omit<Faults, 'accounts'>, more: Provisioning = {}) {
  harness.emulator.setFaults({ accounts: [account], creationMs: 0, deletionMs: 0, ...faults });
  return harness.client.provision(requestFor(account, more));
}

async function failureOf(provisioning: Promise<unknown>): Promise<ProgressFailure> {
  const error: unknown = await provisioning.then(
    () => new Error('the run succeeded'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof RunFailedError)) throw error;
  return error.failure;
}

/** An instance that somebody made without this product. */
async function createdBySomebodyElse(account: string, region = 'eu-west-1'): Promise<string> {
  const { accessKeyId, secretAccessKey, sessionToken } = await harness.assumeRole(account);
  const client = new SSOAdminClient({
    region,
    endpoint: harness.emulator.url,
    credentials: { accessKeyId, secretAccessKey, sessionToken },
  });
  harness.emulator.setFaults({ accounts: [account], creationMs: 0 });
  const { InstanceArn } = await client.send(new CreateInstanceCommand({}));
  return InstanceArn ?? '';
}

describe('nothing in the way', () => {
  test('the run ends ACTIVE with what AWS made, in 17 events, the ARN in the history before anything waits for it', async () => {
    const account = freshAccount();
    const result = await provision(account, {}, { name: 'workforce', tags: { team: 'identity' } });
    const [instance] = created(account);
    expect(result).toEqual({
      accountId: account,
      region: 'eu-west-1',
      instanceArn: instance?.instanceArn,
      identityStoreId: instance?.identityStoreId,
      status: 'ACTIVE',
      outcome: 'created',
      clientToken: clientToken(workflowIdOf(account)),
      generation: 1,
    });
    expect(instance).toMatchObject({
      name: 'workforce',
      tags: { team: 'identity', 'identity-center-orchestrator:workflow-id': workflowIdOf(account) },
    });
    const events = await harness.eventsOf(account);
    expect(events).toHaveLength(17);
    const completed = events.findIndex((event) => event.activityTaskCompletedEventAttributes);
    const waiting = events.findLastIndex((event) => event.activityTaskScheduledEventAttributes);
    expect(completed).toBeLessThan(waiting);
    expect(
      Buffer.from(
        events[completed]?.activityTaskCompletedEventAttributes?.result?.payloads?.[0]?.data ?? [],
      ).toString(),
    ).toContain(result.instanceArn);
  });

  test('an instance that takes longer is waited for without a worker slot and without more history', async () => {
    const account = freshAccount();
    await provision(account, { creationMs: 8_000 }, { timing: { pollInterval: '1s' } });
    const events = await harness.eventsOf(account);
    expect(events).toHaveLength(17);
    const looks = harness.emulator.calls({ account, operation: 'DescribeInstance' });
    expect(looks.length).toBeGreaterThan(7);
    expect(looks.length).toBeLessThan(15);
  });

  test('a second run of the account finds its instance and makes none', async () => {
    const account = freshAccount();
    const first = await provision(account, {});
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const second = await provision(account, {});
    expect(second).toEqual({ ...first, outcome: 'alreadyProvisioned' });
    expect(created(account)).toHaveLength(1);
  });
});

describe('answers after which the same token is sent again', () => {
  const awsErrors: [string, NonNullable<Faults['failNext']>[number]][] = [
    [
      'ThrottlingException',
      { operation: 'CreateInstance', error: 'ThrottlingException', message: 'Rate exceeded', times: 2 },
    ],
    ['HTTP 429', { operation: 'CreateInstance', error: 'TooManyRequests', status: 429, times: 1 }],
    [
      '"Rate exceeded" under another name',
      { operation: 'CreateInstance', error: 'ServiceException', message: 'Rate exceeded', times: 1 },
    ],
    ['InternalServerException', { operation: 'CreateInstance', error: 'InternalServerException', times: 2 }],
    ["a proxy's HTML 503", { operation: 'CreateInstance', error: 'html503', times: 2 }],
    ['an empty 500', { operation: 'CreateInstance', error: 'empty500', times: 1 }],
    ['a connection reset', { operation: 'CreateInstance', error: 'reset', times: 2 }],
    ['garbage', { operation: 'CreateInstance', error: 'garbage', times: 1 }],
    ['half a response', { operation: 'CreateInstance', error: 'halfResponse', times: 1 }],
    ['no answer at all', { operation: 'CreateInstance', error: 'hang', times: 1 }],
    ['expired credentials', { operation: 'CreateInstance', error: 'ExpiredTokenException', times: 1 }],
    ['OptInRequired', { operation: 'CreateInstance', error: 'OptInRequired', status: 403, times: 2 }],
    [
      'SubscriptionRequiredException',
      { operation: 'CreateInstance', error: 'SubscriptionRequiredException', times: 1 },
    ],
    [
      'UnrecognizedClientException',
      { operation: 'CreateInstance', error: 'UnrecognizedClientException', times: 1 },
    ],
    [
      'an implicit AccessDenied',
      {
        operation: 'CreateInstance',
        error: 'AccessDeniedException',
        message: 'User: x is not authorized to perform: sso:CreateInstance',
        times: 2,
      },
    ],
    ['a role that STS refuses', { operation: 'AssumeRole', error: 'AccessDenied', status: 403, times: 2 }],
    [
      'throttling of DescribeInstance',
      { operation: 'DescribeInstance', error: 'ThrottlingException', times: 2 },
    ],
    ['a reset of DescribeInstance', { operation: 'DescribeInstance', error: 'reset', times: 1 }],
  ];

  test.concurrent.each(awsErrors)('%s: backs off, then one instance', async (_name, failure) => {
    const account = freshAccount();
    const result = await provision(account, { failNext: [failure] });
    expect(result).toMatchObject({ status: 'ACTIVE', outcome: 'created', generation: 1 });
    expect(created(account)).toHaveLength(1);
    const tokens = new Set(creates(account).map((call) => call.token));
    expect([...tokens]).toEqual([clientToken(workflowIdOf(account))]);
    const failed = harness.emulator.calls({ account, operation: failure.operation }).length;
    expect(failed).toBeGreaterThan(failure.times);
  });

  test.concurrent(
    'a response lost after the write: the same instance is answered for the same token',
    async () => {
      const account = freshAccount();
      const result = await provision(account, { loseResponse: { operation: 'CreateInstance', times: 1 } });
      expect(result).toMatchObject({ outcome: 'created', instanceArn: created(account)[0]?.instanceArn });
      expect(created(account)).toHaveLength(1);
      expect(creates(account).map((call) => call.token)).toEqual([result.clientToken, result.clientToken]);
    },
  );

  test.concurrent('Retry-After is obeyed', async () => {
    const account = freshAccount();
    await provision(account, {
      failNext: [
        { operation: 'CreateInstance', error: 'ThrottlingException', retryAfterSeconds: 3, times: 1 },
      ],
    });
    const [first, second] = creates(account);
    expect(Date.parse(second?.time ?? '') - Date.parse(first?.time ?? '')).toBeGreaterThanOrEqual(2_900);
  });

  test.concurrent('expired credentials are fetched anew', async () => {
    const account = freshAccount();
    await provision(account, {
      failNext: [{ operation: 'CreateInstance', error: 'ExpiredTokenException', times: 1 }],
    });
    expect(harness.emulator.calls({ account, operation: 'AssumeRole' })).toHaveLength(2);
  });

  test.concurrent('throttled without end: stops at createTimeout, says so and what AWS said', async () => {
    const account = freshAccount();
    const failure = await failureOf(
      provision(
        account,
        { throttle: { ratePerSecond: 0, burst: 0 } },
        { timing: { createTimeout: '3s', activeTimeout: '2s' } },
      ),
    );
    expect(failure).toMatchObject({
      type: 'CreateTimeout',
      remedy: expect.stringContaining('Start the run again') as string,
    });
    expect(failure.message).toContain('ThrottlingException: Rate exceeded');
    expect(failure.message).toContain(account);
  });

  test.concurrent('an account that never gets ready: AccountNotReady after accountReadyTimeout', async () => {
    const account = freshAccount();
    const failure = await failureOf(
      provision(account, { notReadyForMs: 60_000 }, { timing: { accountReadyTimeout: '2s' } }),
    );
    expect(failure).toMatchObject({ type: 'AccountNotReady' });
    expect(failure.message).toContain('sts:AssumeRole');
    expect(creates(account)).toHaveLength(0);
  });

  test.concurrent('an account that is ready after a while is provisioned', async () => {
    const account = freshAccount();
    await expect(provision(account, { notReadyForMs: 2_500 })).resolves.toMatchObject({ outcome: 'created' });
  });
});

describe('answers after which nothing is sent again', () => {
  const denied =
    'User: x is not authorized to perform: sso:CreateInstance on resource: y with an explicit deny in a service control policy';
  const stopping: [string, Omit<Faults, 'accounts'>, string, string][] = [
    [
      'an explicit deny',
      failsWith('AccessDeniedException', denied),
      'AccessDeniedException',
      'Take the account out of the policy',
    ],
    [
      'the organization forbids it',
      { organizationForbids: true },
      'AccessDeniedException',
      'Enable account instances',
    ],
    [
      'the management account',
      failsWith(
        'AccessDeniedException',
        'Organization management account is not allowed to perform the operation.',
      ),
      'AccessDeniedException',
      'Use a member account',
    ],
    [
      'ValidationException',
      failsWith('ValidationException', 'bad name'),
      'ValidationException',
      'Correct the field',
    ],
    [
      'IdempotentParameterMismatch',
      failsWith('IdempotentParameterMismatch', 'other parameters'),
      'IdempotentParameterMismatch',
      'with the name and tags',
    ],
    [
      'ServiceQuotaExceededException',
      failsWith('ServiceQuotaExceededException', 'too many'),
      'ServiceQuotaExceededException',
      'Ask for a higher quota',
    ],
    [
      'an error that nobody has seen yet',
      failsWith('BrandNewException', 'new'),
      'BrandNewException',
      'Act on the AWS error',
    ],
  ];

  test.concurrent.each(stopping)(
    '%s, and nothing there: the failure as AWS gave it',
    async (_name, faults, type, remedy) => {
      const account = freshAccount();
      const failure = await failureOf(provision(account, faults));
      expect(failure.type).toBe(type);
      expect(failure.remedy).toContain(remedy);
      expect(failure.message).toContain(`Account ${account}: CreateInstance: `);
      expect(failure.awsRequestId).toMatch(/^[0-9a-f-]{36}$/);
      expect(creates(account)).toHaveLength(1);
      expect(harness.emulator.calls({ account, operation: 'ListInstances' }).length).toBeGreaterThan(0);
      expect(created(account)).toHaveLength(0);
    },
  );

  test.concurrent(
    'a Conflict with nothing there has not propagated: looks twice, then the same token again',
    async () => {
      const account = freshAccount();
      const result = await provision(account, failsWith('ConflictException', 'try later'));
      expect(result).toMatchObject({ outcome: 'created', generation: 1 });
      expect(creates(account).map((call) => call.token)).toEqual([result.clientToken, result.clientToken]);
      expect(harness.emulator.calls({ account, operation: 'ListInstances' })).toHaveLength(2);
    },
  );

  test.concurrent(
    'a Conflict that stays, with nothing there: ends at createTimeout as the Conflict',
    async () => {
      const account = freshAccount();
      const failure = await failureOf(
        provision(
          account,
          { failNext: [{ operation: 'CreateInstance', error: 'ConflictException', times: 1000 }] },
          { timing: { createTimeout: '4s' } },
        ),
      );
      expect(failure.type).toBe('ConflictException');
      expect(new Set(creates(account).map((call) => call.token)).size).toBe(1);
    },
  );

  const existsErrors = [
    'ConflictException',
    'ServiceQuotaExceededException',
    'ValidationException',
    'AccessDeniedException',
  ] as const;

  test.concurrent.each(existsErrors)(
    "%s for somebody else's instance: InstanceExists, and it is left alone",
    async (existsError) => {
      const account = freshAccount();
      const theirs = await createdBySomebodyElse(account);
      const failure = await failureOf(provision(account, { existsError }));
      expect(failure.type).toBe('InstanceExists');
      expect(failure.message).toContain(theirs);
      expect(failure.remedy).toContain('adopt');
      expect(created(account).map((it) => it.instanceArn)).toEqual([theirs]);
      expect(creates(account)).toHaveLength(2);
    },
  );

  test.concurrent.each(existsErrors)(
    '%s for somebody else\'s instance with existing "adopt": adopted',
    async (existsError) => {
      const account = freshAccount();
      const theirs = await createdBySomebodyElse(account, 'us-east-1');
      const result = await provision(account, { existsError }, { existing: 'adopt' });
      expect(result).toMatchObject({ outcome: 'adopted', instanceArn: theirs, region: 'us-east-1' });
    },
  );

  test.concurrent.each(existsErrors)(
    '%s for our own instance, its token forgotten: goes on with it',
    async (existsError) => {
      const account = freshAccount();
      const first = await provision(account, {});
      await new Promise((resolve) => setTimeout(resolve, 1_100));
      const second = await provision(account, { tokenTtlMs: 1, existsError });
      expect(second).toEqual({ ...first, outcome: 'alreadyProvisioned' });
      expect(created(account)).toHaveLength(1);
    },
  );

  test.concurrent(
    'another name than the earlier run: IdempotentParameterMismatch leads to our own instance',
    async () => {
      const account = freshAccount();
      const first = await provision(account, {}, { name: 'one' });
      const second = await provision(account, {}, { name: 'two' });
      expect(second.instanceArn).toBe(first.instanceArn);
      expect(creates(account).at(-1)?.outcome).toBe('IdempotentParameterMismatch');
    },
  );

  test.concurrent('our own instance in another Region is not what was asked for', async () => {
    const account = freshAccount();
    await provision(account, {}, { region: 'us-east-1' });
    const failure = await failureOf(provision(account, { tokenTtlMs: 1 }));
    expect(failure.type).toBe('InstanceExists');
    expect(failure.message).toContain('us-east-1');
  });
});

describe('what becomes of the instance', () => {
  test.concurrent('CREATE_FAILED with onCreateFailed "fail": ends with AWS\'s reason', async () => {
    const account = freshAccount();
    const failure = await failureOf(provision(account, { createFails: 'no KMS key' }));
    expect(failure).toMatchObject({ type: 'CreateFailed' });
    expect(failure.message).toContain('no KMS key');
    expect(failure.message).toContain(created(account)[0]?.instanceArn);
  });

  test.concurrent(
    'CREATE_FAILED with "recreate": the failed one is deleted, the next generation made',
    async () => {
      const account = freshAccount();
      const running = provision(
        account,
        { createFails: 'no KMS key', creationMs: 1_000 },
        { onCreateFailed: 'recreate' },
      );
      await until(
        () => created(account).length,
        (count) => count === 1,
      );
      harness.emulator.setFaults({ accounts: [account], creationMs: 0, deletionMs: 0 });
      const result = await running;
      expect(result).toMatchObject({
        outcome: 'created',
        generation: 2,
        clientToken: clientToken(workflowIdOf(account), 2),
      });
      expect(created(account).map((it) => it.status)).toEqual(['ACTIVE']);
    },
  );

  test.concurrent('an ARN that is deleted already: the next generation', async () => {
    const account = freshAccount();
    const first = await provision(account, {});
    await harness.deleteInstance(account, first.instanceArn);
    const second = await provision(account, {});
    expect(second).toMatchObject({ outcome: 'created', generation: 2 });
    expect(second.instanceArn).not.toBe(first.instanceArn);
  });

  test.concurrent('three generations that lead nowhere: says so', async () => {
    const account = freshAccount();
    const failure = await failureOf(
      provision(account, { createFails: 'never' }, { onCreateFailed: 'recreate' }),
    );
    expect(failure.type).toBe('GenerationsExhausted');
    const tokens = creates(account).map((call) => call.token);
    expect(tokens).toEqual([1, 2, 3].map((generation) => clientToken(workflowIdOf(account), generation)));
  });

  test.concurrent(
    'still not ACTIVE at activeTimeout: says so; the next run goes on with the same instance',
    async () => {
      const account = freshAccount();
      const failure = await failureOf(
        provision(account, { creationMs: 9_000 }, { timing: { activeTimeout: '6s' } }),
      );
      expect(failure.type).toBe('ActiveTimeout');
      const result = await provision(account, { creationMs: 9_000 });
      expect(result.instanceArn).toBe(created(account)[0]?.instanceArn);
      expect(created(account)).toHaveLength(1);
    },
  );
});

function failsWith(error: string, message: string): Omit<Faults, 'accounts'> {
  return { failNext: [{ operation: 'CreateInstance', error, message, times: 1 }] };
}

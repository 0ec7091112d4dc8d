import { clientToken, workflowIdOf } from '../../../contract';
import type { Faults } from '../../../sandbox/emulator';
import { freshAccount } from '../../support/harness';
import { failureOf, startProvisioning, type ProvisioningHarness } from '../../support/provisioning';

let aws: ProvisioningHarness;
beforeAll(async () => {
  aws = await startProvisioning();
});
afterAll(() => aws.stop());

describe('answers after which the same token is sent again', () => {
  const awsErrors: [string, NonNullable<Faults['failNext']>[number]][] = [
    [
      'ThrottlingException',
      { operation: 'CreateInstance', error: 'ThrottlingException', message: 'Rate exceeded', times: 2 },
    ],
    ['HTTP 408', { operation: 'CreateInstance', error: 'RequestTimeout', status: 408, times: 1 }],
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
    ...[
      ...[
        'RequestTimeoutException',
        'SlowDown',
        'EC2ThrottledException',
        'ProvisionedThroughputExceededException',
      ],
      ...['RequestExpired', 'RequestTimeTooSkewed', 'ServiceUnavailable', 'RequestAbortedException'],
      ...['ThrottlingErrorThatNobodyHasSeen', 'RegionDisabledException'],
    ].map((error): [string, NonNullable<Faults['failNext']>[number]] => [
      error,
      { operation: 'CreateInstance', error, status: 400, times: 2 },
    ]),
    [
      'a ValidationException of a server that failed',
      { operation: 'CreateInstance', error: 'ValidationException', status: 503, times: 2 },
    ],
    [
      'an explicit deny of a quarantine',
      {
        operation: 'CreateInstance',
        error: 'AccessDeniedException',
        message:
          'x is not authorized to perform: sso:CreateInstance with an explicit deny in a service control policy',
        times: 2,
      },
    ],
    ...[
      'IDPCommunicationError',
      'InvalidIdentityToken',
      'InvalidClientTokenId',
      'RegionDisabledException',
      'html503',
    ].map((error): [string, NonNullable<Faults['failNext']>[number]] => [
      `${error} of STS`,
      { operation: 'AssumeRole', error, times: 2, ...(error !== 'html503' && { status: 400 }) },
    ]),
    [
      'an instance that is not found yet',
      { operation: 'DescribeInstance', error: 'ResourceNotFoundException', times: 3 },
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
    const result = await aws.provision(account, { failNext: [failure] });
    expect(result).toMatchObject({ status: 'ACTIVE', outcome: 'created', generation: 1 });
    expect(aws.created(account)).toHaveLength(1);
    const tokens = new Set(aws.creates(account).map((call) => call.token));
    expect([...tokens]).toEqual([clientToken(workflowIdOf(account))]);
    const failed = aws.emulator.calls({ account, operation: failure.operation }).length;
    expect(failed).toBeGreaterThan(failure.times);
  });

  test.concurrent(
    'a response lost after the write: the same instance is answered for the same token',
    async () => {
      const account = freshAccount();
      const result = await aws.provision(account, {
        loseResponse: { operation: 'CreateInstance', times: 1 },
      });
      expect(result).toMatchObject({ outcome: 'created', instanceArn: aws.created(account)[0]?.instanceArn });
      expect(aws.created(account)).toHaveLength(1);
      expect(aws.creates(account).map((call) => call.token)).toEqual([
        result.clientToken,
        result.clientToken,
      ]);
    },
  );

  test.concurrent('Retry-After is obeyed', async () => {
    const account = freshAccount();
    await aws.provision(account, {
      failNext: [
        { operation: 'CreateInstance', error: 'ThrottlingException', retryAfterSeconds: 3, times: 1 },
      ],
    });
    const [first, second] = aws.creates(account);
    expect(Date.parse(second?.time ?? '') - Date.parse(first?.time ?? '')).toBeGreaterThanOrEqual(2_900);
  });

  test.concurrent('expired credentials are fetched anew', async () => {
    const account = freshAccount();
    await aws.provision(account, {
      failNext: [{ operation: 'CreateInstance', error: 'ExpiredTokenException', times: 1 }],
    });
    expect(aws.emulator.calls({ account, operation: 'AssumeRole' })).toHaveLength(2);
  });

  test.concurrent('an account that never gets ready: AccountNotReady after accountReadyTimeout', async () => {
    const account = freshAccount();
    const failure = await failureOf(
      aws.provision(account, { notReadyForMs: 60_000 }, { timing: { accountReadyTimeout: '6s' } }),
    );
    expect(failure).toMatchObject({ type: 'AccountNotReady' });
    expect(failure.message).toContain('sts:AssumeRole');
    expect(aws.creates(account)).toHaveLength(0);
  });

  test.concurrent('an account that is ready after a while is provisioned', async () => {
    const account = freshAccount();
    await expect(aws.provision(account, { notReadyForMs: 2_500 })).resolves.toMatchObject({
      outcome: 'created',
    });
  });
});

/** Whose time is short takes a worker of its own: what AWS throttles of others holds all of them back. */
describe('answers for which little time is left', () => {
  let alone: ProvisioningHarness;
  beforeEach(async () => {
    alone = await startProvisioning();
  });
  afterEach(() => alone.stop());

  test('a Retry-After of an hour does not end the run', async () => {
    const account = freshAccount();
    await alone.provision(
      account,
      {
        failNext: [
          {
            operation: 'CreateInstance',
            error: 'ServiceUnavailable',
            status: 503,
            retryAfterSeconds: 3_600,
            times: 1,
          },
        ],
      },
      { timing: { createTimeout: '20s' } },
    );
    expect(alone.creates(account)).toHaveLength(2);
  });

  test('throttled without end: stops at createTimeout, says so and what AWS said', async () => {
    const { account, failure } = await alone.failedAfterTwo(
      'ListInstances',
      { throttle: { ratePerSecond: 0, burst: 0 } },
      { timing: { createTimeout: '6s', activeTimeout: '2s' } },
    );
    expect(failure).toMatchObject({
      type: 'CreateTimeout',
      remedy: expect.stringContaining('Start the run again') as string,
    });
    expect(failure.message).toContain('ThrottlingException: Rate exceeded');
    expect(failure.message).toContain(account);
  });
});

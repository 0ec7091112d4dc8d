import { freshAccount } from '../../support/harness';
import {
  failureOf,
  startProvisioning,
  type AccountFaults,
  type ProvisioningHarness,
} from '../../support/provisioning';

let aws: ProvisioningHarness;
beforeAll(async () => {
  aws = await startProvisioning();
});
afterAll(() => aws.stop());

describe('answers after which nothing is sent again', () => {
  const stopping: [string, AccountFaults, string, string][] = [
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
      const failure = await failureOf(aws.provision(account, faults));
      expect(failure.type).toBe(type);
      expect(failure.remedy).toContain(remedy);
      expect(failure.message).toContain(`Account ${account}: CreateInstance: `);
      expect(failure.awsRequestId).toMatch(/^[0-9a-f-]{36}$/);
      expect(aws.creates(account)).toHaveLength(1);
      expect(aws.emulator.calls({ account, operation: 'ListInstances' }).length).toBeGreaterThan(0);
      expect(aws.created(account)).toHaveLength(0);
    },
  );

  test.concurrent(
    'an explicit deny that outlasts accountReadyTimeout: the deny, and its next step',
    async () => {
      const error = 'AccessDeniedException';
      const message =
        'User: x is not authorized to perform: sso:CreateInstance on resource: y with an explicit deny in a service control policy';
      const { failure } = await aws.failedAfterTwo(
        'CreateInstance',
        { failNext: [{ operation: 'CreateInstance', error, message, times: 10_000 }] },
        { timing: { accountReadyTimeout: '3s' } },
      );
      expect(failure).toMatchObject({
        type: error,
        remedy: expect.stringContaining('Take the account out of the policy') as string,
      });
      expect(failure.message).toContain('with an explicit deny');
    },
  );

  test.concurrent.each([
    'Rate exceeded',
    'with an explicit deny in a service control policy',
    'Organization management account is not allowed to perform the operation.',
  ])('a ValidationException that quotes "%s" is one', async (phrase) => {
    const account = freshAccount();
    const said = `1 validation error detected: Value '${phrase}' at 'tags.1.member.value' is not valid`;
    const failure = await failureOf(aws.provision(account, failsWith('ValidationException', said)));
    expect(failure).toMatchObject({
      type: 'ValidationException',
      remedy: expect.stringContaining('Correct the field') as string,
    });
    expect(aws.creates(account)).toHaveLength(1);
  });

  test.concurrent(
    'a Conflict with nothing there has not propagated: looks twice, then the same token again',
    async () => {
      const account = freshAccount();
      const result = await aws.provision(account, failsWith('ConflictException', 'try later'));
      expect(result).toMatchObject({ outcome: 'created', generation: 1 });
      expect(aws.creates(account).map((call) => call.token)).toEqual([
        result.clientToken,
        result.clientToken,
      ]);
      // Before the first call, and twice after it.
      expect(aws.emulator.calls({ account, operation: 'ListInstances' })).toHaveLength(3);
    },
  );

  test.concurrent(
    'a Conflict that stays, with nothing there: ends at createTimeout as the Conflict',
    async () => {
      const { account, failure } = await aws.failedAfterTwo(
        'CreateInstance',
        { failNext: [{ operation: 'CreateInstance', error: 'ConflictException', times: 10_000 }] },
        { timing: { createTimeout: '4s' } },
      );
      expect(failure.type).toBe('ConflictException');
      expect(new Set(aws.creates(account).map((call) => call.token)).size).toBe(1);
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
      const theirs = await aws.createdBySomebodyElse(account);
      const failure = await failureOf(aws.provision(account, { existsError }));
      expect(failure.type).toBe('InstanceExists');
      expect(failure.message).toContain(theirs);
      expect(failure.remedy).toContain('adopt');
      expect(aws.created(account).map((it) => it.instanceArn)).toEqual([theirs]);
      expect(aws.creates(account)).toHaveLength(2);
    },
  );

  test.concurrent.each(existsErrors)(
    '%s for somebody else\'s instance with existing "adopt": adopted',
    async (existsError) => {
      const account = freshAccount();
      const theirs = await aws.createdBySomebodyElse(account);
      const result = await aws.provision(account, { existsError }, { existing: 'adopt' });
      expect(result).toMatchObject({ outcome: 'adopted', instanceArn: theirs, region: 'eu-west-1' });
    },
  );

  test.concurrent.each(existsErrors)(
    '%s for our own instance, its token forgotten: goes on with it',
    async (existsError) => {
      const account = freshAccount();
      const first = await aws.provision(account, {});
      await new Promise((resolve) => setTimeout(resolve, 1_100));
      const second = await aws.provision(account, { tokenTtlMs: 1, existsError });
      expect(second).toEqual({ ...first, outcome: 'alreadyProvisioned' });
      expect(aws.created(account)).toHaveLength(1);
    },
  );

  test.concurrent(
    'another name than the earlier run: IdempotentParameterMismatch leads to our own instance',
    async () => {
      const account = freshAccount();
      const first = await aws.provision(account, {}, { name: 'one' });
      const second = await aws.provision(account, {}, { name: 'two' });
      expect(second.instanceArn).toBe(first.instanceArn);
      expect(aws.creates(account).at(-1)?.outcome).toBe('IdempotentParameterMismatch');
    },
  );

  test.concurrent('our own instance in another Region is not what was asked for', async () => {
    const account = freshAccount();
    await aws.provision(account, {}, { region: 'us-east-1' });
    const failure = await failureOf(aws.provision(account, { tokenTtlMs: 1 }));
    expect(failure.type).toBe('InstanceExists');
    expect(failure.message).toContain('us-east-1');
  });
});

function failsWith(error: string, message: string): AccountFaults {
  return { failNext: [{ operation: 'CreateInstance', error, message, times: 1 }] };
}

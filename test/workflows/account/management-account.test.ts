import { freshAccount, requestFor } from '../../support/harness';
import { failureOf, startProvisioning, type ProvisioningHarness } from '../../support/provisioning';

const MANAGEMENT = '999999999999';
const ORGANIZATION_INSTANCE = 'arn:aws:sso:::instance/ssoins-0123456789abcdef';

let harness: ProvisioningHarness;
beforeAll(async () => {
  harness = await startProvisioning();
});
afterAll(() => harness.stop());

const sees = { organizationInstance: true };
const isWrite = ({ operation }: { operation: string }) => /^(Delete|Update|Tag)/.test(operation);

// One account, so one after the other.
afterEach(() => {
  expect(harness.emulator.calls({ account: MANAGEMENT }).filter(isWrite)).toEqual([]);
});

const deprovision = (accountId: string, instanceArn?: string) =>
  harness.client.deprovision({
    accountId,
    region: 'eu-west-1',
    timing: requestFor(accountId).timing,
    ...(instanceArn === undefined ? {} : { instanceArn }),
  });

test.each(['fail', 'adopt'] as const)(
  'existing "%s": ends as the management account, and what it has is no matter',
  async (existing) => {
    const failure = await failureOf(harness.provision(MANAGEMENT, sees, { existing }));
    expect(failure.message).toContain('the management account of an organization cannot have');
    expect(failure.remedy).not.toMatch(/adopt|delete/);
  },
);

test.each([
  'ConflictException',
  'ServiceQuotaExceededException',
  'ValidationException',
  'AccessDeniedException',
])(
  '%s for the organization’s instance: told by Organizations, neither adopted nor offered',
  async (error) => {
    const failNext = [{ operation: 'CreateInstance', error, message: 'no', times: 1 }];
    for (const existing of ['fail', 'adopt'] as const) {
      const failure = await failureOf(harness.provision(MANAGEMENT, { ...sees, failNext }, { existing }));
      expect(failure.whatHappened).toContain(`${ORGANIZATION_INSTANCE} in us-east-1 is the organization's`);
      expect(failure.remedy).not.toMatch(/adopt|delete/);
    }
  },
);

test('deprovision, with its ARN as well: refused', async () => {
  harness.emulator.setFaults({ accounts: [MANAGEMENT], ...sees });
  for (const arn of [undefined, ORGANIZATION_INSTANCE]) {
    const failure = await failureOf(deprovision(MANAGEMENT, arn));
    expect(failure.whatHappened).toContain("is the organization's");
    expect(failure.remedy).not.toContain('--any');
  }
});

test('fleet plan: forbidden', async () => {
  harness.emulator.setFaults({ accounts: [MANAGEMENT], ...sees });
  for (const existing of ['fail', 'adopt'] as const) {
    const plans = [];
    for await (const plan of harness.client.fleets.plan([requestFor(MANAGEMENT, { existing })]))
      plans.push(plan);
    expect(plans).toMatchObject([{ plan: 'forbidden', reason: 'managementAccount' }]);
    expect(plans[0]?.remedy).not.toMatch(/adopt|delete/);
  }
});

test('in a member the organization’s instance is not its own', async () => {
  const account = freshAccount();
  await expect(harness.provision(account, sees, { existing: 'adopt' })).resolves.toMatchObject({
    outcome: 'created',
  });
  await expect(deprovision(account, ORGANIZATION_INSTANCE)).rejects.toThrow('asked for');
});

test('a member may not ask Organizations: the failure names the permission', async () => {
  const account = freshAccount();
  const theirs = await harness.createdBySomebodyElse(account);
  const message = 'User: x is not authorized to perform: organizations:DescribeOrganization';
  const failNext = [
    { operation: 'DescribeOrganization', error: 'AccessDeniedException', message, times: 10_000 },
  ];
  const failure = await failureOf(harness.provision(account, { failNext }, { existing: 'adopt' }));
  expect(failure.remedy).toContain('Allow the role organizations:DescribeOrganization');
  harness.emulator.setFaults({ accounts: [account], failNext });
  await expect(failureOf(deprovision(account, theirs))).resolves.toMatchObject({
    remedy: expect.stringContaining('organizations:DescribeOrganization') as string,
  });
  expect(harness.created(account).map(({ instanceArn }) => instanceArn)).toEqual([theirs]);
});

test('an account that is in no organization: its instance is its own', async () => {
  const account = freshAccount();
  const theirs = await harness.createdBySomebodyElse(account);
  const failNext = [
    { operation: 'DescribeOrganization', error: 'AWSOrganizationsNotInUseException', times: 1 },
  ];
  await expect(harness.provision(account, { failNext }, { existing: 'adopt' })).resolves.toMatchObject({
    outcome: 'adopted',
    instanceArn: theirs,
  });
});

test('Organizations is not asked on the plain way', async () => {
  const account = freshAccount();
  await harness.provision(account, {});
  await harness.provision(account, { tokenTtlMs: 1 });
  await deprovision(account);
  expect(harness.calls(account, 'DescribeOrganization')).toBe(0);
});

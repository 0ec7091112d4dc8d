import { CreateInstanceCommand, DeleteInstanceCommand, SSOAdminClient } from '@aws-sdk/client-sso-admin';
import {
  IdentityCenterClient,
  NoPollerError,
  type AccountPlan,
  type ProvisionRequestInput,
} from '../../../client';
import { FAILURES, nextStep, type Situation } from '../../../contract';
import type { AccountFaults } from '../../support/provisioning';
import { freshAccounts, startFleets, type FleetHarness } from '../../support/fleets';
import { freshAccount, requestFor, startHarness, until } from '../../support/harness';

let harness: FleetHarness;
beforeAll(async () => {
  harness = await startFleets();
});
afterAll(() => harness.stop());

async function planOf(...requests: ProvisionRequestInput[]): Promise<AccountPlan[]> {
  const plans = [];
  for await (const account of harness.client.fleets.plan(requests)) plans.push(account);
  return plans;
}

/** The plan for an account of which AWS has these faults. */
async function planWith(faults: AccountFaults): Promise<AccountPlan | undefined> {
  const account = freshAccount();
  harness.emulator.setFaults({ accounts: [account], ...faults });
  const [plan] = await planOf(requestFor(account, { timing: { retry: { maximumInterval: '50ms' } } }));
  return plan;
}

const isWrite = ({ operation }: { operation: string }) => !/^(List|Describe|AssumeRole)/.test(operation);

test('an account without an instance: create; nothing is written to AWS', async () => {
  const before = harness.emulator.calls({}).filter(isWrite).length;
  const ids = freshAccounts(60);
  const plans = await planOf(...ids.map((account) => requestFor(account)));
  expect(plans.map(({ accountId, plan }) => [accountId, plan])).toEqual(ids.map((id) => [id, 'create']));
  expect(harness.emulator.calls({}).filter(isWrite)).toHaveLength(before);
});

test.concurrent(
  'an account that a run provisioned: done, and where it is not as asked for, how',
  async () => {
    const account = freshAccount();
    const { instanceArn } = await harness.provision(account, {}, { name: 'first' });
    const [same, other] = [
      await planOf(requestFor(account, { name: 'first' })),
      await planOf(requestFor(account, { name: 'other' })),
    ];
    expect(same).toEqual([{ accountId: account, plan: 'done', why: `a run provisioned ${instanceArn}` }]);
    expect(other[0]).toEqual({
      accountId: account,
      plan: 'done',
      why: `a run made ${instanceArn} in eu-west-1, which stays as it is: name is "first", asked for "other"`,
      differences: [{ field: 'name', asked: 'other', actual: 'first' }],
    });
  },
);

test.concurrent(
  'an account that a run provisioned and that has lost its instance since: made anew',
  async () => {
    const account = freshAccount();
    const { instanceArn } = await harness.provision(account, {});
    await harness.deleteInstance(account, instanceArn);
    expect(await planOf(requestFor(account))).toEqual([
      {
        accountId: account,
        plan: 'create',
        why: `a run provisioned ${instanceArn}, which AWS does not show any more: it is made anew`,
      },
    ]);
  },
);

test.concurrent(
  'an account with an open run: done, or a conflict where that run was asked for something else',
  async () => {
    const account = freshAccount();
    harness.emulator.setFaults({ accounts: [account], creationMs: 600_000 });
    await harness.client.start(requestFor(account));
    expect(await planOf(requestFor(account))).toMatchObject([
      { plan: 'done', why: 'its run is open, and would be joined' },
    ]);
    expect(await planOf(requestFor(account, { name: 'other' }))).toMatchObject([
      { plan: 'conflict', why: 'its open run was asked for another name' },
    ]);
    await harness.temporal.workflow.getHandle(`identity-center/${account}`).terminate();
  },
);

test.concurrent(
  "somebody else's instance, or one in another Region: adopt or conflict, as the request says",
  async () => {
    const [foreign = '', elsewhere = ''] = freshAccounts(2);
    const arn = await harness.createdBySomebodyElse(foreign);
    await harness.provision(elsewhere, {}, { region: 'eu-central-1' });
    const both = (more: Partial<ProvisionRequestInput>) =>
      planOf(requestFor(foreign, more), requestFor(elsewhere, more));
    const differences = [{ field: 'region', asked: 'eu-west-1', actual: 'eu-central-1' }];
    expect(await both({ existing: 'adoptAnywhere' })).toMatchObject([
      { plan: 'adopt' },
      { plan: 'adopt', differences },
    ]);
    const elsewhereRefused = {
      plan: 'conflict',
      reason: 'instanceElsewhere',
      why: expect.stringContaining('another Region') as string,
      remedy: expect.stringContaining('existing "adoptAnywhere"') as string,
    };
    expect(await both({ existing: 'adopt' })).toMatchObject([{ plan: 'adopt' }, elsewhereRefused]);
    const refused = await both({});
    expect(refused).toMatchObject([
      { plan: 'conflict', reason: 'instanceExists', why: `no run made ${arn} in eu-west-1` },
      elsewhereRefused,
    ]);
    expect(refused[0]?.remedy).toContain('existing "adopt"');
  },
);

test.concurrent('an instance that has failed, that is being made, or that is being deleted', async () => {
  const [failed = '', made = '', deleted = ''] = freshAccounts(3);
  await harness.createdBySomebodyElse(deleted);
  harness.emulator.setFaults({ accounts: [made], creationMs: 600_000 });
  harness.emulator.setFaults({ accounts: [deleted], deletionMs: 600_000 });
  await expect(harness.provision(failed, { createFails: 'no room' })).rejects.toThrow();
  const [arn = ''] = harness.created(deleted).map(({ instanceArn }) => instanceArn);
  const owner = new SSOAdminClient({
    region: 'eu-west-1',
    endpoint: harness.emulator.url,
    credentials: await harness.assumeRole(deleted),
  });
  await owner.send(new DeleteInstanceCommand({ InstanceArn: arn }));
  await harness.client.start(requestFor(made));
  await until(
    () => harness.created(made).length,
    (count) => count === 1,
  );
  await harness.temporal.workflow.getHandle(`identity-center/${made}`).terminate();
  expect(await planOf(...[failed, made, deleted].map((account) => requestFor(account)))).toMatchObject([
    { plan: 'conflict', why: expect.stringContaining('no room') as string },
    { plan: 'unknown', why: expect.stringContaining('CREATE_IN_PROGRESS') as string },
    { plan: 'create', why: expect.stringContaining('being deleted') as string },
  ]);
  expect(await planOf(requestFor(failed, { onCreateFailed: 'recreate' }))).toMatchObject([
    { plan: 'create' },
  ]);
});

test.concurrent(
  'an account that does not let us in: notReady, without waiting; one that AWS refuses for good: forbidden',
  async () => {
    expect(await planWith({ notReadyForMs: 60_000 })).toMatchObject({
      plan: 'notReady',
      why: expect.stringContaining('STS does not let the worker assume the role') as string,
    });
    const message = 'User: x is not authorized to perform: sso:ListInstances with an explicit deny';
    const explicit = { operation: 'ListInstances', error: 'AccessDeniedException', times: 9, message };
    expect(await planWith({ failNext: [explicit] })).toMatchObject({
      plan: 'forbidden',
      remedy: expect.stringContaining('the policy that the message names') as string,
    });
  },
);

test('the next step of a plan never speaks of a run, or of calls that are tried again', () => {
  for (const situation of Object.keys(FAILURES) as Situation[])
    expect(nextStep({ situation }, 'plan')).not.toMatch(/start the run again|is tried again|Nothing to do/i);
});

test.concurrent(
  'a failed instance holds nothing, whoever made it: in the way, unless failed ones are made anew',
  async () => {
    const account = freshAccount();
    harness.emulator.setFaults({ accounts: [account], createFails: 'no room', creationMs: 0 });
    const owner = new SSOAdminClient({
      region: 'eu-west-1',
      endpoint: harness.emulator.url,
      credentials: await harness.assumeRole(account),
    });
    await owner.send(new CreateInstanceCommand({}));
    expect(await planOf(requestFor(account))).toMatchObject([
      { plan: 'conflict', reason: 'createFailed', remedy: expect.stringContaining('recreate') as string },
    ]);
    expect(await planOf(requestFor(account, { onCreateFailed: 'recreate' }))).toMatchObject([
      { plan: 'create' },
    ]);
  },
);

test.concurrent('without a worker a plan says so at once', async () => {
  const client = new IdentityCenterClient(harness.temporal, 'nobody-polls-this');
  await expect(client.fleets.plan([requestFor(freshAccount())]).next()).rejects.toThrow(NoPollerError);
});

test.concurrent(
  'throttling is waited out; an AWS that does not answer at all is given up: unknown',
  async () => {
    const failing = (error: string, times: number) => ({
      failNext: [{ operation: 'ListInstances', error, times }],
    });
    expect(await planWith(failing('ThrottlingException', 3))).toMatchObject({ plan: 'create' });
    expect(await planWith(failing('html503', 50))).toMatchObject({
      plan: 'unknown',
      remedy: 'Check the way from the worker to AWS. Then plan again.',
    });
  },
);

test.concurrent('a plan keeps to the rate of all calls', async () => {
  const limited = await startHarness({ aws: { maxCallsPerSecond: 10 } });
  try {
    limited.emulator.setFaults({ throttle: { ratePerSecond: 11, burst: 10 } });
    for await (const { plan } of limited.client.fleets.plan(
      freshAccounts(40).map((account) => requestFor(account)),
    ))
      expect(plan).toBe('create');
    const looks = limited.emulator.calls({}).filter(({ operation }) => operation === 'ListInstances');
    expect(looks.filter(({ outcome }) => outcome !== 'ok').length).toBeLessThanOrEqual(1);
    const [first, last] = [looks[0], looks.at(-1)].map((look) => Date.parse(look?.time ?? ''));
    expect((last ?? 0) - (first ?? 0)).toBeGreaterThan(3_500);
  } finally {
    await limited.stop();
  }
});

test('a plan that is broken off leaves nothing open', async () => {
  const slow = freshAccounts(2);
  harness.emulator.setFaults({ accounts: slow, latencyMs: 1_500 });
  for await (const { plan } of harness.client.fleets.plan(
    [...freshAccounts(250), ...freshAccounts(250), ...slow].map((account) => requestFor(account)),
  )) {
    expect(plan).toBe('create');
    break;
  }
  const open = await until(
    async () => {
      const runs = [];
      const query = `WorkflowType = 'planFleetPage' AND ExecutionStatus = 'Running' AND TaskQueue = '${harness.taskQueue}'`;
      for await (const run of harness.temporal.workflow.list({ query })) runs.push(run);
      return runs;
    },
    (runs) => runs.length === 0,
  );
  expect(open).toEqual([]);
});

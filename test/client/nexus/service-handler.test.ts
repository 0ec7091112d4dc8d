import { metricMeter } from '@temporalio/nexus';
import { asyncLocalStorage } from '@temporalio/nexus/lib/context';
import { Deployment } from '../../../chaos/upgrade/deployment';
import { workflowIdOf } from '../../../contract';
import { startWorkerProcess } from '../../../sandbox';
import { createServiceHandler } from '../../../client/nexus';
import type { AccountStatus } from '../../../client';
import { causeOf, errorsOf, startCallers, type Callers } from '../../support/nexus';
import { freshAccount, handleOf, requestFor, until } from '../../support/harness';
import { startProvisioning, type ProvisioningHarness } from '../../support/provisioning';

let harness: ProvisioningHarness;
let callers: Callers;

beforeAll(async () => {
  harness = await startProvisioning();
  callers = await startCallers(harness);
});
afterAll(async () => {
  await callers.stop();
  await harness.stop();
});

const statusOf = async (account: string) => {
  const called = await callers.call('status', { accountId: account });
  return 'result' in called ? (called.result as AccountStatus) : undefined;
};

/** Starts the run of an account by Nexus, which is then held, and stays open. */
async function startHeld(account: string) {
  harness.emulator.setFaults({ accounts: [account], organizationForbids: true });
  const request = requestFor(account, { onFailure: 'hold', name: 'workforce' });
  const caller = await callers.start('provision', request);
  await until(
    () => statusOf(account),
    (status) => status?.stage === 'held',
  );
  return { caller, request };
}

test.concurrent(
  'a workflow of another namespace provisions an account, and deletes its instance',
  async () => {
    const account = freshAccount();
    const provisioned = await callers.call('provision', requestFor(account));
    const [instance] = harness.created(account);
    expect(provisioned).toMatchObject({
      result: {
        accountId: account,
        instanceArn: instance?.instanceArn,
        status: 'ACTIVE',
        outcome: 'created',
      },
    });
    expect(await statusOf(account)).toMatchObject({
      stage: 'active',
      status: 'COMPLETED',
      instanceArn: instance?.instanceArn,
      request: { accountId: account, region: 'eu-west-1', existing: 'fail' },
    });
    expect(await callers.call('deprovision', { accountId: account })).toMatchObject({
      result: { accountId: account, outcome: 'deleted', instanceArn: instance?.instanceArn },
    });
    expect(harness.created(account)).toEqual([]);
  },
);

test.concurrent('the second caller joins the open run, and both get its one result', async () => {
  const account = freshAccount();
  const { caller, request } = await startHeld(account);
  const second = await callers.start('provision', request);
  await until(
    async () => (await handleOf(harness, account).describe()).raw.callbacks?.length,
    (count) => count === 2,
  );
  // Whoever asks by the library joins as well.
  expect(await harness.client.start(request)).toMatchObject({ joined: true });
  harness.emulator.setFaults({ accounts: [account] });
  await harness.client.retry(account);
  const [one, other] = await Promise.all([caller.result(), second.result()]);
  expect(one).toMatchObject({ result: { outcome: 'created' } });
  expect(other).toEqual(one);
  expect(harness.creates(account).filter(({ outcome }) => outcome === 'ok')).toHaveLength(1);
});

test.concurrent('another request than that of the open run is refused, with what differs', async () => {
  const account = freshAccount();
  const { caller, request } = await startHeld(account);
  const { runId } = await handleOf(harness, account).describe();
  const refused = await callers.call('provision', { ...request, name: 'other', region: 'eu-west-2' });
  expect(errorsOf(refused)).toMatchObject([{ name: 'NexusOperationFailure' }, { type: 'CONFLICT' }, {}]);
  expect(causeOf(refused)).toMatchObject({
    type: 'RequestDiffers',
    message: `Account ${account}: an open run was asked for something else: name is "workforce", asked "other"; region is "eu-west-1", asked "eu-west-2". Wait for it with the same request, or cancel it and start again; in a hold, "retry" takes another name or other tags.`,
    details: [
      {
        situation: 'requestDiffers',
        accountId: account,
        differences: [
          { field: 'name', running: 'workforce', asked: 'other' },
          { field: 'region', running: 'eu-west-1', asked: 'eu-west-2' },
        ],
      },
    ],
  });
  const other = await callers.call('deprovision', { accountId: account });
  expect(errorsOf(other)).toMatchObject([{}, { type: 'CONFLICT' }, { type: 'OtherRunOpen' }]);
  // It goes on, and its caller with it; nobody else will be called back.
  const { status, raw, runId: same } = await handleOf(harness, account).describe();
  expect([status.name, same, raw.callbacks?.length]).toEqual(['RUNNING', runId, 1]);
  await harness.client.abort(account, 'the test is over');
  expect(causeOf(await caller.result())).toMatchObject({
    name: 'ApplicationFailure',
    message: expect.stringContaining('the test is over') as unknown,
  });
});

test.concurrent('input that is not valid is refused at once, by the name of each field', async () => {
  const bad = { accountId: '1234', region: 'eu-west-1', nmae: 'x' };
  for (const [operation, input, problems] of [
    ['provision', bad, ['accountId', 'nmae']],
    ['provision', undefined, ['request']],
    ['deprovision', { accountId: 7 }, ['accountId']],
    ['status', { account: '111122223333' }, ['accountId', 'account']],
  ] as const) {
    const called = await callers.call(operation, input);
    expect(errorsOf(called)).toMatchObject([{}, { name: 'HandlerError', type: 'BAD_REQUEST' }, {}]);
    const { type, details, message } = causeOf(called);
    expect(type).toBe('InvalidRequest');
    expect(message).toMatch(new RegExp(`${problems[0]}: `));
    const [{ problems: said }] = details as [{ problems: { field: string }[] }];
    expect(said.map(({ field }) => field)).toEqual(problems);
  }
});

test.concurrent('an account that never had a run has no status', async () => {
  const called = await callers.call('status', { accountId: freshAccount() });
  expect(errorsOf(called)).toMatchObject([{}, { type: 'NOT_FOUND' }, { type: 'NoRun' }]);
});

test.concurrent('a run that fails tells the caller the situation and the next step', async () => {
  const account = freshAccount();
  harness.emulator.setFaults({ accounts: [account], organizationForbids: true });
  const { name, message, details } = causeOf(await callers.call('provision', requestFor(account)));
  expect(name).toBe('ApplicationFailure');
  expect(message).toMatch(new RegExp(`^Account ${account}: .*Enable account instances`));
  expect(details?.[0]).toMatchObject({ situation: 'organizationForbids', accountId: account });
});

test.concurrent('the cancel of the caller cancels the run, which removes what it has made', async () => {
  const account = freshAccount();
  harness.emulator.setFaults({ accounts: [account], creationMs: 600_000 });
  const caller = await callers.start('provision', requestFor(account));
  await harness.called(account, 'DescribeInstance');
  await caller.cancel();
  expect(causeOf(await caller.result())).toMatchObject({ name: 'CancelledFailure' });
  expect((await handleOf(harness, account).describe()).status.name).toBe('CANCELLED');
  expect(harness.created(account)).toEqual([]);
});

test.concurrent(
  'a cancel that comes late reaches no later run, of another kind or that no caller waits for',
  async () => {
    const account = freshAccount();
    await harness.client.provision(requestFor(account));
    harness.emulator.setFaults({ accounts: [account], deletionMs: 600_000 });
    const { workflowId } = await harness.client.startDeprovision({ accountId: account });
    const token = Buffer.from(JSON.stringify({ t: 1, ns: 'default', wid: workflowId })).toString('base64url');
    const handler = createServiceHandler();
    const [provision, deprovision] = [
      handler.getOperationHandler('provision'),
      handler.getOperationHandler('deprovision'),
    ];
    const context = {
      headers: {},
      service: 'IdentityCenter',
      operation: '',
      abortSignal: new AbortController().signal,
    };
    const handling = {
      client: harness.temporal,
      namespace: 'default',
      taskQueue: harness.taskQueue,
      endpoint: callers.endpoint,
      metrics: metricMeter,
      log: console as never,
    };
    await asyncLocalStorage.run(handling, async () => {
      await provision.cancel(context, token);
      await deprovision.cancel(context, token);
      expect((await handleOf(harness, account).describe()).raw.workflowExtendedInfo?.cancelRequested).toBe(
        false,
      );
      await expect(deprovision.cancel(context, 'no token')).rejects.toMatchObject({ type: 'BAD_REQUEST' });
    });
    await harness.client.cancel(account);
  },
);

test.concurrent('workers with a version serve it as well, once theirs is the current one', async () => {
  const account = freshAccount();
  const taskQueue = `nexus-${account}`;
  const deployment = new Deployment(harness.temporal, taskQueue, `nexus-${account}`);
  const worker = await startWorkerProcess(harness.address, taskQueue, harness.emulator.url, {
    TEMPORAL_DEPLOYMENT_NAME: deployment.name,
    TEMPORAL_WORKER_BUILD_ID: 'first',
  });
  await deployment.setCurrent('first');
  const its = await startCallers({ address: harness.address, taskQueue });
  expect(await its.call('provision', requestFor(account))).toMatchObject({ result: { status: 'ACTIVE' } });
  expect(await deployment.versionOf(workflowIdOf(account))).toEqual({ buildId: 'first', isPinned: true });
  await worker.stop();
  await its.stop();
});

test.concurrent('nothing is lost while no worker lives, and a worker keeps to its accounts', async () => {
  const taskQueue = `nexus-${freshAccount()}`;
  const [account, foreign] = [freshAccount(), freshAccount()];
  harness.emulator.setFaults({ accounts: [account], creationMs: 3_000 });
  const its = await startCallers({ address: harness.address, taskQueue });
  const serving = () =>
    startWorkerProcess(harness.address, taskQueue, harness.emulator.url, {
      IDENTITY_CENTER_ALLOWED_ACCOUNTS: account,
    });
  // Called before there is a worker at all.
  const caller = await its.start('provision', requestFor(account));
  const first = await serving();
  await harness.called(account, 'CreateInstance');
  await first.kill();
  const second = await serving();
  expect(await caller.result()).toMatchObject({ result: { status: 'ACTIVE' } });
  expect(harness.created(account)).toHaveLength(1);
  const refused = await its.call('provision', requestFor(foreign));
  expect(causeOf(refused)).toMatchObject({ type: 'AccountNotAllowed' });
  expect(harness.emulator.calls({ account: foreign })).toEqual([]);
  await second.stop();
  await its.stop();
});

import { OtherRunOpenError, RunCancelledError } from '../../../client';
import { freshAccount, requestFor, until } from '../../support/harness';
import { failureOf, startProvisioning, type ProvisioningHarness } from '../../support/provisioning';
import { hurry, notesOf, throttledOnce } from '../../support/steering';

let harness: ProvisioningHarness;
beforeAll(async () => {
  harness = await startProvisioning();
});
afterAll(() => harness.stop());

const deprovision = (accountId: string, more: { instanceArn?: string } = {}) =>
  harness.client.deprovision({
    accountId,
    region: 'eu-west-1',
    timing: requestFor(accountId).timing,
    ...more,
  });
const statusOf = (account: string) => harness.client.status(account);

test.concurrent(
  'deletes what a run made, waits until it is gone; provision then makes the next generation',
  async () => {
    const account = freshAccount();
    const { instanceArn } = await harness.provision(account, { deletionMs: 1_500 });
    await expect(deprovision(account)).resolves.toEqual({
      accountId: account,
      outcome: 'deleted',
      instanceArn,
      region: 'eu-west-1',
    });
    expect(harness.created(account)).toHaveLength(0);
    await expect(statusOf(account)).resolves.toMatchObject({
      stage: 'deleted',
      workflowType: 'deprovisionIdentityCenter',
    });
    await expect(harness.provision(account, {})).resolves.toMatchObject({
      outcome: 'created',
      generation: 2,
    });
    expect(harness.created(account)).toHaveLength(1);
  },
);

test.concurrent('finds an instance in another Region than it looks from', async () => {
  const account = freshAccount();
  harness.emulator.setFaults({ accounts: [account], creationMs: 0, deletionMs: 0 });
  await harness.client.provision(requestFor(account, { region: 'ap-southeast-2' }));
  await expect(deprovision(account)).resolves.toMatchObject({ outcome: 'deleted', region: 'ap-southeast-2' });
});

test.concurrent('what AWS does not find any more is deleted', async () => {
  const account = freshAccount();
  await harness.provision(account, { deletionMs: 1_000, goneError: 'ResourceNotFoundException' });
  await expect(deprovision(account)).resolves.toMatchObject({ outcome: 'deleted' });
  await expect(harness.provision(account, { goneError: 'ResourceNotFoundException' })).resolves.toMatchObject(
    {
      generation: 2,
    },
  );
});

test.concurrent('nothing there: says so', async () => {
  await expect(deprovision(freshAccount())).resolves.toMatchObject({ outcome: 'nothingThere' });
});

test.concurrent('without our tag nothing is deleted, unless its ARN is typed', async () => {
  const account = freshAccount();
  const theirs = await harness.createdBySomebodyElse(account);
  const failure = await failureOf(deprovision(account));
  expect(failure).toMatchObject({ type: 'InstanceNotOurs' });
  expect(failure.message).toContain(theirs);
  const other = theirs.replace(/.{3}$/, 'aaa');
  await expect(failureOf(deprovision(account, { instanceArn: other }))).resolves.toMatchObject({
    type: 'InstanceNotOurs',
    message: expect.stringContaining(`asked for ${other}`) as string,
  });
  expect(harness.created(account)).toHaveLength(1);
  await expect(deprovision(account, { instanceArn: theirs })).resolves.toMatchObject({ outcome: 'deleted' });
  expect(harness.created(account)).toHaveLength(0);
});

test.concurrent('never overlaps a provisioning, nor is joined as one', async () => {
  const account = freshAccount();
  harness.emulator.setFaults({ accounts: [account], creationMs: 600_000, deletionMs: 3_000 });
  await harness.client.start(requestFor(account));
  await expect(deprovision(account)).rejects.toBeInstanceOf(OtherRunOpenError);
  await harness.client.cancel(account);
  await until(
    () => statusOf(account),
    ({ status }) => status === 'CANCELLED',
  );
  await harness.provision(account, throttledOnce('DeleteInstance'));
  const deleting = deprovision(account);
  await until(
    () => statusOf(account),
    ({ stage }) => stage === 'deleting',
  );
  await expect(harness.client.start(requestFor(account))).rejects.toBeInstanceOf(OtherRunOpenError);
  await hurry(harness, account);
  await deleting;
});

test.concurrent('paused before the deletion, then cancelled: the instance stays', async () => {
  const account = freshAccount();
  await harness.provision(account, {});
  const looks = harness.calls(account, 'ListInstances');
  harness.emulator.setFaults({
    accounts: [account],
    failNext: [{ operation: 'ListInstances', error: 'InternalServerException', times: 10_000 }],
  });
  const deleting = deprovision(account);
  deleting.catch(() => undefined);
  await harness.called(account, 'ListInstances', looks + 1);
  await harness.client.pause(account);
  harness.emulator.setFaults({ accounts: [account], deletionMs: 0 });
  await until(
    () => harness.emulator.calls({ account, operation: 'ListTagsForResource' }).length,
    (count) => count > 0,
  );
  await harness.client.cancel(account);
  await expect(deleting).rejects.toBeInstanceOf(RunCancelledError);
  expect(harness.created(account)).toHaveLength(1);
  expect(await notesOf(harness, account)).toEqual([]);
});

test.concurrent('cancelled while it deletes: ends as cancelled, and says that AWS may go on', async () => {
  const account = freshAccount();
  await harness.provision(account, { deletionMs: 600_000 });
  const deleting = deprovision(account);
  deleting.catch(() => undefined);
  await until(
    () => harness.emulator.calls({ account, operation: 'DeleteInstance' }).length,
    (count) => count > 0,
  );
  await harness.client.cancel(account);
  await expect(deleting).rejects.toBeInstanceOf(RunCancelledError);
  expect((await notesOf(harness, account))[0]).toContain('AWS may have been asked');
});

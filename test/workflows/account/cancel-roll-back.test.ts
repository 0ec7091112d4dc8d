import { RunCancelledError } from '../../../client';
import { freshAccount, until } from '../../support/harness';
import { startProvisioning, type ProvisioningHarness } from '../../support/provisioning';
import { hurry, throttledOnce, UNSEEN } from '../../support/steering';

let harness: ProvisioningHarness;
beforeAll(async () => {
  harness = await startProvisioning();
});
afterAll(() => harness.stop());

const start = async (...run: Parameters<ProvisioningHarness['start']>) =>
  (await harness.start(...run)).result;

test.concurrent('during roll-back: a second cancel changes nothing', async () => {
  const account = freshAccount();
  const result = start(account, { creationMs: 600_000, deletionMs: 10_000 });
  result.catch(() => undefined);
  await harness.called(account, 'DescribeInstance');
  await harness.client.cancel(account);
  await harness.called(account, 'DeleteInstance');
  harness.emulator.setFaults({ accounts: [account], failNext: [UNSEEN] });
  await harness.client.cancel(account);
  await expect(harness.client.pause(account)).rejects.toThrow('the run is being cancelled');
  harness.emulator.setFaults({ accounts: [account], deletionMs: 0 });
  await expect(result).rejects.toBeInstanceOf(RunCancelledError);
  expect(harness.created(account)).toHaveLength(0);
  expect(harness.calls(account, 'DeleteInstance')).toBe(1);
});

test.concurrent('a roll-back that is throttled is done all the same; "retry" hurries it', async () => {
  const account = freshAccount();
  const throttled = {
    operation: 'DeleteInstance',
    error: 'ThrottlingException',
    retryAfterSeconds: 600,
    times: 1,
  };
  const result = start(
    account,
    { creationMs: 600_000, failNext: [throttled] },
    { timing: { activeTimeout: '1h' } },
  );
  result.catch(() => undefined);
  await harness.called(account, 'DescribeInstance');
  await harness.client.cancel(account);
  await harness.called(account, 'DeleteInstance');
  await hurry(harness, account);
  await expect(result).rejects.toBeInstanceOf(RunCancelledError);
  expect(harness.created(account)).toHaveLength(0);
});

test.concurrent("an earlier run's instance is never deleted", async () => {
  const account = freshAccount();
  const first = await start(account, {});
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  const looks = harness.calls(account, 'DescribeInstance');
  const result = start(account, throttledOnce('DescribeInstance'), { timing: { activeTimeout: '1h' } });
  const ended = expect(result).rejects.toBeInstanceOf(RunCancelledError);
  await until(
    () => harness.calls(account, 'DescribeInstance'),
    (count) => count > looks + 1,
  );
  await harness.client.cancel(account);
  await ended;
  expect(harness.created(account).map((it) => [it.instanceArn, it.status])).toEqual([
    [first.instanceArn, 'ACTIVE'],
  ]);
  expect(harness.calls(account, 'DeleteInstance')).toBe(0);
});

test.concurrent('a roll-back that cannot be done ends as RollBackFailed and names what is left', async () => {
  const account = freshAccount();
  const result = start(account, {
    creationMs: 600_000,
    failNext: [{ operation: 'DeleteInstance', error: 'ValidationException', message: 'not now', times: 1 }],
  });
  const ended = expect(result).rejects.toMatchObject({ failure: { type: 'RollBackFailed' } });
  await harness.called(account, 'DescribeInstance');
  await harness.client.cancel(account);
  await ended;
  await expect(result).rejects.toThrow(
    `Delete it with: aws sso-admin delete-instance --instance-arn ${harness.created(account)[0]?.instanceArn} --region eu-west-1`,
  );
});

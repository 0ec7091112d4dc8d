import { freshAccount } from '../../support/harness';
import { startProvisioning, type ProvisioningHarness } from '../../support/provisioning';
import { startWaiting } from '../../support/steering';

let aws: ProvisioningHarness;
beforeAll(async () => {
  aws = await startProvisioning();
});
afterAll(() => aws.stop());

test.concurrent('a session that AWS does not know any more is replaced at the next attempt', async () => {
  const account = freshAccount();
  const { run, end } = await startWaiting(aws, account);
  expect(aws.emulator.forgetSessions(account)).toBe(1);
  await expect(end()).resolves.toMatchObject({ outcome: 'created' });
  expect(aws.calls(account, 'AssumeRole')).toBe(2);
  expect(run.workflowId).toContain(account);
  aws.emulator.forgetSessions(account);
  await expect(aws.provision(account, {})).resolves.toMatchObject({ outcome: 'alreadyProvisioned' });
  expect(aws.calls(account, 'AssumeRole')).toBe(3);
});

test.concurrent.each([
  ['UnrecognizedClientException', 'CreateInstance'],
  ['UnrecognizedClientException', 'DescribeInstance'],
  ['InvalidClientTokenId', 'CreateInstance'],
  ['ExpiredTokenException', 'DescribeInstance'],
  ['ExpiredToken', 'CreateInstance'],
])('%s of %s: a new session', async (error, operation) => {
  const account = freshAccount();
  await aws.provision(account, { failNext: [{ operation, error, times: 1 }] });
  expect(aws.calls(account, 'AssumeRole')).toBe(2);
});

test.concurrent('what says nothing of the session keeps it', async () => {
  const account = freshAccount();
  const errors = ['ThrottlingException', 'InternalServerException', 'OptInRequired', 'AccessDeniedException'];
  const failNext = errors.map((error) => ({ operation: 'CreateInstance', error, times: 1 }));
  await aws.provision(account, { failNext });
  expect(aws.calls(account, 'AssumeRole')).toBe(1);
});

test.concurrent('sessions that live for a moment only: the run comes to its end', async () => {
  const account = freshAccount();
  await expect(aws.provision(account, { credentialsTtlMs: 300, creationMs: 2_000 })).resolves.toMatchObject({
    outcome: 'created',
  });
  expect(aws.created(account)).toHaveLength(1);
});

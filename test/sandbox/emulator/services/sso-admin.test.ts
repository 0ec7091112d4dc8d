import {
  CreateInstanceCommand,
  DeleteInstanceCommand,
  DescribeInstanceCommand,
  ListInstancesCommand,
  ListTagsForResourceCommand,
  SSOAdminClient,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateInstanceCommand,
} from '@aws-sdk/client-sso-admin';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { emulatorSettings, startEmulator, type Emulator } from '../../../../sandbox';
import { freshAccount } from '../../../support/harness';

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({ port: 0 });
  emulator.setFaults({ creationMs: 0, deletionMs: 0 });
});
afterAll(() => emulator.close());
afterEach(() => {
  jest.restoreAllMocks();
});

const sts = () =>
  new STSClient({
    region: 'us-east-1',
    endpoint: emulator.url,
    credentials: emulatorSettings('').credentials,
    maxAttempts: 1,
  });

/** The AWS SDK, as an owner of the account has it. */
async function clientOf(account: string, region = 'eu-west-1'): Promise<SSOAdminClient> {
  const role = new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${account}:role/x`, RoleSessionName: 'test' });
  const { Credentials: issued } = await sts().send(role);
  const credentials = {
    accessKeyId: issued?.AccessKeyId ?? '',
    secretAccessKey: issued?.SecretAccessKey ?? '',
    sessionToken: issued?.SessionToken ?? '',
  };
  return new SSOAdminClient({ region, endpoint: emulator.url, credentials, maxAttempts: 1 });
}

const create = async (
  client: SSOAdminClient,
  input: ConstructorParameters<typeof CreateInstanceCommand>[0] = {},
) => (await client.send(new CreateInstanceCommand(input))).InstanceArn ?? '';

const named = (name: string) => expect.objectContaining({ name }) as Error;

test('keys that AssumeRole issued belong to the account of the role; any other to the management account', async () => {
  await expect(sts().send(new GetCallerIdentityCommand({}))).resolves.toMatchObject({
    Account: '999999999999',
  });
  const account = freshAccount();
  const { config } = await clientOf(account);
  const inside = new STSClient({
    region: 'us-east-1',
    endpoint: emulator.url,
    credentials: await config.credentials(),
  });
  await expect(inside.send(new GetCallerIdentityCommand({}))).resolves.toMatchObject({ Account: account });
});

test('the life of an instance: in progress, ACTIVE, being deleted, gone', async () => {
  const account = freshAccount();
  // It passes when the test says so, and not while a busy machine has no time to look.
  const clock = { now: Date.now() };
  jest.spyOn(Date, 'now').mockImplementation(() => clock.now);
  const aMinutePasses = () => (clock.now += 60_000);
  emulator.setFaults({ accounts: [account], creationMs: 60_000, deletionMs: 60_000 });
  const client = await clientOf(account);
  const created = clock.now;
  const InstanceArn = await create(client, { Name: 'one', Tags: [{ Key: 'a', Value: 'b' }] });
  const describe = () => client.send(new DescribeInstanceCommand({ InstanceArn }));
  const status = async () => (await describe()).Status;
  expect(await status()).toBe('CREATE_IN_PROGRESS');
  await expect(client.send(new ListTagsForResourceCommand({ ResourceArn: InstanceArn }))).rejects.toEqual(
    named('ConflictException'),
  );
  aMinutePasses();
  expect(await status()).toBe('ACTIVE');
  expect(await describe()).toMatchObject({
    OwnerAccountId: account,
    Name: 'one',
    PrimaryRegion: 'eu-west-1',
  });
  expect((await describe()).CreatedDate).toEqual(new Date(created));
  await client.send(new UpdateInstanceCommand({ InstanceArn, Name: 'two' }));
  await client.send(new TagResourceCommand({ ResourceArn: InstanceArn, Tags: [{ Key: 'c', Value: 'd' }] }));
  await client.send(new UntagResourceCommand({ ResourceArn: InstanceArn, TagKeys: ['a'] }));
  const { Tags } = await client.send(new ListTagsForResourceCommand({ ResourceArn: InstanceArn }));
  expect(Tags).toEqual([{ Key: 'c', Value: 'd' }]);
  await client.send(new DeleteInstanceCommand({ InstanceArn }));
  expect(await describe()).toMatchObject({ Status: 'DELETE_IN_PROGRESS', Name: 'two' });
  aMinutePasses();
  expect(emulator.instances().filter((it) => it.accountId === account)).toHaveLength(0);
  await expect(describe()).rejects.toEqual(named('AccessDeniedException'));
  await expect(client.send(new ListInstancesCommand({}))).resolves.toMatchObject({ Instances: [] });
});

test('the same token: the same instance; with other parameters: IdempotentParameterMismatch', async () => {
  const client = await clientOf(freshAccount());
  const first = await create(client, { ClientToken: 't', Name: 'one' });
  expect(await create(client, { ClientToken: 't', Name: 'one' })).toBe(first);
  await expect(create(client, { ClientToken: 't', Name: 'two' })).rejects.toEqual(
    named('IdempotentParameterMismatch'),
  );
});

test('one instance an account over all Regions; ListInstances shows its own Region', async () => {
  const account = freshAccount();
  await create(await clientOf(account));
  const elsewhere = await clientOf(account, 'us-west-2');
  await expect(create(elsewhere)).rejects.toEqual(named('ConflictException'));
  await expect(elsewhere.send(new ListInstancesCommand({}))).resolves.toMatchObject({ Instances: [] });
});

test('nobody sees the instance of another account', async () => {
  const InstanceArn = await create(await clientOf(freshAccount()));
  const stranger = await clientOf(freshAccount());
  await expect(stranger.send(new DescribeInstanceCommand({ InstanceArn }))).rejects.toEqual(
    named('AccessDeniedException'),
  );
  await expect(stranger.send(new DeleteInstanceCommand({ InstanceArn }))).rejects.toEqual(
    named('AccessDeniedException'),
  );
});

test('the management account is refused', async () => {
  const { credentials } = emulatorSettings('');
  const client = new SSOAdminClient({
    region: 'eu-west-1',
    endpoint: emulator.url,
    credentials,
    maxAttempts: 1,
  });
  await expect(create(client)).rejects.toThrow('Organization management account is not allowed');
});

test.each([
  ['sameArn', undefined],
  ['ConflictException', 'ConflictException'],
  ['IdempotentParameterMismatch', 'IdempotentParameterMismatch'],
] as const)('the token of a deleted instance, as deletedToken "%s" says', async (deletedToken, error) => {
  const account = freshAccount();
  const client = await clientOf(account);
  const InstanceArn = await create(client, { ClientToken: 't' });
  emulator.setFaults({ accounts: [account], deletedToken });
  await client.send(new DeleteInstanceCommand({ InstanceArn }));
  const again = create(client, { ClientToken: 't' });
  await (error === undefined
    ? expect(again).resolves.toBe(InstanceArn)
    : expect(again).rejects.toEqual(named(error)));
  expect(emulator.instances().filter((it) => it.accountId === account)).toHaveLength(0);
});

test('credentials end when credentialsTtlMs says, whatever STS said of them', async () => {
  const account = freshAccount();
  emulator.setFaults({ accounts: [account], credentialsTtlMs: 0 });
  await expect(create(await clientOf(account))).rejects.toEqual(named('ExpiredTokenException'));
});

test('the rate limit lets the burst through, then throttles', async () => {
  const account = freshAccount();
  emulator.setFaults({ accounts: [account], throttle: { ratePerSecond: 0.001, burst: 3 } });
  const client = await clientOf(account);
  for (let call = 0; call < 3; call += 1) await client.send(new ListInstancesCommand({}));
  await expect(client.send(new ListInstancesCommand({}))).rejects.toThrow('Rate exceeded');
});

import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { AwsClients } from '../../../activities/aws/clients';
import { AwsClock } from '../../../activities/aws/clock';
import { createAccountSessions, stsRegionFor } from '../../../activities/aws/credentials';
import { OwnCredentials } from '../../../activities/aws/own-credentials';

/** Clients of STS that send so. */
function clientsThat(send: (command: never) => Promise<unknown>): AwsClients {
  const use: AwsClients['use'] = (_Client, _region, _credentials, ask) => ask({ send } as never);
  return { use } as unknown as AwsClients;
}

test.each([
  ['eu-west-1', 'aws'],
  ['cn-north-1', 'aws-cn'],
  ['us-gov-west-1', 'aws-us-gov'],
  ['eusc-de-east-1', 'aws-eusc'],
  ['us-iso-east-1', 'aws-iso'],
  ['us-isob-east-1', 'aws-iso-b'],
  ['eu-isoe-west-1', 'aws-iso-e'],
  ['us-isof-south-1', 'aws-iso-f'],
  ['xx-unknown-1', 'aws'],
])('the role of an account in %s is in the partition %s', async (region, partition) => {
  const account = '111122223333';
  const asked: string[] = [];
  const send = async ({ input }: { input: { RoleArn: string } }) => {
    asked.push(input.RoleArn);
    return {
      AssumedRoleUser: { Arn: `arn:${partition}:sts::${account}:assumed-role/x/y` },
      Credentials: { AccessKeyId: 'key', SecretAccessKey: 'secret' },
    };
  };
  const sessions = createAccountSessions(
    { roleArn: 'arn:{partition}:iam::{accountId}:role/x' },
    clientsThat(send),
    new OwnCredentials(async () => ({ accessKeyId: 'a', secretAccessKey: 'b' }), new AwsClock(Date.now)),
    Date.now,
  );
  await sessions.credentials(account, region, new AbortController().signal);
  expect(asked).toEqual([`arn:${partition}:iam::${account}:role/x`]);
});

/** The sessions of an account, by clocks that the test moves, and how often one was fetched. */
function sessionsByClocks() {
  const account = '111122223333';
  const clocks = { aws: Date.now(), elapsed: 0 };
  let fetched = 0;
  const send = async () => {
    fetched += 1;
    return {
      AssumedRoleUser: { Arn: `arn:aws:sts::${account}:assumed-role/x/y` },
      Credentials: {
        AccessKeyId: 'key',
        SecretAccessKey: 'secret',
        Expiration: new Date(clocks.aws + 3_600_000),
      },
    };
  };
  const sessions = createAccountSessions(
    { roleArn: 'arn:aws:iam::{accountId}:role/x' },
    clientsThat(send),
    new OwnCredentials(async () => ({ accessKeyId: 'a', secretAccessKey: 'b' }), new AwsClock(Date.now)),
    () => clocks.aws,
    () => clocks.elapsed,
  );
  return {
    clocks,
    forget: (olderThanMs?: number) => {
      sessions.forget(account, olderThanMs);
    },
    fetched: async () => {
      await sessions.credentials(account, 'eu-west-1', new AbortController().signal);
      return fetched;
    },
  };
}

test.each([-3_600_000, -999, 0, 999, 600_000])(
  'a session that AWS does not take is dropped, though its clock was corrected by %s ms since',
  async (correction) => {
    const { clocks, forget, fetched } = sessionsByClocks();
    expect(await fetched()).toBe(1);
    clocks.aws += correction;
    forget();
    expect(await fetched()).toBe(2);
  },
);

test.each([-3_600_000, 0, 600_000])(
  'a doubtful session is dropped once it is old, though the clock of AWS was corrected by %s ms since',
  async (correction) => {
    const { clocks, forget, fetched } = sessionsByClocks();
    expect(await fetched()).toBe(1);
    clocks.aws += correction;
    clocks.elapsed += 59_000;
    forget(60_000);
    expect(await fetched()).toBe(1);
    clocks.elapsed += 1_000;
    forget(60_000);
    expect(await fetched()).toBe(2);
  },
);

test.each([
  ['eu-west-1', 'us-east-1'],
  ['ap-east-1', 'us-east-1'],
  ['me-central-1', 'us-east-1'],
  ['cn-north-1', 'cn-northwest-1'],
  ['us-gov-east-1', 'us-gov-west-1'],
  ['eusc-de-east-1', 'eusc-de-east-1'],
  ['us-iso-west-1', 'us-iso-east-1'],
  ['xx-unknown-1', 'us-east-1'],
])('for a request in %s STS is asked in %s, which every account of the partition has', (region, asked) => {
  expect(stsRegionFor(region)).toBe(asked);
  expect(stsRegionFor(region, 'eu-central-1')).toBe('eu-central-1');
});

test.each(['us-east-1', 'eu-west-1', 'us-gov-west-1'])(
  'the STS of %s is that of the Region, not the global one, whose sessions do not hold everywhere',
  async (region) => {
    const asked: string[] = [];
    const sts = new STSClient({
      region,
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
      requestHandler: {
        handle: ({ hostname }: { hostname: string }) => {
          asked.push(hostname);
          return Promise.reject(new Error('not sent'));
        },
      },
      maxAttempts: 1,
    });
    await expect(sts.send(new GetCallerIdentityCommand({}))).rejects.toThrow('not sent');
    expect(asked).toEqual([`sts.${region}.amazonaws.com`]);
  },
);

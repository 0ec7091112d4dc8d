import type { AwsClients } from '../../../activities/aws/clients';
import { createAccountSessions } from '../../../activities/aws/credentials';

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
    { get: () => ({ send }) } as unknown as AwsClients,
    Date.now,
  );
  await sessions.credentials(account, region, new AbortController().signal);
  expect(asked).toEqual([`arn:${partition}:iam::${account}:role/x`]);
});

import {
  CreateInstanceCommand,
  DescribeInstanceCommand,
  ListInstancesCommand,
  SSOAdminClient,
  type CreateInstanceCommandInput,
} from '@aws-sdk/client-sso-admin';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { NodeHttpHandler } from '@smithy/node-http-handler';

const requestHandler = new NodeHttpHandler({ httpAgent: { maxSockets: 200 } });
const sts = new STSClient({ requestHandler });

/** Identity Center of one account as a script would use it: the SDK's own retries, its defaults. */
export async function openAccount(accountId: string): Promise<SSOAdminClient> {
  const RoleArn = `arn:aws:iam::${accountId}:role/AWSControlTowerExecution`;
  const { Credentials: issued } = await sts.send(
    new AssumeRoleCommand({ RoleArn, RoleSessionName: 'script' }),
  );
  return new SSOAdminClient({
    region: 'eu-west-1',
    requestHandler,
    credentials: {
      accessKeyId: issued?.AccessKeyId ?? '',
      secretAccessKey: issued?.SecretAccessKey ?? '',
      sessionToken: issued?.SessionToken ?? '',
    },
  });
}

/** Looks what the account has, as a run does before it creates. */
export async function listInstances(client: SSOAdminClient): Promise<void> {
  await client.send(new ListInstancesCommand({}));
}

export async function createInstance(
  client: SSOAdminClient,
  input: CreateInstanceCommandInput,
): Promise<string> {
  return (await client.send(new CreateInstanceCommand(input))).InstanceArn ?? '';
}

export async function waitForActive(client: SSOAdminClient, InstanceArn: string): Promise<string> {
  for (;;) {
    const { Status } = await client.send(new DescribeInstanceCommand({ InstanceArn }));
    if (Status === 'ACTIVE') return InstanceArn;
    if (Status === 'CREATE_FAILED') throw new Error(`${InstanceArn}: CREATE_FAILED`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

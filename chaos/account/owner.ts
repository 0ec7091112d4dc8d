import { CreateInstanceCommand, DeleteInstanceCommand, SSOAdminClient } from '@aws-sdk/client-sso-admin';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { emulatorSettings, type Emulator } from '../../sandbox';

/** The role of somebody who makes and deletes instances without us. */
export const OWNER = 'Owner';

/** Makes an instance as the owner of an account. */
export async function createAsOwner(emulator: Emulator, accountId: string, region: string): Promise<void> {
  const client = await openAccount(emulator, accountId, region);
  await client.send(new CreateInstanceCommand({}));
}

/** Deletes whatever instances an account has, as its owner. */
export async function deleteAsOwner(emulator: Emulator, accountId: string, region: string): Promise<void> {
  const client = await openAccount(emulator, accountId, region);
  for (const { instanceArn } of emulator.instances({ account: accountId }))
    await client.send(new DeleteInstanceCommand({ InstanceArn: instanceArn }));
}

async function openAccount(emulator: Emulator, accountId: string, region: string): Promise<SSOAdminClient> {
  const settings = {
    region,
    endpoint: emulator.url,
    // AssumeRole is not called as the owner: the oracle would take its second attempt for ours.
    maxAttempts: 1,
    // The emulator may never answer.
    requestHandler: { requestTimeout: 3_000, throwOnRequestTimeout: true },
  };
  const sts = new STSClient({ ...settings, credentials: emulatorSettings('').credentials });
  const RoleArn = `arn:aws:iam::${accountId}:role/${OWNER}`;
  const { Credentials: issued } = await sts.send(
    new AssumeRoleCommand({ RoleArn, RoleSessionName: 'owner' }),
  );
  return new SSOAdminClient({
    ...settings,
    credentials: {
      accessKeyId: issued?.AccessKeyId ?? '',
      secretAccessKey: issued?.SecretAccessKey ?? '',
      sessionToken: issued?.SessionToken ?? '',
    },
  });
}

import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CreateInstanceCommand, DeleteInstanceCommand, SSOAdminClient } from '@aws-sdk/client-sso-admin';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { emulatorSettings, startEmulator, type Emulator } from '../../../sandbox';
import { freshAccount } from '../../support/harness';

let folder: string;
let emulator: Emulator;
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'identity-center-journal-'));
  emulator = await start();
});
afterEach(async () => {
  await emulator.close();
  rmSync(folder, { recursive: true, force: true });
});

const file = () => path.join(folder, 'below', 'emulator.jsonl');

async function start(): Promise<Emulator> {
  const started = await startEmulator({ port: 0, file: file() });
  started.setFaults({ creationMs: 0, deletionMs: 0 });
  return started;
}

/** As after the end of its process, however that came. */
async function restart(): Promise<void> {
  await emulator.close();
  emulator = await start();
}

async function ownerOf(account: string): Promise<SSOAdminClient> {
  const { url: endpoint } = emulator;
  const sts = new STSClient({ region: 'us-east-1', endpoint, credentials: emulatorSettings('').credentials });
  const RoleArn = `arn:aws:iam::${account}:role/Owner`;
  const { Credentials: issued } = await sts.send(
    new AssumeRoleCommand({ RoleArn, RoleSessionName: 'owner' }),
  );
  const { AccessKeyId: accessKeyId = '', SecretAccessKey: secretAccessKey = '' } = issued ?? {};
  return new SSOAdminClient({
    region: 'eu-west-1',
    endpoint,
    credentials: { accessKeyId, secretAccessKey },
    maxAttempts: 1,
  });
}

test('instances and tokens outlive the emulator; what was deleted stays so', async () => {
  const [account, other] = [freshAccount(), freshAccount()];
  const create = new CreateInstanceCommand({
    ClientToken: 'token',
    Name: 'n',
    Tags: [{ Key: 'k', Value: 'v' }],
  });
  const { InstanceArn } = await (await ownerOf(account)).send(create);
  const { InstanceArn: gone } = await (await ownerOf(other)).send(create);
  await (await ownerOf(other)).send(new DeleteInstanceCommand({ InstanceArn: gone }));
  const before = emulator.instances({ deleted: true });
  appendFileSync(file(), '{"instance": {"instanceArn": "cut o');
  await restart();
  expect(emulator.instances({ deleted: true })).toEqual(before);
  expect(emulator.instances()).toMatchObject([{ instanceArn: InstanceArn, name: 'n', tags: { k: 'v' } }]);
  // The same token leads to the same instance, as ever.
  await expect((await ownerOf(account)).send(create)).resolves.toMatchObject({ InstanceArn });
  // And what was cut off is in nobody's way.
  await restart();
  expect(emulator.instances()).toHaveLength(1);
});

test('a reset is for good', async () => {
  await (await ownerOf(freshAccount())).send(new CreateInstanceCommand({ ClientToken: 'token' }));
  emulator.reset();
  expect(readFileSync(file(), 'utf8')).toBe('');
  await restart();
  expect(emulator.instances()).toEqual([]);
});

import { DescribeOrganizationCommand, OrganizationsClient } from '@aws-sdk/client-organizations';
import { emulatorSettings, startEmulator, type Emulator } from '../../../../sandbox';

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({ port: 0 });
});
afterAll(() => emulator.close());

test.each(['us-east-1', 'eu-west-1'])(
  'DescribeOrganization names the management account, asked from %s',
  async (region) => {
    const { credentials } = emulatorSettings(emulator.url);
    const client = new OrganizationsClient({ region, endpoint: emulator.url, credentials, maxAttempts: 1 });
    await expect(client.send(new DescribeOrganizationCommand({}))).resolves.toMatchObject({
      Organization: { MasterAccountId: '999999999999', FeatureSet: 'ALL' },
    });
    const failNext = [
      { operation: 'DescribeOrganization', error: 'AWSOrganizationsNotInUseException', times: 1 },
    ];
    emulator.setFaults({ failNext });
    await expect(client.send(new DescribeOrganizationCommand({}))).rejects.toMatchObject({
      name: 'AWSOrganizationsNotInUseException',
    });
  },
);

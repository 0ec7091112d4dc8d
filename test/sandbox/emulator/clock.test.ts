import {
  ListInstancesCommand,
  SSOAdminClient,
  DescribeInstanceCommand,
  CreateInstanceCommand,
} from '@aws-sdk/client-sso-admin';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { emulatorSettings, startEmulator, type Emulator } from '../../../sandbox';

const ACCOUNT = '111122223333';
const MINUTE = 60_000;

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({ port: 0 });
});
afterAll(() => emulator.close());
afterEach(() => {
  emulator.reset();
});

/** A client whose clock is off by so much; the SDK corrects it after the first answer. */
const settings = (systemClockOffset = 0) => ({
  region: 'eu-west-1',
  endpoint: emulator.url,
  maxAttempts: 1,
  systemClockOffset,
});
const sts = (offset?: number) =>
  new STSClient({ ...settings(offset), credentials: emulatorSettings('').credentials });
const assumeRole = (client = sts()) =>
  client.send(new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${ACCOUNT}:role/x`, RoleSessionName: 'test' }));
async function ssoAdmin(offset?: number, stsOffset?: number) {
  const { Credentials: issued } = await assumeRole(sts(stsOffset));
  return new SSOAdminClient({
    ...settings(offset),
    credentials: {
      accessKeyId: issued?.AccessKeyId ?? '',
      secretAccessKey: issued?.SecretAccessKey ?? '',
      sessionToken: issued?.SessionToken ?? '',
    },
  });
}

test.each([
  [
    -6 * MINUTE,
    /^Signature expired: \d{8}T\d{6}Z is now earlier than \d{8}T\d{6}Z \(\d{8}T\d{6}Z - 5 min\.\)$/,
  ],
  [6 * MINUTE, /^Signature not yet current: .* is still later than .* \(\d{8}T\d{6}Z \+ 5 min\.\)$/],
])(
  'a signature that is off by %d ms is refused, and the SDK corrects its clock by the answer',
  async (off, message) => {
    const client = sts(off);
    await expect(client.send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({
      name: 'SignatureDoesNotMatch',
      message: expect.stringMatching(message) as string,
      $metadata: { httpStatusCode: 403 },
    });
    await expect(client.send(new GetCallerIdentityCommand({}))).resolves.toMatchObject({
      Account: '999999999999',
    });
    const admin = await ssoAdmin(off);
    await expect(admin.send(new ListInstancesCommand({}))).rejects.toMatchObject({
      name: 'InvalidSignatureException',
      message: expect.stringMatching(message) as string,
    });
    await expect(admin.send(new ListInstancesCommand({}))).resolves.toMatchObject({ Instances: [] });
  },
);

test.each([-4 * MINUTE, 0, 4 * MINUTE])('a signature that is off by %d ms is taken', async (off) => {
  await (await ssoAdmin(off)).send(new ListInstancesCommand({}));
});

test('how far it may be off is a setting', async () => {
  const admin = await ssoAdmin(-2 * MINUTE);
  emulator.setFaults({ maxSkewMs: MINUTE });
  await expect(admin.send(new ListInstancesCommand({}))).rejects.toThrow(/- 1 min\.\)$/);
});

test.each([-10 * MINUTE, 10 * MINUTE])(
  'AWS’s clock is off by %d ms: so are the Date of its answers, CreatedDate, Expiration, and the life of a session',
  async (clockOffsetMs) => {
    emulator.setFaults({ clockOffsetMs, creationMs: 0 });
    const isAwsTime = (at: number | undefined, after = 0) => {
      expect(Math.abs((at ?? 0) - Date.now() - clockOffsetMs - after)).toBeLessThan(30_000);
    };
    const answer = await fetch(emulator.url, { method: 'POST', body: 'Action=GetCallerIdentity' });
    isAwsTime(Date.parse(answer.headers.get('date') ?? ''));
    const { Credentials: issued } = await assumeRole(sts(clockOffsetMs));
    isAwsTime(issued?.Expiration?.getTime(), 60 * MINUTE);
    const admin = await ssoAdmin(clockOffsetMs, clockOffsetMs);
    const { InstanceArn } = await admin.send(new CreateInstanceCommand({}));
    const { CreatedDate } = await admin.send(new DescribeInstanceCommand({ InstanceArn }));
    isAwsTime(CreatedDate?.getTime());
    expect(Math.abs(Date.parse(emulator.instances()[0]?.createdDate ?? '') - Date.now())).toBeLessThan(
      30_000,
    );
    emulator.setFaults({ clockOffsetMs: clockOffsetMs + 61 * MINUTE, maxSkewMs: 120 * MINUTE });
    await expect(admin.send(new ListInstancesCommand({}))).rejects.toMatchObject({
      name: 'ExpiredTokenException',
    });
  },
);

test('a time that is none is refused', async () => {
  const answer = await fetch(emulator.url, {
    method: 'POST',
    headers: {
      authorization: 'AWS4-HMAC-SHA256 Credential=x/20260101/eu-west-1/sso/aws4_request, Signature=00',
      'x-amz-date': 'yesterday',
      'x-amz-target': 'SWBExternalService.ListInstances',
    },
    body: '{}',
  });
  expect(await answer.text()).toContain('IncompleteSignatureException');
});

test('sessions that were forgotten, of an account or of all, are not known any more; new ones are', async () => {
  const [admin, other] = [await ssoAdmin(), await ssoAdmin()];
  const forget = async (query: string) =>
    (await fetch(`${emulator.url}/_emulator/sessions${query}`, { method: 'DELETE' })).json();
  expect(await forget('?account=444455556666')).toEqual({ forgotten: 0 });
  await admin.send(new ListInstancesCommand({}));
  expect(await forget(`?account=${ACCOUNT}`)).toEqual({ forgotten: 2 });
  for (const client of [admin, other]) {
    await expect(client.send(new ListInstancesCommand({}))).rejects.toMatchObject({
      name: 'UnrecognizedClientException',
      message: 'The security token included in the request is invalid.',
    });
  }
  const asSts = new STSClient({ ...settings(), credentials: admin.config.credentials });
  await expect(asSts.send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({
    name: 'InvalidClientTokenId',
  });
  const renewed = await ssoAdmin();
  await renewed.send(new ListInstancesCommand({}));
  expect(emulator.forgetSessions()).toBe(1);
  await expect(renewed.send(new ListInstancesCommand({}))).rejects.toMatchObject({
    name: 'UnrecognizedClientException',
  });
});

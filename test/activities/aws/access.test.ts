import { accessAws } from '../../../activities/aws/access';
import type { AwsSettings } from '../../../activities/aws/account';
import { Pacer } from '../../../activities/aws/pacer';
import { emulatorSettings, startEmulator, type Emulator } from '../../../sandbox';
import { freshAccount } from '../../support/harness';

const MINUTE = 60_000;

let emulator: Emulator;
beforeEach(async () => {
  emulator = await startEmulator({ port: 0 });
});
afterEach(() => emulator.close());

const control = {
  timeToAnswer: () => 5_000,
  cancellation: new AbortController().signal,
  onAnswer: () => undefined,
};
function opener(settings: Partial<AwsSettings> = {}) {
  const open = accessAws(
    { ...emulatorSettings(emulator.url), ...settings },
    Date.now,
    new Pacer(undefined),
  ).openAccount;
  return (account = freshAccount(), region = 'eu-west-1') => open(account, region, control);
}
const outcomes = (operation: string, account?: string) =>
  emulator.calls({ operation, ...(account && { account }) }).map(({ outcome }) => outcome);

test.each([-2 * 60 * MINUTE, -10 * MINUTE, 10 * MINUTE, 2 * 60 * MINUTE])(
  'AWS’s clock is %d ms ahead: one call is refused, and none after it, of whatever account and service',
  async (clockOffsetMs) => {
    emulator.setFaults({ clockOffsetMs });
    const open = opener();
    const first = open();
    await expect(first.identityCenter.listOwnInstances()).rejects.toMatchObject({
      cause: { name: 'SignatureDoesNotMatch' },
    });
    first.forgetCredentials();
    for (const account of [first, open(), open()]) {
      await account.identityCenter.listOwnInstances();
      // The second time with the same session: by AWS's clock it lasts.
      await account.identityCenter.listOwnInstances();
    }
    expect(outcomes('AssumeRole')).toEqual(['SignatureDoesNotMatch', 'ok', 'ok', 'ok']);
    expect(new Set(outcomes('ListInstances'))).toEqual(new Set(['ok']));
    // It is set right under the worker.
    emulator.setFaults({});
    await expect(first.identityCenter.listOwnInstances()).rejects.toMatchObject({
      cause: { name: 'InvalidSignatureException' },
    });
    first.forgetCredentials();
    await first.identityCenter.listOwnInstances();
    await open().identityCenter.listOwnInstances();
  },
);

test('a clock that is off by less than AWS takes is nobody’s trouble', async () => {
  emulator.setFaults({ clockOffsetMs: 4 * MINUTE });
  await opener()().identityCenter.listOwnInstances();
  expect(emulator.calls().map(({ outcome }) => outcome)).toEqual(['ok', 'ok']);
});

test('a session is kept until it is forgotten, one that is young also where it is in doubt', async () => {
  const id = freshAccount();
  const account = opener()(id);
  const look = () => account.identityCenter.listOwnInstances();
  await look();
  account.forgetCredentials(MINUTE);
  await look();
  expect(outcomes('AssumeRole', id)).toHaveLength(1);
  emulator.forgetSessions(id);
  await expect(look()).rejects.toMatchObject({ cause: { name: 'UnrecognizedClientException' } });
  account.forgetCredentials();
  await look();
  expect(outcomes('AssumeRole', id)).toHaveLength(2);
});

test.each([
  ['ap-east-1', 'us-east-1'],
  ['me-central-1', 'us-east-1'],
  ['cn-north-1', 'cn-northwest-1'],
  ['us-gov-east-1', 'us-gov-west-1'],
])('without AWS_REGION, for an account in %s STS is asked in %s', async (region, asked) => {
  const { roleArn, endpoint, credentials } = emulatorSettings(emulator.url);
  const open = accessAws({ roleArn, endpoint, credentials }, Date.now, new Pacer(undefined)).openAccount;
  await open(freshAccount(), region, control).identityCenter.listOwnInstances();
  expect(emulator.calls({ operation: 'AssumeRole' })).toMatchObject([{ region: asked }]);
  expect(emulator.calls({ operation: 'ListInstances' })).toMatchObject([{ region }]);
});

test('without a role, the account of the worker’s own credentials is looked up once', async () => {
  const { endpoint, credentials } = emulatorSettings(emulator.url);
  const open = accessAws({ endpoint, credentials }, Date.now, new Pacer(undefined)).openAccount;
  const own = open('999999999999', 'eu-west-1', control);
  await own.identityCenter.listOwnInstances();
  await own.identityCenter.listOwnInstances();
  expect(outcomes('GetCallerIdentity')).toEqual(['ok']);
  await expect(
    open(freshAccount(), 'eu-west-1', control).identityCenter.listOwnInstances(),
  ).rejects.toMatchObject({
    cause: { name: 'WrongAccountError' },
  });
});

import { commandSuite, documentOf } from '../../support/command';
import { freshAccount, until } from '../../support/harness';
import { startProvisioning } from '../../support/provisioning';

const its = commandSuite(startProvisioning);

const slow = (account: string) => {
  its.harness.emulator.setFaults({ accounts: [account], creationMs: 600_000, deletionMs: 600_000 });
};

test.concurrent(
  'every verb that follows leaves after --timeout: exit 3, with how to follow what goes on',
  async () => {
    const account = freshAccount();
    slow(account);
    const next = `identity-center watch ${account}`;
    const provision = ['provision', account, '--region', 'eu-west-1', '--timeout'];
    const { code, stdout, stderr } = await its.call([...provision, '1s']);
    expect([code, stderr]).toEqual([3, '']);
    expect(stdout).toMatch(/\nStage +(creating|waitingForActive): /);
    expect(stdout).toContain(
      `Account ${account}: still running after 1s, and goes on; follow it with: ${next}\n`,
    );
    const joined = await its.call([...provision, '500ms', '--json']);
    expect(joined).toMatchObject({ code: 3, stderr: '' });
    expect(documentOf(joined)).toMatchObject({ status: 'RUNNING', timedOut: true, next });
    const watched = await its.call(['watch', account, '--timeout', '500ms', '--json']);
    expect(watched.code).toBe(3);
    expect(JSON.parse(watched.stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({
      timedOut: true,
      next,
    });
    const cancelled = await its.call(['cancel', account, '--timeout', '500ms', '--json']);
    expect(cancelled.code).toBe(3);
    expect(documentOf(cancelled)).toMatchObject({ status: 'RUNNING', timedOut: true, next });
    its.harness.emulator.setFaults({ accounts: [account], deletionMs: 0 });
  },
);

test.concurrent('deprovision as well', async () => {
  const account = freshAccount();
  await its.harness.provision(account, {});
  slow(account);
  const { code, stdout } = await its.call(['deprovision', account, '--yes', '--timeout', '500ms']);
  expect([code, stdout]).toEqual([3, expect.stringContaining('still running after 500ms')]);
});

test.concurrent.each([
  [
    ['--timeout', 'soon'],
    "option '--timeout <duration>' argument 'soon' is invalid. timeout: must be a duration",
  ],
  [['--timeout', '0s'], 'must be longer than 0 and no longer than 24d'],
  [['--timeout', '1m', '--no-wait'], "'--no-wait'"],
])('%j: exit 2, and nothing is started', async (options, message) => {
  const account = freshAccount();
  const { code, stderr } = await its.call(['provision', account, '--region', 'eu-west-1', ...options]);
  expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  expect((await its.call(['status', account])).code).toBe(2);
});

test.concurrent('--wait-held: a run that gets held is waited for until it has ended', async () => {
  const account = freshAccount();
  its.harness.emulator.setFaults({ accounts: [account], organizationForbids: true });
  const args = ['provision', account, '--region', 'eu-west-1', '--on-failure', 'hold', '--wait-held'];
  const { finished, stdout } = its.begin(args);
  await until(stdout, (seen) => seen.includes('held'));
  its.harness.emulator.setFaults({ accounts: [account], organizationForbids: false });
  await its.harness.client.retry(account);
  expect((await finished).code).toBe(0);
});

test.concurrent(
  'a run that is cancelled in a hold asks for no retry any more, and says what is left',
  async () => {
    const account = freshAccount();
    its.harness.emulator.setFaults({ accounts: [account], organizationForbids: true });
    await its.call(['provision', account, '--region', 'eu-west-1', '--on-failure', 'hold']);
    const { code, stdout } = await its.call(['cancel', account]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/\nNoted +.* nothing that this run made is left\n/);
    // The story tells why it was held; the last word is the status.
    expect(stdout.slice(stdout.indexOf('\nStage'))).not.toMatch(/Next step|retry/);
  },
);

import { commandSuite, documentOf } from '../../support/command';
import { freshAccount, requestFor, startHarness, until } from '../../support/harness';

const its = commandSuite(() => startHarness({ ownServer: {} }));

test('fleet list shows a line for each fleet, and with --json one document', async () => {
  const [account, bad] = [freshAccount(), freshAccount()];
  its.harness.emulator.setFaults({ accounts: [bad], organizationForbids: true });
  const name = `listed-${account}`;
  await its.harness.client.fleets.start({ name, accounts: [requestFor(account), requestFor(bad)] });
  await its.harness.client.fleets.result(name);
  const { stdout } = await until(
    () => its.call(['fleet', 'list']),
    ({ stdout }) => stdout.includes(name) && stdout.includes('done'),
  );
  expect(stdout).toMatch(/Fleet .*Stage .*Accounts .*Succeeded .*Failed .*Held .*Started .*Ended/);
  const line = stdout.split('\n').find((it) => it.includes(name)) ?? '';
  expect(line).toMatch(/done +2 +1 +1 +0 +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/);
  const listed = await its.call(['fleet', 'list', '--failed', '--stage', 'done', '--json']);
  expect([listed.code, listed.stderr]).toEqual([0, '']);
  expect(documentOf(listed)['fleets']).toContainEqual(
    expect.objectContaining({
      name,
      stage: 'done',
      counts: expect.objectContaining({ failed: 1 }) as object,
    }),
  );
  const odd = await its.call(['fleet', 'list', '--stage', 'nowhere']);
  expect([odd.code, odd.stderr]).toEqual([2, expect.stringContaining('running')]);
});

import { commandSuite, documentOf } from '../../support/command';
import { freshAccount, requestFor, startHarness } from '../../support/harness';

const its = commandSuite(startHarness);

const HEADER = 'accountId,region,existing';

const manifest = (lines: string[], name = 'accounts.csv') =>
  its.command.file(name, [HEADER, ...lines].join('\n'));

test.concurrent('a plan under which every account ends with its instance exits with 0', async () => {
  const [done, fresh] = [freshAccount(), freshAccount()];
  await its.harness.client.provision(requestFor(done));
  const file = manifest([`${done},eu-west-1,`, `${fresh},eu-west-1,`]);
  const { code, stdout } = await its.call(['fleet', 'plan', file]);
  expect(stdout).toContain('2 accounts; nothing was written to AWS');
  expect(stdout).toMatch(/1 {2}create +an instance would be made/);
  expect(stdout).toMatch(/1 {2}done +nothing is to be done/);
  expect(code).toBe(0);
});

test.concurrent(
  'accounts that would fail are told with the reason and the next step, and exit code 1',
  async () => {
    const ids = Array.from({ length: 5 }, freshAccount);
    its.harness.emulator.setFaults({ accounts: ids.slice(1), notReadyForMs: 600_000 });
    const file = manifest(
      ids.map((id) => `${id},eu-west-1,`),
      'late.csv',
    );
    const shown = await its.call(['fleet', 'plan', file]);
    expect(shown.code).toBe(1);
    expect(shown.stdout).toMatch(/4 {2}notReady/);
    expect(shown.stdout).toMatch(/4 notReady: roleRefused\nWhat happened +AssumeRole: STS does not let/);
    expect(shown.stdout).toContain(ids[1]);
    const json = await its.call(['fleet', 'plan', file, '--json']);
    expect(documentOf(json)).toMatchObject({
      accounts: 5,
      counts: { create: 1, notReady: 4 },
      plans: ids.map((accountId, index) => ({ accountId, plan: index === 0 ? 'create' : 'notReady' })),
    });
    expect(json.code).toBe(1);
  },
);

test.concurrent(
  'a list of AWS is planned with the options of a request; who is skipped is told, and fails nothing',
  async () => {
    const [fresh, suspended] = [freshAccount(), freshAccount()];
    const arn = (id: string) => `arn:aws:organizations::999999999999:account/o-a/${id}`;
    const file = its.command.file(
      'organization.csv',
      [
        'Account ID,ARN,Email,Name,Status,Joined method,Joined timestamp',
        `${fresh},${arn(fresh)},a@b,"Smith, Jones",ACTIVE,CREATED,2023-01-01T00:00:00Z`,
        `${suspended},${arn(suspended)},a@b,Old one,SUSPENDED,CREATED,2023-01-01T00:00:00Z`,
      ].join('\n'),
    );
    const why = 'AWS has suspended it (SUSPENDED)';
    const shown = await its.call(['fleet', 'plan', file, '--region', 'eu-west-1', '--name', 'workforce']);
    expect(shown.code).toBe(0);
    expect(shown.stdout).toMatch(/1 {2}skipped/);
    expect(shown.stderr).toContain(`1 of 2 accounts skipped:\n  1: ${why}: ${suspended}`);
    const json = await its.call(['fleet', 'plan', file, '--region', 'eu-west-1', '--json']);
    expect(documentOf(json)).toMatchObject({
      accounts: 2,
      counts: { create: 1, skipped: 1 },
      plans: [
        { accountId: fresh, plan: 'create' },
        { accountId: suspended, plan: 'skipped', why },
      ],
    });
    const none = await its.call(['fleet', 'plan', file]);
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('give one for all (--region)')]);
    const wrong = await its.call(['fleet', 'plan', file, '--region', 'Mars']);
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('region: must be an AWS Region')]);
  },
);

test.concurrent('a manifest that is not valid is told by its lines, with exit code 2', async () => {
  const file = manifest(['12,eu-west-1,', `${freshAccount()},nowhere,`], 'bad.csv');
  const { code, stderr } = await its.call(['fleet', 'plan', file]);
  expect(code).toBe(2);
  expect(stderr).toMatch(/bad\.csv:2: accountId/);
  expect(stderr).toMatch(/bad\.csv:3: region/);
});

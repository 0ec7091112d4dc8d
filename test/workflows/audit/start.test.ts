import { auditSuite, forAll, type Members } from '../../support/audits';
import { freshAccounts } from '../../support/fleets';
import { freshAccount } from '../../support/harness';

const suite = auditSuite();
const { auditOf, provisioned } = suite;
const MANAGEMENT = '999999999999';
/** More than a page of them. */
const manyTags = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`t${index}`, 'x']));

test('told to start what is missing, it has a fleet make it: once, as it was asked for before or as the audit asks', async () => {
  const [missing = '', foreign = '', excluded = ''] = freshAccounts(3);
  await suite.its.createdBySomebodyElse(foreign);
  const lost = await provisioned({ region: 'eu-central-1' });
  await suite.its.deleteInstance(lost.account, lost.InstanceArn, 'eu-central-1');
  const defaults = forAll({ name: 'workforce', existing: 'adopt' });
  const members = [missing, foreign, lost.account, excluded];
  const request = { rules: { defaults }, exclude: [excluded] };
  const { started } = await auditOf(members, { ...request, start: true });
  expect(started).toEqual({ fleet: expect.stringMatching(/^audit-/) as string, accounts: 3 });
  await expect(suite.its.client.fleets.result(started?.fleet ?? '')).resolves.toMatchObject({ succeeded: 3 });
  expect(suite.its.created(missing)).toMatchObject([{ region: 'eu-west-1', name: 'workforce' }]);
  expect(suite.its.created(lost.account)).toMatchObject([
    { region: 'eu-central-1', name: 'first', tags: { team: 'a' } },
  ]);
  expect(suite.its.created(excluded)).toEqual([]);

  const again = await auditOf(members, { ...request, start: true });
  expect(again).not.toHaveProperty('started');
  expect(again.of(missing)?.findings).toEqual(['inOrder']);
  expect(again.of(lost.account)?.findings).toEqual(['inOrder']);
  // It was taken over as it is, and has no name.
  expect(again.of(foreign)?.findings).toEqual(['renamed']);
});

test('after a deprovisioning that failed nothing is made anew', async () => {
  const account = freshAccount();
  const { instanceArn } = await suite.its.provision(account, {});
  const refuse = { operation: 'DeleteInstance', error: 'ValidationException', times: 1 };
  suite.its.emulator.setFaults({ accounts: [account], failNext: [refuse], deletionMs: 0 });
  await expect(suite.its.client.deprovision({ accountId: account })).rejects.toThrow();
  const rules = { defaults: { region: 'eu-west-1' } };
  const seen = await auditOf([account], { rules, start: true });
  expect(seen.of(account)).toMatchObject({ findings: ['stillThere'], instanceArn });
  suite.its.emulator.setFaults({ accounts: [account], deletionMs: 0 });
  await suite.its.deleteInstance(account, instanceArn);
  const gone = await auditOf([account], { rules, start: true });
  expect(gone.of(account)?.findings).toEqual(['deprovisioned']);
  expect(gone).not.toHaveProperty('started');
});

describe('the rules for events say what an audit starts', () => {
  const units = [
    { id: 'ou-em00-11111111', name: 'Workloads' },
    { id: 'ou-em00-22222222', name: 'Production', parent: 'ou-em00-11111111' },
    { id: 'ou-em00-33333333', name: 'Sandbox' },
  ];
  const [workloads, production, sandbox] = units.map(({ id }) => id);
  const rules = {
    defaults: forAll({ tags: { team: 'identity' } }),
    rules: [
      { match: { organizationalUnit: 'Sandbox' }, action: 'ignore' as const },
      {
        match: { organizationalUnit: 'Workloads', tags: { stage: 'pr*' } },
        request: { name: 'prod', tags: { stage: 'prod' } },
      },
      { match: { account: 'data-*' }, request: { region: 'eu-central-1' } },
    ],
  };

  test('Region, name and tags by unit, tag and name of the account; ignored units are left alone', async () => {
    const [prod = '', plain = '', data = '', ignored = '', moved = ''] = freshAccounts(5);
    const lost = await provisioned();
    await suite.its.deleteInstance(lost.account, lost.InstanceArn);
    const members: Members = [
      { id: prod, unit: production, tags: { stage: 'prod', ...manyTags } },
      { id: plain, unit: workloads },
      { id: data, name: 'data-lake' },
      { id: ignored, unit: sandbox },
      // Its run failed, and it was moved since.
      { id: moved, unit: sandbox },
      { id: lost.account, unit: sandbox },
    ];
    await expect(suite.its.provision(moved, { organizationForbids: true })).rejects.toThrow();
    suite.its.emulator.setFaults({ accounts: [moved], creationMs: 0 });
    const before = suite.its.emulator.calls({ account: ignored }).length;
    const report = await auditOf(members, { rules, start: true }, { units, emptyPages: true });
    expect(report.of(prod)).toMatchObject({ findings: ['missing'], startAs: 'rules.1' });
    expect(report.of(plain)).toMatchObject({ findings: ['missing'], startAs: 'otherwise' });
    expect(report.of(data)).toMatchObject({ findings: ['missing'], startAs: 'rules.2' });
    expect(report.of(ignored)).toEqual({
      accountId: ignored,
      findings: ['ignored'],
      why: 'rules.0 of the rules says so',
    });
    expect(suite.its.emulator.calls({ account: ignored })).toHaveLength(before);
    for (const [account, finding] of [
      [moved, 'failed'],
      [lost.account, 'deleted'],
    ] as const) {
      expect(report.of(account)).toMatchObject({
        findings: [finding],
        why: expect.stringContaining('no audit starts a run, as rules.0 of the rules says so') as string,
      });
      expect(report.of(account)).not.toHaveProperty('startAs');
    }
    expect(report).toMatchObject({ startable: 3, started: { accounts: 3 } });
    await suite.its.client.fleets.result(report.started?.fleet ?? '');
    expect(suite.its.created(prod)).toMatchObject([
      { region: 'eu-west-1', name: 'prod', tags: { team: 'identity', stage: 'prod' } },
    ]);
    expect(suite.its.created(plain)).toMatchObject([{ region: 'eu-west-1', tags: { team: 'identity' } }]);
    expect(suite.its.created(data)).toMatchObject([{ region: 'eu-central-1', tags: { team: 'identity' } }]);
    expect([ignored, moved, lost.account].flatMap((account) => suite.its.created(account))).toEqual([]);
  });

  test('what Organizations does not say is not guessed: of one account, or of all', async () => {
    const [gone = '', there = ''] = freshAccounts(2);
    const members: Members = [{ id: gone }, { id: there, unit: sandbox }];
    const fail = (error: string, times: number) => {
      suite.its.emulator.setFaults({
        accounts: [MANAGEMENT],
        failNext: [{ operation: 'ListParents', error, times }],
      });
    };
    fail('ChildNotFoundException', 1);
    const one = await auditOf(members, { rules, start: true }, { units });
    expect(one.of(gone)).toMatchObject({
      findings: ['unknown'],
      why: expect.stringContaining('does not have it any more') as string,
    });
    expect(one.of(there)?.findings).toEqual(['ignored']);
    fail('AccessDeniedException', 1);
    const all = await auditOf(members, { rules, start: true }, { units });
    for (const account of [gone, there])
      expect(all.of(account)).toMatchObject({
        findings: ['unknown'],
        why: expect.stringMatching(
          /^What the rules ask for .* ListParents: .*iam-policy organization/,
        ) as string,
      });
    expect([one, all].some((it) => 'started' in it)).toBe(false);
    expect(one.unseen + all.unseen).toBe(3);
    suite.its.emulator.setFaults({ accounts: [MANAGEMENT] });
  });

  test('throttling in the midst of it is waited for', async () => {
    const members = freshAccounts(30).map((id) => ({ id, unit: sandbox }));
    suite.its.emulator.setFaults({
      accounts: [MANAGEMENT],
      failNext: [{ operation: 'DescribeOrganizationalUnit', error: 'TooManyRequestsException', times: 2 }],
    });
    const report = await auditOf(members, { rules }, { units });
    expect(report.counts).toMatchObject({ ignored: 30 });
    // The name of a unit is asked for once, not once an account.
    expect(suite.its.emulator.calls({ operation: 'DescribeOrganizationalUnit' }).length).toBeLessThan(15);
    suite.its.emulator.setFaults({ accounts: [MANAGEMENT] });
  });

  test('rules of another organization start nothing; accounts that they do not allow are ignored', async () => {
    const [allowed = '', other = ''] = freshAccounts(2);
    const foreign = { ...rules, managementAccountId: '888888888888' };
    await expect(auditOf([allowed], { rules: foreign, start: true })).rejects.toMatchObject({
      name: 'AuditFailedError',
      message: expect.stringContaining('managementAccountId of the rules is 888888888888') as string,
    });
    const some = { defaults: rules.defaults, managementAccountId: MANAGEMENT, allowedAccounts: [allowed] };
    const report = await auditOf([allowed, other], { rules: some });
    expect(report.of(allowed)?.findings).toEqual(['missing']);
    expect(report.of(other)).toMatchObject({
      findings: ['ignored'],
      why: 'allowedAccounts of the rules says so',
    });
  });
});

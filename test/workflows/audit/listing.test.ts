import { auditSuite } from '../../support/audits';
import { freshAccounts } from '../../support/fleets';
import { until } from '../../support/harness';

const suite = auditSuite();
const { auditOf } = suite;

test('the accounts are listed through throttling, lost answers and a list that breaks off', async () => {
  const accounts = freshAccounts(45);
  const failNext = [
    { operation: 'ListAccounts', error: 'TooManyRequestsException', times: 2 },
    { operation: 'ListAccounts', error: 'halfResponse', times: 1 },
  ];
  suite.its.emulator.setFaults({ accounts: ['999999999999'], failNext });
  const timing = { retry: { initialInterval: '20ms', maximumInterval: '50ms' } };
  const rules = { defaults: { region: 'eu-west-1', timing } };
  const report = await auditOf(accounts, { rules }, { emptyPages: true });
  expect(accounts.filter((account) => report.of(account)?.findings[0] !== 'missing')).toEqual([]);
  suite.its.emulator.setFaults({ accounts: ['999999999999'] });
});

test('a list that has lost its place is begun anew', async () => {
  const [management, operation] = ['999999999999', 'ListAccounts'];
  const members = freshAccounts(90).map((id) => ({ id, state: 'SUSPENDED' as const }));
  suite.its.emulator.setFaults({ accounts: [management], latencyMs: 200 });
  const before = suite.its.emulator.calls({ operation }).length;
  const audited = auditOf(members);
  await until(
    () => suite.its.emulator.calls({ operation }).length - before,
    // The first was answered.
    (count) => count > 1,
  );
  // The first ends the part that it belongs to; the second is the first call of the next.
  const failNext = [{ operation, error: 'InvalidInputException', times: 2 }];
  suite.its.emulator.setFaults({ accounts: [management], failNext });
  const report = await audited;
  expect(members.filter(({ id }) => report.of(id)?.findings[0] !== 'inactive')).toEqual([]);
  const outcomes = suite.its.emulator.calls({ operation }).slice(before);
  expect(outcomes.filter(({ outcome }) => outcome !== 'ok')).toHaveLength(2);
});

test('where the accounts cannot be listed the audit fails, and says who has to be allowed what', async () => {
  const failNext = [{ operation: 'ListAccounts', error: 'AccessDeniedException', times: 1 }];
  suite.its.emulator.setFaults({ accounts: ['999999999999'], failNext });
  await expect(auditOf([])).rejects.toMatchObject({
    name: 'AuditFailedError',
    message: expect.stringMatching(
      /^Audit \S+: The accounts of the organization cannot be listed\. ListAccounts: .*IDENTITY_CENTER_ORGANIZATION_ROLE_ARN.*audit again\.$/,
    ) as string,
  });
  suite.its.emulator.setFaults({ accounts: ['999999999999'] });
});

import {
  Causes,
  defined,
  FAILURES,
  makeFailure,
  MAX_NAMED_ACCOUNTS,
  outcomeOfError,
  type FleetCause,
} from '../../../contract';

const failure = (type: string, remedy?: string) =>
  defined({ type, whatHappened: `${type} happened`, remedy });

test('failures of one type with the same next step have the same cause', () => {
  const causes = new Causes();
  causes.add('1', failure('Denied', 'Ask.'));
  causes.add('2', failure('Denied', 'Ask.'));
  causes.add('3', failure('Denied', 'Wait.'));
  causes.add('4', failure('Denied'));
  expect(causes.list).toEqual([
    { type: 'Denied', remedy: 'Ask.', count: 2, example: 'Denied happened', accounts: ['1', '2'] },
    { type: 'Denied', remedy: 'Wait.', count: 1, example: 'Denied happened', accounts: ['3'] },
    { type: 'Denied', count: 1, example: 'Denied happened', accounts: ['4'] },
  ]);
});

test('further causes than are told apart are counted together, and known ones under their own', () => {
  const causes = new Causes([], 2);
  for (const type of ['A', 'B', 'C', 'D', 'A']) causes.add('1', failure(type, 'Ask.'));
  expect(causes.list.map(({ type, count }) => [type, count])).toEqual([
    ['A', 2],
    ['B', 1],
    ['Other', 2],
  ]);
});

test('a few accounts are named, and all are counted', () => {
  const causes = new Causes();
  for (let account = 0; account < 100; account += 1) causes.add(String(account), failure('A'));
  causes.add('page', failure('A'), 50);
  expect(causes.list).toMatchObject([{ count: 150 }]);
  expect(causes.list[0]?.accounts).toHaveLength(MAX_NAMED_ACCOUNTS);
});

test('what was counted before goes on being counted in, until it is cleared', () => {
  const before: FleetCause[] = [{ type: 'A', count: 3, example: 'first', accounts: ['1'] }];
  const causes = new Causes(before);
  causes.add('2', failure('A'));
  expect(before).toEqual([{ type: 'A', count: 4, example: 'first', accounts: ['1', '2'] }]);
  causes.clear();
  causes.add('3', failure('A'));
  expect(before).toEqual([{ type: 'A', count: 1, example: 'A happened', accounts: ['3'] }]);
});

test('what could not be removed is one cause, whatever is left in each account', () => {
  const causes = new Causes();
  for (const index of [1, 2, 3]) {
    const accountId = String(111_122_223_333 + index);
    const remedy = `Delete it with: aws sso-admin delete-instance --instance-arn arn:aws:sso:::instance/ssoins-${index} (with credentials of account ${accountId})`;
    const { failure } = outcomeOfError(
      accountId,
      makeFailure({ situation: 'rollBackFailed', accountId, detail: `instance ${index} is left`, remedy }),
    );
    expect(failure?.remedy).toBe(remedy);
    causes.add(accountId, failure ?? { type: '', whatHappened: '' });
  }
  expect(causes.list).toMatchObject([
    { type: 'RollBackFailed', count: 3, remedy: FAILURES.rollBackFailed.remedy },
  ]);
});

import type { AuditEvidence, Audited } from '../../../chaos/audit/evidence';
import { auditViolations } from '../../../chaos/audit/oracle';
import type { AccountAudit, AuditReport, Finding } from '../../../client';
import { instance } from '../account/evidence';

const [DONE, LOST] = ['111111111111', '222222222222'];
const of = (accountId: string, instanceArn = `arn:${accountId}`) => instance(1, { accountId, instanceArn });
const found = (accountId: string, finding: Finding, startAs?: AccountAudit['startAs']): AccountAudit => ({
  accountId,
  findings: [finding],
  why: '',
  ...(startAs === undefined ? {} : { startAs }),
});
const audited = (name: string, accounts: AccountAudit[], instances: Audited['instances']): Audited => ({
  report: { name, found: accounts, lostPages: [] as number[] } as unknown as AuditReport,
  instances,
});

/** One account is in order, the other is started, and nothing is wrong. */
function sample({
  before = [of(DONE)],
  after = [of(DONE), of(LOST)],
  first = [found(DONE, 'inOrder'), found(LOST, 'deleted', 'otherwise')],
  second = [found(DONE, 'inOrder'), found(LOST, 'inOrder')],
  ...more
}: Partial<Omit<AuditEvidence, 'first' | 'second'>> & {
  before?: Audited['instances'];
  after?: Audited['instances'];
  first?: AccountAudit[];
  second?: AccountAudit[];
} = {}): AuditEvidence {
  return {
    accounts: [DONE, LOST],
    first: audited('starts', first, before),
    second: audited('looks', second, after),
    spent: [],
    ...more,
  };
}

test('nothing is wrong where what was missing is there once, or cannot be made any more', () => {
  expect(auditViolations(sample())).toEqual([]);
  const spent = sample({
    spent: [LOST],
    after: [of(DONE)],
    second: [found(DONE, 'inOrder'), found(LOST, 'failed')],
  });
  expect(auditViolations(spent)).toEqual([]);
});

test('nothing is wrong where an instance was taken over as its owner had made it', () => {
  const ofLost = (finding: Finding) => [
    found(DONE, 'inOrder'),
    found(LOST, finding, finding === 'otherOwner' ? 'otherwise' : undefined),
  ];
  const before = [of(DONE), of(LOST)];
  expect(auditViolations(sample({ before, first: ofLost('otherOwner'), second: ofLost('renamed') }))).toEqual(
    [],
  );
});

test.each<[string, AuditEvidence, RegExp]>([
  ['no audit', { accounts: [], spent: [] }, /no audit/],
  ['one that has failed', sample({ unreadable: 'AuditFailedError' }), /AuditFailedError/],
  ['an account that is left out', sample({ first: [found(DONE, 'inOrder')] }), /says nothing of 2/],
  [
    'an account that is told twice',
    sample({ second: [found(DONE, 'inOrder'), found(DONE, 'inOrder'), found(LOST, 'inOrder')] }),
    /tells of 1\d+ twice/,
  ],
  [
    'what is gone taken for done',
    sample({ first: [found(DONE, 'inOrder'), found(LOST, 'inOrder')] }),
    /finds 2\d+ inOrder, and it has 0 instances/,
  ],
  [
    'what is there taken for missing',
    sample({ first: [found(DONE, 'missing', 'otherwise'), found(LOST, 'missing', 'otherwise')] }),
    /finds 1\d+ missing, and it has 1 instances/,
  ],
  [
    'what was started and is not there',
    sample({ after: [of(DONE)], second: [found(DONE, 'inOrder'), found(LOST, 'missing')] }),
    /2\d+ was started, has 0 instances, and is missing/,
  ],
  [
    'what was made otherwise than asked for',
    sample({ second: [found(DONE, 'inOrder'), found(LOST, 'renamed')] }),
    /2\d+ was started, has 1 instances, and is renamed/,
  ],
  [
    'two instances',
    sample({ after: [of(DONE), of(LOST), of(LOST, 'arn:second')] }),
    /finds 2\d+ inOrder, and it has 2 instances/,
  ],
  [
    'an account that nobody was to touch',
    sample({ after: [of(DONE, 'arn:other'), of(LOST)] }),
    /1\d+ was not to be started, and has other instances/,
  ],
  [
    'an account that could not be looked at, though nothing was broken',
    sample({ second: [found(DONE, 'unknown'), found(LOST, 'inOrder')] }),
    /could not look at 1/,
  ],
])('%s is told', (_what, evidence, told) => {
  expect(auditViolations(evidence).join('\n')).toMatch(told);
});

import {
  auditIdOf,
  auditNameOf,
  FINDINGS,
  nextStep,
  readAuditRequest,
  FAILURES,
  type Situation,
} from '../../../contract';

test.each([
  ['identity-center-audit/organization', 'organization'],
  ['identity-center-audit/organization-2026-11-26T03:00:00Z', 'organization'],
  ['identity-center-audit/organization-2', 'organization-2'],
  ['identity-center-audit/organization/1a2b3c4d/0', undefined],
  ['identity-center-fleet/organization', undefined],
])('%s is of the audit %s', (workflowId, name) => {
  expect(auditNameOf(workflowId)).toBe(name);
});

test('an empty request reads only, under the name that is usual', () => {
  const read = readAuditRequest({});
  expect(read).toEqual({
    request: { name: 'organization', start: false, exclude: [], maxConcurrent: 50 },
  });
  expect(auditIdOf('organization')).toBe('identity-center-audit/organization');
});

test('rules are read as those for events are, without being filled in', () => {
  const defaults = { region: 'eu-west-1', tags: { team: 'a' } };
  const rules = [{ match: { account: '1*' }, request: { tags: { stage: 'a' } } }];
  const read = readAuditRequest({ start: true, rules: { defaults, rules } });
  expect(read).toMatchObject({
    request: { rules: { defaults, rules: [{ request: { tags: { stage: 'a' } } }] } },
  });
  expect(JSON.stringify(read)).not.toContain('onFailure');
  // What goes from execution to execution is read again, and is the same.
  expect(readAuditRequest('request' in read ? read.request : {})).toEqual(read);
  const wrong = { region: 'nowhere', timing: { pollInterval: 5 } };
  expect(readAuditRequest({ rules: { defaults: wrong } })).toMatchObject({
    problems: [{ field: 'rules.defaults.region' }, { field: 'rules.defaults.timing.pollInterval' }],
  });
  expect(readAuditRequest({ start: true })).toMatchObject({ problems: [{ field: 'rules' }] });
  const allowedAccounts = Array.from({ length: 20_000 }, (_, index) => String(100_000_000_000 + index));
  expect(readAuditRequest({ rules: { defaults, allowedAccounts } })).toMatchObject({
    problems: [{ field: 'rules', message: expect.stringContaining('bytes') as string }],
  });
});

test('the next step of an audit never speaks of a run that failed, a plan, or a call that is tried again', () => {
  for (const situation of Object.keys(FAILURES) as Situation[])
    expect(nextStep({ situation }, 'audit')).not.toMatch(/start the run again|is tried again|plan again/i);
});

test('each drift has a next step', () => {
  for (const [finding, row] of Object.entries(FINDINGS))
    expect([finding, row.kind === 'drift' ? 'remedy' in row : true]).toEqual([finding, true]);
});

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
    request: { name: 'organization', defaults: {}, start: false, exclude: [], maxConcurrent: 50 },
  });
  expect(auditIdOf('organization')).toBe('identity-center-audit/organization');
});

test('defaults are read as a request is, without being filled in', () => {
  const defaults = { region: 'eu-west-1', tags: { team: 'a' } };
  expect(readAuditRequest({ start: true, defaults })).toMatchObject({ request: { defaults } });
  expect(readAuditRequest({ defaults: { region: 'nowhere', timing: { pollInterval: 5 } } })).toMatchObject({
    problems: [{ field: 'defaults.region' }, { field: 'defaults.timing.pollInterval' }],
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

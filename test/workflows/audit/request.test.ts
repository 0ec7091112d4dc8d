import { randomUUID } from 'node:crypto';
import type { AuditRequestInput } from '../../../client';
import { auditIdOf } from '../../../contract';
import { auditSuite } from '../../support/audits';
import { freshAccounts } from '../../support/fleets';

const suite = auditSuite();

test('a request that makes no sense is refused with every problem, by the client and by the workflow', async () => {
  const wrong = {
    name: 'a/b',
    start: true,
    rules: { defaults: { naem: 'x', accountId: '1' } },
    exclude: ['1'],
  };
  await expect(suite.its.client.audits.start(wrong as unknown as AuditRequestInput)).rejects.toMatchObject({
    problems: expect.arrayContaining([
      expect.objectContaining({ field: 'name' }),
      expect.objectContaining({
        field: 'rules.defaults.naem',
        message: 'unknown field (did you mean "rules.defaults.name"?)',
      }),
      expect.objectContaining({ field: 'rules.defaults.accountId' }),
      expect.objectContaining({ field: 'rules.defaults.region' }),
      expect.objectContaining({ field: 'exclude.0' }),
    ]) as unknown,
  });
  await expect(suite.its.client.audits.start({ start: true })).rejects.toMatchObject({
    problems: [expect.objectContaining({ field: 'rules' })],
  });
  const rules = {
    defaults: { region: 'eu-west-1' },
    rules: [{ match: { account: '1*' }, request: { region: 'eu-west-9' } }],
  };
  await expect(suite.its.client.audits.start({ rules })).rejects.toMatchObject({
    problems: [expect.objectContaining({ field: 'rules.rules.0.request.region' })],
  });
  await expect(
    suite.its.client.audits.start({ rules: { ...rules, rules: [{ match: {} }] } }),
  ).rejects.toMatchObject({
    problems: [expect.objectContaining({ field: 'rules.rules.0.match' })],
  });
  const workflowId = auditIdOf(randomUUID());
  const started = suite.its.temporal.workflow.execute('auditIdentityCenter', {
    workflowId,
    taskQueue: suite.its.taskQueue,
    args: [wrong],
  });
  await expect(started).rejects.toMatchObject({
    cause: { type: 'InvalidRequest', message: expect.stringContaining('audit again') as string },
  });
});

test('an open audit is joined by the same request, and no other', async () => {
  const [slow = ''] = freshAccounts(1);
  suite.its.emulator.setFaults({ accounts: [slow], latencyMs: 3_000 });
  suite.its.emulator.setOrganization({ accounts: [{ id: slow }] });
  const { audits } = suite.its.client;
  const name = randomUUID().slice(0, 8);
  const first = await audits.start({ name });
  await expect(audits.start({ name })).resolves.toMatchObject({ joined: true, runId: first.runId });
  await expect(audits.start({ name, exclude: [slow] })).rejects.toMatchObject({
    name: 'AuditDiffersError',
    fields: ['exclude.0'],
  });
  await expect(audits.report(name)).rejects.toMatchObject({ name: 'AuditStillRunningError' });
  await expect(audits.result(first)).resolves.toMatchObject({ counts: { missing: 1 } });
});

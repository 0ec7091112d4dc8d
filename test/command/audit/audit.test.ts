import { randomUUID } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { AuditReport } from '../../../client';
import { auditIdOf } from '../../../contract';
import { commandSuite, documentOf } from '../../support/command';
import { freshAccounts } from '../../support/fleets';
import { requestFor, startHarness, until } from '../../support/harness';

const its = commandSuite(startHarness);
const freshName = () => `cli-${randomUUID().slice(0, 8)}`;

test('run: a table for people, CSV and JSON for others; the exit code tells of drift', async () => {
  const [made = '', missing = '', other = ''] = freshAccounts(3);
  await its.harness.client.provision(requestFor(made));
  its.harness.emulator.setOrganization({ accounts: [made, missing, other].map((id) => ({ id })) });
  const name = freshName();
  const audit = (...more: string[]) => its.call(['audit', 'run', '--audit-name', name, ...more]);

  const shown = await audit('--region', 'eu-west-1');
  expect(shown.stdout).toMatch(/Accounts +4: 2 not as asked for, 0 could not be looked at/);
  expect(shown.stdout).toMatch(/1 {2}inOrder +the instance is as it was asked for/);
  expect(shown.stdout).toMatch(/2 missing\nWhat happened +the account has no instance in any Region/);
  expect(shown.stdout).toContain('nothing was started');
  expect(shown.code).toBe(1);

  const csv = await its.call(['audit', 'report', '--audit-name', name, '--format', 'csv']);
  expect(csv.stdout.split('\r\n')[0]).toBe(
    'accountId,findings,instanceArn,differences,reason,message,remedy',
  );
  expect(csv.stdout).toContain(`${missing},missing,`);
  expect(csv.code).toBe(1);

  const fine = await audit('--exclude', missing, '--exclude', other, '--json');
  expect(documentOf(fine)).toMatchObject({
    name,
    accounts: 4,
    drifted: 0,
    counts: { inOrder: 1, excluded: 2, management: 1 },
  });
  expect(fine.code).toBe(0);
});

test('enable, a scheduled audit, its report, disable', async () => {
  const name = freshName();
  its.harness.emulator.setOrganization({ accounts: [] });
  const enable = (...more: string[]) => its.call(['audit', 'enable', '--audit-name', name, ...more]);
  const first = await enable('--every', '12h', '--region', 'eu-west-1');
  expect(first.stdout).toMatch(/runs every 12 h, next \d{4}-/);
  // What is there is changed.
  const changed = await enable('--every', '1d', '--region', 'eu-west-2', '--json');
  expect(documentOf(changed)).toMatchObject({
    everyMs: 86_400_000,
    request: { rules: { defaults: { region: 'eu-west-2' } }, start: false },
  });
  const none = await its.call(['audit', 'report', '--audit-name', name]);
  expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('there is none of that name')]);

  await its.harness.temporal.schedule.getHandle(auditIdOf(name)).trigger();
  const report = await until(
    () => its.call(['audit', 'report', '--audit-name', name, '--json']),
    ({ code }) => code === 0 || code === 1,
  );
  expect(documentOf(report)).toMatchObject({
    workflowId: expect.stringMatching(new RegExp(`^identity-center-audit/${name}-\\d{4}-`)) as string,
    counts: { management: 1 },
    schedule: { everyMs: 86_400_000 },
  });

  const off = await its.call(['audit', 'disable', '--audit-name', name]);
  expect(off.code).toBe(0);
  const twice = await its.call(['audit', 'disable', '--audit-name', name]);
  expect([twice.code, twice.stderr]).toEqual([2, expect.stringContaining('has no Schedule')]);
});

test('what cannot be audited has an exit code of its own', async () => {
  const failNext = [{ operation: 'ListAccounts', error: 'AccessDeniedException', times: 1 }];
  its.harness.emulator.setFaults({ failNext });
  const { code, stderr } = await its.call(['audit', 'run', '--audit-name', freshName()]);
  expect([code, stderr]).toEqual([5, expect.stringContaining('cannot be listed')]);
  const wrong = await its.call(['audit', 'run', '--start']);
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('rules: must be given')]);
});

test('a rules file says what an audit starts; options go over its defaults; one that is wrong is told by line', async () => {
  const [prod = '', other = '', left = ''] = freshAccounts(3);
  const accounts = [prod, other, left].map((id) => ({ id, name: id === prod ? 'a-prod' : 'b' }));
  its.harness.emulator.setOrganization({ accounts });
  its.harness.emulator.setFaults({ accounts: [prod, other], creationMs: 0 });
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'rules-')), 'rules.yaml');
  writeFileSync(
    file,
    `defaults: {region: eu-west-1, tags: {team: a}}\nrules:\n- {match: {account: "*-prod"}, request: {name: prod}}\n- {match: {account: "${left}"}, action: ignore}\n`,
  );
  const name = freshName();
  const run = (...more: string[]) =>
    its.call(['audit', 'run', '--audit-name', name, '--rules', file, '--json', ...more]);
  const report = documentOf(await run('--start', '--tag', 'by=audit')) as unknown as AuditReport;
  expect(report).toMatchObject({ counts: { missing: 2, ignored: 1 }, started: { accounts: 2 } });
  await its.harness.client.fleets.result(report.started?.fleet ?? '');
  const made = its.harness.emulator.instances().filter(({ accountId }) => [prod, other].includes(accountId));
  const tags = { team: 'a', by: 'audit' };
  expect(made.map((it) => [it.accountId === prod, it.name, it.tags]).sort()).toMatchObject([
    [false, undefined, tags],
    [true, 'prod', tags],
  ]);
  writeFileSync(file, 'defaults: {region: eu-west-1}\nrules:\n- match: {}\n');
  const wrong = await run();
  expect([wrong.code, wrong.stdout]).toEqual([2, expect.stringContaining('rules.0.match: must name')]);
});

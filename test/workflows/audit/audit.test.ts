import { TagResourceCommand, UntagResourceCommand, UpdateInstanceCommand } from '@aws-sdk/client-sso-admin';
import { Worker } from '@temporalio/worker';
import { randomUUID } from 'node:crypto';
import type { AccountAudit, AuditReport, AuditRequestInput } from '../../../client';
import { auditIdOf, WORKFLOW_ID_TAG } from '../../../contract';
import type { OrganizationSettings } from '../../../sandbox/emulator/organization';
import { WORKFLOW_BUNDLE } from '../../../worker';
import { freshAccounts } from '../../support/fleets';
import { freshAccount, handleOf, requestFor, until } from '../../support/harness';
import { startProvisioning, type ProvisioningHarness } from '../../support/provisioning';

let its: ProvisioningHarness;
beforeAll(async () => {
  its = await startProvisioning();
});
afterAll(() => its.stop());

type Members = NonNullable<OrganizationSettings['accounts']>;

const names: string[] = [];

/** Audits an organization of these members; the accounts of other tests are left out of what it found. */
async function auditOf(
  members: readonly (string | Members[number])[],
  more: AuditRequestInput = {},
  settings: OrganizationSettings = {},
): Promise<AuditReport & { of: (accountId: string) => AccountAudit | undefined }> {
  const accounts = members.map((it) => (typeof it === 'string' ? { id: it } : it));
  its.emulator.setOrganization({ accounts, ...settings });
  const { client } = its;
  const name = `audit-${randomUUID().slice(0, 8)}`;
  names.push(name);
  const report = await client.audits.result(await client.audits.start({ name, ...more }));
  return { ...report, of: (accountId) => report.found.find((it) => it.accountId === accountId) };
}

const isWrite = ({ operation }: { operation: string }) => !/^(List|Describe|AssumeRole)/.test(operation);
const writes = () => its.emulator.calls().filter(isWrite).length;

/** An account that a run has provisioned, with a name and a tag. */
async function provisioned(more: Parameters<ProvisioningHarness['provision']>[2] = {}) {
  const account = freshAccount();
  const { instanceArn } = await its.provision(account, {}, { name: 'first', tags: { team: 'a' }, ...more });
  return { account, InstanceArn: instanceArn, owner: await its.owner(account) };
}

test('every kind of drift is found, and nothing is written to AWS', async () => {
  const [fine, renamed, retagged, untagged, deleted, elsewhere] = await Promise.all(
    Array.from({ length: 6 }, () => provisioned()),
  );
  const [missing = '', foreign = '', failed = '', removed = '', unmade = '', cancelled = ''] =
    freshAccounts(6);
  await renamed!.owner.send(new UpdateInstanceCommand({ InstanceArn: renamed!.InstanceArn, Name: 'second' }));
  const ResourceArn = retagged!.InstanceArn;
  const Tags = [{ Key: 'team', Value: 'b' }];
  await retagged!.owner.send(new TagResourceCommand({ InstanceArn: ResourceArn, ResourceArn, Tags }));
  await retagged!.owner.send(new UpdateInstanceCommand({ InstanceArn: ResourceArn, Name: 'second' }));
  await untagged!.owner.send(
    new UntagResourceCommand({ ResourceArn: untagged!.InstanceArn, TagKeys: [WORKFLOW_ID_TAG] }),
  );
  await its.deleteInstance(deleted!.account, deleted!.InstanceArn);
  // Deleted, and another made in its place by somebody else.
  await its.deleteInstance(elsewhere!.account, elsewhere!.InstanceArn);
  await its.createdBySomebodyElse(elsewhere!.account);
  const arn = await its.createdBySomebodyElse(foreign);
  await expect(its.provision(failed, { createFails: 'no room' })).rejects.toThrow();
  await its.provision(removed, {});
  await its.client.deprovision({ accountId: removed });
  await expect(its.provision(unmade, { organizationForbids: true })).rejects.toThrow();
  const run = await its.start(cancelled, { notReadyForMs: 600_000 });
  await its.client.cancel(cancelled);
  await expect(run.result).rejects.toThrow();
  its.emulator.setFaults({ accounts: [cancelled], creationMs: 0 });

  const before = writes();
  const all = [fine, renamed, retagged, untagged, deleted, elsewhere].map((it) => it!.account);
  const defaults = { region: 'eu-west-1', name: 'workforce' };
  const report = await auditOf([...all, missing, foreign, failed, removed, unmade, cancelled], { defaults });
  expect(writes()).toBe(before);

  const found = (account: string) => report.of(account)?.findings;
  expect(report.of(fine!.account)).toEqual({
    accountId: fine!.account,
    findings: ['inOrder'],
    why: `a run made ${fine!.InstanceArn} in eu-west-1`,
    instanceArn: fine!.InstanceArn,
  });
  expect(report.of(renamed!.account)).toMatchObject({
    findings: ['renamed'],
    differences: [{ field: 'name', asked: 'first', actual: 'second' }],
  });
  expect(report.of(retagged!.account)).toMatchObject({
    findings: ['renamed', 'tagsChanged'],
    why: expect.stringContaining('tags.team is "b", asked for "a"') as string,
  });
  expect(found(untagged!.account)).toEqual(['tagsChanged']);
  expect(report.of(deleted!.account)).toMatchObject({
    findings: ['deleted'],
    startAs: { region: 'eu-west-1', name: 'first', tags: { team: 'a' } },
  });
  expect(found(elsewhere!.account)).toEqual(['deleted', 'otherOwner']);
  expect(report.of(missing)).toMatchObject({
    findings: ['missing'],
    startAs: 'defaults',
    remedy: expect.stringContaining(`provision ${missing}`) as string,
  });
  expect(report.of(foreign)).toMatchObject({ findings: ['otherOwner'], instanceArn: arn });
  expect(report.of(failed)).toMatchObject({
    findings: ['notActive'],
    why: expect.stringContaining('no room') as string,
  });
  expect(found(removed)).toEqual(['deprovisioned']);
  expect(report.of(unmade)).toMatchObject({ findings: ['failed'], startAs: { region: 'eu-west-1' } });
  expect(report.of(cancelled)).toMatchObject({ findings: ['cancelled'] });
  expect(report.of(cancelled)).not.toHaveProperty('startAs');
  expect(report.of('999999999999')).toMatchObject({ findings: ['management'] });
  expect(report).toMatchObject({ drifted: 10, unseen: 0, organizationId: 'o-emulator00' });
  // Nobody was told to start anything.
  expect(report).not.toHaveProperty('started');
});

test('accounts that are suspended, closed or gone are told by what runs made there, and AWS is not asked', async () => {
  const [suspended, closing, vanished] = await Promise.all(Array.from({ length: 3 }, () => provisioned()));
  const [closed = '', excluded = ''] = freshAccounts(2);
  const members: Members = [
    { id: suspended!.account, state: 'SUSPENDED' },
    { id: closing!.account, state: 'PENDING_CLOSURE' },
    { id: closed, state: 'CLOSED' },
    { id: excluded },
  ];
  const before = its.emulator.calls().length;
  for (const stateFields of ['both', 'State', 'Status'] as const) {
    const report = await auditOf(members, { exclude: [excluded] }, { stateFields, emptyPages: true });
    expect(report.of(suspended!.account)).toMatchObject({
      findings: ['suspended'],
      instanceArn: suspended!.InstanceArn,
    });
    expect(report.of(closing!.account)?.findings).toEqual(['suspended']);
    expect(report.of(closed)?.findings).toEqual(['inactive']);
    expect(report.of(vanished!.account)).toMatchObject({ findings: ['vanished'] });
    expect(report.of(excluded)?.findings).toEqual(['excluded']);
  }
  const calls = its.emulator.calls().slice(before);
  expect(new Set(calls.map(({ operation }) => operation))).toEqual(new Set(['ListAccounts']));
});

test('an open run is no drift; one that is held is, and so is what AWS or the account refuses', async () => {
  const [open = '', held = '', closedOff = '', denied = '', silent = ''] = freshAccounts(5);
  await its.start(open, { creationMs: 600_000 });
  await its.start(held, { organizationForbids: true }, { onFailure: 'hold' });
  await until(
    () => its.client.status(held),
    ({ stage }) => stage === 'held',
  );
  const message = 'User: x is not authorized to perform: sso:ListInstances with an explicit deny';
  const failing = (error: string, more = {}) => ({
    failNext: [{ operation: 'ListInstances', error, times: 99, ...more }],
  });
  its.emulator.setFaults({ accounts: [closedOff], notReadyForMs: 600_000 });
  its.emulator.setFaults({ accounts: [denied], ...failing('AccessDeniedException', { message }) });
  its.emulator.setFaults({ accounts: [silent], ...failing('html503') });
  const timing = { retry: { maximumInterval: '50ms' } };
  const report = await until(
    () => auditOf([open, held, closedOff, denied, silent], { defaults: { timing } }),
    // The search attributes of a run are found a moment after it has them.
    (seen) => seen.of(held)?.findings[0] === 'held' && seen.of(open)?.findings[0] === 'open',
  );
  expect(report.of(closedOff)).toMatchObject({
    findings: ['refused'],
    reason: 'roleRefused',
    why: expect.stringContaining('STS does not let the worker assume the role') as string,
  });
  expect(report.of(denied)).toMatchObject({
    findings: ['refused'],
    reason: 'explicitDeny',
    remedy: expect.stringMatching(/the policy that the message names.* audit again\.$/) as string,
  });
  expect(report.of(silent)).toMatchObject({ findings: ['unknown'] });
  expect(report).toMatchObject({ unseen: 3 });
  await handleOf(its, open).terminate();
  await its.client.abort(held, 'not wanted');
});

test('told to start what is missing, it has a fleet make it: once, as it was asked for before or as the audit asks', async () => {
  const [missing = '', foreign = '', excluded = ''] = freshAccounts(3);
  await its.createdBySomebodyElse(foreign);
  const lost = await provisioned({ region: 'eu-central-1' });
  await its.deleteInstance(lost.account, lost.InstanceArn, 'eu-central-1');
  const defaults = {
    ...requestFor('', { name: 'workforce', existing: 'adopt' as const }),
    accountId: undefined,
  };
  const members = [missing, foreign, lost.account, excluded];
  const request = { defaults: JSON.parse(JSON.stringify(defaults)) as object, exclude: [excluded] };
  const { started } = await auditOf(members, { ...request, start: true });
  expect(started).toEqual({ fleet: expect.stringMatching(/^audit-/) as string, accounts: 3 });
  await expect(its.client.fleets.result(started?.fleet ?? '')).resolves.toMatchObject({ succeeded: 3 });
  expect(its.created(missing)).toMatchObject([{ region: 'eu-west-1', name: 'workforce' }]);
  expect(its.created(lost.account)).toMatchObject([
    { region: 'eu-central-1', name: 'first', tags: { team: 'a' } },
  ]);
  expect(its.created(excluded)).toEqual([]);

  const again = await auditOf(members, { ...request, start: true });
  expect(again).not.toHaveProperty('started');
  expect(again.of(missing)?.findings).toEqual(['inOrder']);
  expect(again.of(lost.account)?.findings).toEqual(['inOrder']);
  // It was taken over as it is, and has no name.
  expect(again.of(foreign)?.findings).toEqual(['renamed']);
});

test('a name that was corrected in a hold is the one that is asked for', async () => {
  const account = freshAccount();
  const { result } = await its.start(
    account,
    { failNext: [{ operation: 'CreateInstance', error: 'ValidationException', times: 1 }] },
    { name: 'wrong', onFailure: 'hold' },
  );
  await until(
    () => its.client.status(account),
    ({ stage }) => stage === 'held',
  );
  await its.client.retry(account, { name: 'right' });
  await result;
  expect((await auditOf([account])).of(account)?.findings).toEqual(['inOrder']);
});

test('the accounts are listed through throttling, lost answers and a list that breaks off', async () => {
  const accounts = freshAccounts(45);
  const failNext = [
    { operation: 'ListAccounts', error: 'TooManyRequestsException', times: 2 },
    { operation: 'ListAccounts', error: 'halfResponse', times: 1 },
  ];
  its.emulator.setFaults({ accounts: ['999999999999'], failNext });
  const defaults = { timing: { retry: { initialInterval: '20ms', maximumInterval: '50ms' } } };
  const report = await auditOf(accounts, { defaults }, { emptyPages: true });
  expect(accounts.filter((account) => report.of(account)?.findings[0] !== 'missing')).toEqual([]);
  its.emulator.setFaults({ accounts: ['999999999999'] });
});

test('a list that has lost its place is begun anew', async () => {
  const [management, operation] = ['999999999999', 'ListAccounts'];
  const members = freshAccounts(90).map((id) => ({ id, state: 'SUSPENDED' as const }));
  its.emulator.setFaults({ accounts: [management], latencyMs: 200 });
  const before = its.emulator.calls({ operation }).length;
  const audited = auditOf(members);
  await until(
    () => its.emulator.calls({ operation }).length - before,
    // The first was answered.
    (count) => count > 1,
  );
  // The first ends the part that it belongs to; the second is the first call of the next.
  const failNext = [{ operation, error: 'InvalidInputException', times: 2 }];
  its.emulator.setFaults({ accounts: [management], failNext });
  const report = await audited;
  expect(members.filter(({ id }) => report.of(id)?.findings[0] !== 'inactive')).toEqual([]);
  const outcomes = its.emulator.calls({ operation }).slice(before);
  expect(outcomes.filter(({ outcome }) => outcome !== 'ok')).toHaveLength(2);
});

test('where the accounts cannot be listed the audit fails, and says who has to be allowed what', async () => {
  const failNext = [{ operation: 'ListAccounts', error: 'AccessDeniedException', times: 1 }];
  its.emulator.setFaults({ accounts: ['999999999999'], failNext });
  await expect(auditOf([])).rejects.toMatchObject({
    name: 'AuditFailedError',
    message: expect.stringMatching(
      /^Audit \S+: The accounts of the organization cannot be listed\. ListAccounts: .*IDENTITY_CENTER_ORGANIZATION_ROLE_ARN.*audit again\.$/,
    ) as string,
  });
  its.emulator.setFaults({ accounts: ['999999999999'] });
});

test('a request that makes no sense is refused with every problem, by the client and by the workflow', async () => {
  const wrong = { name: 'a/b', start: true, defaults: { naem: 'x', accountId: '1' }, exclude: ['1'] };
  await expect(its.client.audits.start(wrong as AuditRequestInput)).rejects.toMatchObject({
    problems: expect.arrayContaining([
      expect.objectContaining({ field: 'name' }),
      expect.objectContaining({ field: 'defaults.naem' }),
      expect.objectContaining({ field: 'defaults.accountId' }),
      expect.objectContaining({ field: 'exclude.0' }),
    ]) as unknown,
  });
  await expect(its.client.audits.start({ start: true })).rejects.toMatchObject({
    problems: [expect.objectContaining({ field: 'defaults.region' })],
  });
  const workflowId = auditIdOf(randomUUID());
  const started = its.temporal.workflow.execute('auditIdentityCenter', {
    workflowId,
    taskQueue: its.taskQueue,
    args: [wrong],
  });
  await expect(started).rejects.toMatchObject({
    cause: { type: 'InvalidRequest', message: expect.stringContaining('audit again') as string },
  });
});

test('an open audit is joined by the same request, and no other', async () => {
  const [slow = ''] = freshAccounts(1);
  its.emulator.setFaults({ accounts: [slow], latencyMs: 3_000 });
  its.emulator.setOrganization({ accounts: [{ id: slow }] });
  const { audits } = its.client;
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

test('the histories replay, and no audit leaves a page open', async () => {
  async function* histories() {
    for (const name of names.slice(0, 3)) {
      const { pageIdPrefix } = (await its.temporal.workflow
        .getHandle(auditIdOf(name))
        .result()) as AuditReport;
      for (const workflowId of [auditIdOf(name), `${pageIdPrefix}0`])
        yield { workflowId, history: await its.temporal.workflow.getHandle(workflowId).fetchHistory() };
    }
  }
  const options = { workflowBundle: { codePath: WORKFLOW_BUNDLE } };
  for await (const { error } of Worker.runReplayHistories(options, histories())) if (error) throw error;
});

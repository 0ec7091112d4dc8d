import {
  CreateInstanceCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateInstanceCommand,
} from '@aws-sdk/client-sso-admin';
import { Worker } from '@temporalio/worker';
import { randomUUID } from 'node:crypto';
import type { AuditReport } from '../../../client';
import { auditIdOf, WORKFLOW_ID_TAG, workflowIdOf } from '../../../contract';
import { WORKFLOW_BUNDLE } from '../../../worker';
import { auditSuite, type Members } from '../../support/audits';
import { freshAccounts } from '../../support/fleets';
import { freshAccount, handleOf, until } from '../../support/harness';

const suite = auditSuite();
const { auditOf, provisioned, writes, names } = suite;

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
  await suite.its.deleteInstance(deleted!.account, deleted!.InstanceArn);
  // Deleted, and another made in its place by somebody else.
  await suite.its.deleteInstance(elsewhere!.account, elsewhere!.InstanceArn);
  await suite.its.createdBySomebodyElse(elsewhere!.account);
  const arn = await suite.its.createdBySomebodyElse(foreign);
  await expect(suite.its.provision(failed, { createFails: 'no room' })).rejects.toThrow();
  await suite.its.provision(removed, {});
  await suite.its.client.deprovision({ accountId: removed });
  await expect(suite.its.provision(unmade, { organizationForbids: true })).rejects.toThrow();
  const run = await suite.its.start(cancelled, { notReadyForMs: 600_000 });
  await suite.its.client.cancel(cancelled);
  await expect(run.result).rejects.toThrow();
  suite.its.emulator.setFaults({ accounts: [cancelled], creationMs: 0 });

  const before = writes();
  const all = [fine, renamed, retagged, untagged, deleted, elsewhere].map((it) => it!.account);
  const rules = { defaults: { region: 'eu-west-1', name: 'workforce' } };
  const report = await auditOf([...all, missing, foreign, failed, removed, unmade, cancelled], { rules });
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
    startAs: 'otherwise',
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
  const before = suite.its.emulator.calls().length;
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
  const calls = suite.its.emulator.calls().slice(before);
  expect(new Set(calls.map(({ operation }) => operation))).toEqual(new Set(['ListAccounts']));
});

test('an open run is no drift; one that is held is, and so is what AWS or the account refuses', async () => {
  const [open = '', held = '', closedOff = '', denied = '', silent = ''] = freshAccounts(5);
  await suite.its.start(open, { creationMs: 600_000 });
  await suite.its.start(held, { organizationForbids: true }, { onFailure: 'hold' });
  await until(
    () => suite.its.client.status(held),
    ({ stage }) => stage === 'held',
  );
  const message = 'User: x is not authorized to perform: sso:ListInstances with an explicit deny';
  const failing = (error: string, more = {}) => ({
    failNext: [{ operation: 'ListInstances', error, times: 99, ...more }],
  });
  suite.its.emulator.setFaults({ accounts: [closedOff], notReadyForMs: 600_000 });
  suite.its.emulator.setFaults({ accounts: [denied], ...failing('AccessDeniedException', { message }) });
  suite.its.emulator.setFaults({ accounts: [silent], ...failing('html503') });
  const rules = { defaults: { region: 'eu-west-1', timing: { retry: { maximumInterval: '50ms' } } } };
  const report = await until(
    () => auditOf([open, held, closedOff, denied, silent], { rules }),
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
  await handleOf(suite.its, open).terminate();
  await suite.its.client.abort(held, 'not wanted');
});

test('an instance that somebody else made, two of them, and one that should be deleted are told', async () => {
  const [removed = '', elsewhere = ''] = freshAccounts(2);
  const twice = await provisioned();
  suite.its.emulator.setFaults({ accounts: [twice.account], creationMs: 0, secondInstance: true });
  const { InstanceArn: second } = await twice.owner.send(new CreateInstanceCommand({}));
  const Tags = (account: string) => [{ Key: WORKFLOW_ID_TAG, Value: workflowIdOf(account) }];
  await suite.its.provision(removed, {});
  await suite.its.client.deprovision({ accountId: removed });
  // With the tag of our runs, as by a restored backup of whatever made it.
  await (await suite.its.owner(removed)).send(new CreateInstanceCommand({ Tags: Tags(removed) }));
  suite.its.emulator.setFaults({ accounts: [elsewhere], creationMs: 0 });
  await (
    await suite.its.owner(elsewhere, 'eu-central-1')
  ).send(new CreateInstanceCommand({ Tags: Tags(elsewhere), Name: 'workforce' }));
  const rules = { defaults: { region: 'eu-west-1', name: 'workforce' } };
  const members = [twice.account, removed, elsewhere];
  const report = await auditOf(members, { rules, start: true });
  expect(report.of(twice.account)).toMatchObject({
    findings: ['secondInstance'],
    instanceArn: twice.InstanceArn,
    why: expect.stringContaining(`beside it there is ${second}`) as string,
  });
  expect(report.of(removed)).toMatchObject({
    findings: ['stillThere'],
    remedy: expect.stringContaining(`deprovision ${removed}`) as string,
  });
  // Temporal knows no run of it any more: the rules say what is asked for.
  expect(report.of(elsewhere)).toMatchObject({
    findings: ['otherRegion'],
    differences: [{ field: 'region', asked: 'eu-west-1', actual: 'eu-central-1' }],
  });
  expect(report).not.toHaveProperty('started');
});

test('a page that is lost is told, and ends nothing but the look at its accounts', async () => {
  const [slow = ''] = freshAccounts(1);
  suite.its.emulator.setFaults({ accounts: [slow], latencyMs: 60_000 });
  suite.its.emulator.setOrganization({ accounts: [{ id: slow }] });
  const name = randomUUID().slice(0, 8);
  const audit = await suite.its.client.audits.start({ name });
  const page = suite.its.temporal.workflow.getHandle(`${auditIdOf(name)}/${audit.runId.slice(0, 8)}/0`);
  await until(
    () => page.describe().catch(() => undefined),
    (description) => description !== undefined,
  );
  await page.terminate('lost');
  const report = await suite.its.client.audits.result(audit);
  // Whom the other tests have made instances for are on the page as well, and the management account.
  expect(report).toMatchObject({ lostPages: [0], pages: 1, found: [], drifted: 0 });
  expect(report.counts).toEqual({ unknown: report.accounts });
  expect(report.unseen).toBe(report.accounts);
  expect(report).not.toHaveProperty('started');
  suite.its.emulator.setFaults({ accounts: [slow] });
});

test('a name that was corrected in a hold is the one that is asked for', async () => {
  const account = freshAccount();
  const { result } = await suite.its.start(
    account,
    { failNext: [{ operation: 'CreateInstance', error: 'ValidationException', times: 1 }] },
    { name: 'wrong', onFailure: 'hold' },
  );
  await until(
    () => suite.its.client.status(account),
    ({ stage }) => stage === 'held',
  );
  await suite.its.client.retry(account, { name: 'right' });
  await result;
  expect((await auditOf([account])).of(account)?.findings).toEqual(['inOrder']);
});

test('the histories replay, and no audit leaves a page open', async () => {
  async function* histories() {
    for (const name of names.slice(0, 3)) {
      const { pageIdPrefix } = (await suite.its.temporal.workflow
        .getHandle(auditIdOf(name))
        .result()) as AuditReport;
      for (const workflowId of [auditIdOf(name), `${pageIdPrefix}0`])
        yield { workflowId, history: await suite.its.temporal.workflow.getHandle(workflowId).fetchHistory() };
    }
  }
  const options = { workflowBundle: { codePath: WORKFLOW_BUNDLE } };
  for await (const { error } of Worker.runReplayHistories(options, histories())) if (error) throw error;
});

import {
  CreateInstanceCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateInstanceCommand,
} from '@aws-sdk/client-sso-admin';
import { Worker } from '@temporalio/worker';
import { randomUUID } from 'node:crypto';
import type { AccountAudit, AuditReport, AuditRequestInput, RequestDefaults } from '../../../client';
import { auditIdOf, WORKFLOW_ID_TAG, workflowIdOf } from '../../../contract';
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

const MANAGEMENT = '999999999999';
/** More than a page of them. */
const manyTags = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`t${index}`, 'x']));

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

/** What {@link requestFor} asks for, of every account. */
function forAll(more: Parameters<typeof requestFor>[1]): RequestDefaults {
  const { region, timing } = requestFor('', more);
  return { region, ...(timing === undefined ? {} : { timing }), ...more };
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
  await handleOf(its, open).terminate();
  await its.client.abort(held, 'not wanted');
});

test('told to start what is missing, it has a fleet make it: once, as it was asked for before or as the audit asks', async () => {
  const [missing = '', foreign = '', excluded = ''] = freshAccounts(3);
  await its.createdBySomebodyElse(foreign);
  const lost = await provisioned({ region: 'eu-central-1' });
  await its.deleteInstance(lost.account, lost.InstanceArn, 'eu-central-1');
  const defaults = forAll({ name: 'workforce', existing: 'adopt' });
  const members = [missing, foreign, lost.account, excluded];
  const request = { rules: { defaults }, exclude: [excluded] };
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

test('an instance that somebody else made, two of them, and one that should be deleted are told', async () => {
  const [removed = '', elsewhere = ''] = freshAccounts(2);
  const twice = await provisioned();
  its.emulator.setFaults({ accounts: [twice.account], creationMs: 0, secondInstance: true });
  const { InstanceArn: second } = await twice.owner.send(new CreateInstanceCommand({}));
  const Tags = (account: string) => [{ Key: WORKFLOW_ID_TAG, Value: workflowIdOf(account) }];
  await its.provision(removed, {});
  await its.client.deprovision({ accountId: removed });
  // With the tag of our runs, as by a restored backup of whatever made it.
  await (await its.owner(removed)).send(new CreateInstanceCommand({ Tags: Tags(removed) }));
  its.emulator.setFaults({ accounts: [elsewhere], creationMs: 0 });
  await (
    await its.owner(elsewhere, 'eu-central-1')
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

test('after a deprovisioning that failed nothing is made anew', async () => {
  const account = freshAccount();
  const { instanceArn } = await its.provision(account, {});
  const refuse = { operation: 'DeleteInstance', error: 'ValidationException', times: 1 };
  its.emulator.setFaults({ accounts: [account], failNext: [refuse], deletionMs: 0 });
  await expect(its.client.deprovision({ accountId: account })).rejects.toThrow();
  const rules = { defaults: { region: 'eu-west-1' } };
  const seen = await auditOf([account], { rules, start: true });
  expect(seen.of(account)).toMatchObject({ findings: ['stillThere'], instanceArn });
  its.emulator.setFaults({ accounts: [account], deletionMs: 0 });
  await its.deleteInstance(account, instanceArn);
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
    await its.deleteInstance(lost.account, lost.InstanceArn);
    const members: Members = [
      { id: prod, unit: production, tags: { stage: 'prod', ...manyTags } },
      { id: plain, unit: workloads },
      { id: data, name: 'data-lake' },
      { id: ignored, unit: sandbox },
      // Its run failed, and it was moved since.
      { id: moved, unit: sandbox },
      { id: lost.account, unit: sandbox },
    ];
    await expect(its.provision(moved, { organizationForbids: true })).rejects.toThrow();
    its.emulator.setFaults({ accounts: [moved], creationMs: 0 });
    const before = its.emulator.calls({ account: ignored }).length;
    const report = await auditOf(members, { rules, start: true }, { units, emptyPages: true });
    expect(report.of(prod)).toMatchObject({ findings: ['missing'], startAs: 'rules.1' });
    expect(report.of(plain)).toMatchObject({ findings: ['missing'], startAs: 'otherwise' });
    expect(report.of(data)).toMatchObject({ findings: ['missing'], startAs: 'rules.2' });
    expect(report.of(ignored)).toEqual({
      accountId: ignored,
      findings: ['ignored'],
      why: 'rules.0 of the rules says so',
    });
    expect(its.emulator.calls({ account: ignored })).toHaveLength(before);
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
    await its.client.fleets.result(report.started?.fleet ?? '');
    expect(its.created(prod)).toMatchObject([
      { region: 'eu-west-1', name: 'prod', tags: { team: 'identity', stage: 'prod' } },
    ]);
    expect(its.created(plain)).toMatchObject([{ region: 'eu-west-1', tags: { team: 'identity' } }]);
    expect(its.created(data)).toMatchObject([{ region: 'eu-central-1', tags: { team: 'identity' } }]);
    expect([ignored, moved, lost.account].flatMap((account) => its.created(account))).toEqual([]);
  });

  test('what Organizations does not say is not guessed: of one account, or of all', async () => {
    const [gone = '', there = ''] = freshAccounts(2);
    const members: Members = [{ id: gone }, { id: there, unit: sandbox }];
    const fail = (error: string, times: number) => {
      its.emulator.setFaults({
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
    its.emulator.setFaults({ accounts: [MANAGEMENT] });
  });

  test('throttling in the midst of it is waited for', async () => {
    const members = freshAccounts(30).map((id) => ({ id, unit: sandbox }));
    its.emulator.setFaults({
      accounts: [MANAGEMENT],
      failNext: [{ operation: 'DescribeOrganizationalUnit', error: 'TooManyRequestsException', times: 2 }],
    });
    const report = await auditOf(members, { rules }, { units });
    expect(report.counts).toMatchObject({ ignored: 30 });
    // The name of a unit is asked for once, not once an account.
    expect(its.emulator.calls({ operation: 'DescribeOrganizationalUnit' }).length).toBeLessThan(15);
    its.emulator.setFaults({ accounts: [MANAGEMENT] });
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

test('a page that is lost is told, and ends nothing but the look at its accounts', async () => {
  const [slow = ''] = freshAccounts(1);
  its.emulator.setFaults({ accounts: [slow], latencyMs: 60_000 });
  its.emulator.setOrganization({ accounts: [{ id: slow }] });
  const name = randomUUID().slice(0, 8);
  const audit = await its.client.audits.start({ name });
  const page = its.temporal.workflow.getHandle(`${auditIdOf(name)}/${audit.runId.slice(0, 8)}/0`);
  await until(
    () => page.describe().catch(() => undefined),
    (description) => description !== undefined,
  );
  await page.terminate('lost');
  const report = await its.client.audits.result(audit);
  // Whom the other tests have made instances for are on the page as well, and the management account.
  expect(report).toMatchObject({ lostPages: [0], pages: 1, found: [], drifted: 0 });
  expect(report.counts).toEqual({ unknown: report.accounts });
  expect(report.unseen).toBe(report.accounts);
  expect(report).not.toHaveProperty('started');
  its.emulator.setFaults({ accounts: [slow] });
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
  const timing = { retry: { initialInterval: '20ms', maximumInterval: '50ms' } };
  const rules = { defaults: { region: 'eu-west-1', timing } };
  const report = await auditOf(accounts, { rules }, { emptyPages: true });
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
  const wrong = {
    name: 'a/b',
    start: true,
    rules: { defaults: { naem: 'x', accountId: '1' } },
    exclude: ['1'],
  };
  await expect(its.client.audits.start(wrong as unknown as AuditRequestInput)).rejects.toMatchObject({
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
  await expect(its.client.audits.start({ start: true })).rejects.toMatchObject({
    problems: [expect.objectContaining({ field: 'rules' })],
  });
  const rules = {
    defaults: { region: 'eu-west-1' },
    rules: [{ match: { account: '1*' }, request: { region: 'eu-west-9' } }],
  };
  await expect(its.client.audits.start({ rules })).rejects.toMatchObject({
    problems: [expect.objectContaining({ field: 'rules.rules.0.request.region' })],
  });
  await expect(
    its.client.audits.start({ rules: { ...rules, rules: [{ match: {} }] } }),
  ).rejects.toMatchObject({
    problems: [expect.objectContaining({ field: 'rules.rules.0.match' })],
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

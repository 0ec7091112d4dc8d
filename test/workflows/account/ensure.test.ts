import { WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { OtherRunOpenError, RequestDiffersError, RunCancelledError } from '../../../client';
import { DEPROVISION_WORKFLOW, ENSURE_UPDATE, type Progress } from '../../../contract';
import { freshAccount, handleOf, requestFor, until } from '../../support/harness';
import { ensureRaw, refusalOf, startRaw } from '../../support/other-language';
import { startProvisioning, type ProvisioningHarness } from '../../support/provisioning';
import { hurry, throttledOnce } from '../../support/steering';

const { EventType } = temporal.api.enums.v1;

let harness: ProvisioningHarness;
beforeAll(async () => {
  harness = await startProvisioning();
});
afterAll(() => harness.stop());

/** Nothing but what has no default. */
const bare = (accountId: string) => ({ accountId, region: 'eu-west-1' });

/** The instance stays in the making until the test has ended. */
const staysOpen = (account: string) => {
  harness.emulator.setFaults({ accounts: [account], creationMs: 600_000, deletionMs: 0 });
};

const eventTypes = async (account: string) =>
  (await harness.eventsOf(account)).map(({ eventType }) =>
    String(EventType[eventType ?? 0]).replace('EVENT_TYPE_', ''),
  );

/** Events but those of workflow tasks, of which the server may write one down for a question that leaves nothing else. */
const eventCount = async (account: string) =>
  (await harness.eventsOf(account)).filter(
    ({ workflowTaskScheduledEventAttributes: a, workflowTaskStartedEventAttributes: b, ...event }) =>
      !(a ?? b ?? event.workflowTaskCompletedEventAttributes ?? event.workflowTaskFailedEventAttributes),
  ).length;

const held = (account: string) =>
  until(
    () => harness.client.status(account),
    ({ stage }) => stage === 'held',
  );

const ensured = (account: string, argument: unknown) =>
  handleOf(harness, account).executeUpdate<Progress, [unknown]>(ENSURE_UPDATE, { args: [argument] });

const endOf = (handle: WorkflowHandle) =>
  handle.result().then(
    () => undefined,
    (error: unknown) => (error instanceof WorkflowFailedError ? error.cause : error),
  );

test.concurrent(
  'starts the run; the Update is two events, and search attributes that it lacks are two',
  async () => {
    const [account, ours] = [freshAccount(), freshAccount()];
    const { handle, progress } = await ensureRaw(harness, account, bare(account));
    expect(progress).toMatchObject({ stage: 'creating', request: { ...bare(account), existing: 'fail' } });
    await expect(handle.result()).resolves.toMatchObject({ outcome: 'created' });
    await harness.client.provision(requestFor(ours));
    const [byEnsure, byClient] = [await eventTypes(account), await eventTypes(ours)];
    const [update, attributes] = [
      ['WORKFLOW_EXECUTION_UPDATE_ACCEPTED', 'WORKFLOW_EXECUTION_UPDATE_COMPLETED'],
      ['MARKER_RECORDED', 'UPSERT_WORKFLOW_SEARCH_ATTRIBUTES'],
    ];
    expect(byClient).toHaveLength(12);
    expect(byEnsure.toSorted()).toEqual([...byClient, ...update, ...attributes].toSorted());
  },
);

test.concurrent('callers who come at once join one run, however they write the request', async () => {
  const account = freshAccount();
  staysOpen(account);
  const written = [bare(account), { ...bare(account), existing: 'fail' }, { ...bare(account), timing: {} }];
  const callers = await Promise.all(
    [...written, ...written].map((request) => ensureRaw(harness, account, request)),
  );
  const joined = await harness.client.start(bare(account));
  expect(new Set([joined.runId, ...callers.map(({ runId }) => runId)]).size).toBe(1);
  expect(joined.joined).toBe(true);
  await until(
    () => harness.client.status(account),
    ({ stage }) => stage === 'waitingForActive',
  );
  expect(harness.creates(account)).toHaveLength(1);
  await harness.client.cancel(account);
});

test.concurrent('another request is refused with the fields that differ, and leaves no event', async () => {
  const account = freshAccount();
  staysOpen(account);
  await ensureRaw(harness, account, { ...bare(account), name: 'workforce' });
  await until(
    () => harness.client.status(account),
    ({ stage }) => stage === 'waitingForActive',
  );
  const before = await eventCount(account);
  const other = { ...bare(account), region: 'us-east-1', tags: { team: 'a' } };
  const refusal = await refusalOf(ensureRaw(harness, account, other));
  expect(refusal).toMatchObject({ type: 'RequestDiffers', nonRetryable: true });
  expect(refusal.message).toContain(`Account ${account}: an open run was asked for something else: name is`);
  const differences = [
    { field: 'name', running: 'workforce' },
    { field: 'region', running: 'eu-west-1', asked: 'us-east-1' },
    { field: 'tags.team', asked: 'a' },
  ];
  expect(refusal.details).toEqual([
    { situation: 'requestDiffers', accountId: account, remedy: expect.any(String) as string, differences },
  ]);
  expect(refusal.message.endsWith((refusal.details?.[0] as { remedy: string }).remedy)).toBe(true);
  await expect(harness.client.start(other)).rejects.toMatchObject({ differences });
  expect(await eventCount(account)).toBe(before);
  await harness.client.cancel(account);
});

test.concurrent(
  'after a correction, what is asked for now is joined, and what was asked at first is not',
  async () => {
    const account = freshAccount();
    const failNext = [
      { operation: 'CreateInstance', error: 'ValidationException', message: 'taken', times: 1 },
    ];
    harness.emulator.setFaults({ accounts: [account], failNext, creationMs: 600_000, deletionMs: 0 });
    const request = { ...bare(account), name: 'taken', onFailure: 'hold' as const };
    const { runId } = await ensureRaw(harness, account, request);
    const { failure } = await held(account);
    expect(failure).toMatchObject({ type: 'ValidationException', situation: 'invalidParameter' });
    await harness.client.retry(account, { name: 'free' });
    const { request: running } = await ensured(account, { ...request, name: 'free' });
    expect(running).toMatchObject({ name: 'free' });
    const first = await refusalOf(ensureRaw(harness, account, request));
    expect(first.details).toMatchObject([
      { differences: [{ field: 'name', running: 'free', asked: 'taken' }] },
    ]);
    await expect(harness.client.start(request)).rejects.toBeInstanceOf(RequestDiffersError);
    await expect(harness.client.start({ ...request, name: 'free' })).resolves.toMatchObject({
      runId,
      joined: true,
    });
    await harness.client.cancel(account);
  },
);

test.concurrent(
  'a run that deletes, or is being cancelled, is not joined; once it has ended a new one starts',
  async () => {
    const account = freshAccount();
    harness.emulator.setFaults({ accounts: [account], creationMs: 0, ...throttledOnce('ListInstances') });
    const deletion = await startRaw(harness, account, bare(account), DEPROVISION_WORKFLOW);
    const refusal = await refusalOf(ensureRaw(harness, account, bare(account)));
    expect(refusal).toMatchObject({
      type: 'OtherRunOpen',
      details: [{ situation: 'otherRunOpen', accountId: account, workflowType: DEPROVISION_WORKFLOW }],
    });
    await deletion.cancel();
    await endOf(deletion);

    // Its roll-back waits.
    harness.emulator.setFaults({
      accounts: [account],
      creationMs: 600_000,
      ...throttledOnce('DeleteInstance'),
    });
    const { handle, runId } = await ensureRaw(harness, account, bare(account));
    await until(
      () => harness.client.status(account),
      ({ stage }) => stage === 'waitingForActive',
    );
    await handle.cancel();
    await harness.called(account, 'DeleteInstance');
    const late = await refusalOf(ensureRaw(harness, account, bare(account)));
    expect(late).toMatchObject({ type: 'OtherRunOpen', details: [{ why: 'that is being cancelled' }] });
    const ours = harness.client.start(bare(account));
    await expect(ours).rejects.toBeInstanceOf(OtherRunOpenError);
    await expect(ours).rejects.toThrow('a run of provisionIdentityCenter that is being cancelled is open');
    harness.emulator.setFaults({ accounts: [account], creationMs: 0, deletionMs: 0 });
    await hurry(harness, account);
    await expect(
      harness.client.result({ accountId: account, workflowId: handle.workflowId, runId, joined: false }),
    ).rejects.toBeInstanceOf(RunCancelledError);
    const next = await ensureRaw(harness, account, bare(account));
    expect(next.runId).not.toBe(runId);
    await expect(next.handle.result()).resolves.toMatchObject({ status: 'ACTIVE' });
  },
);

test.concurrent('what is no request is refused with every field, and the run goes on', async () => {
  const account = freshAccount();
  staysOpen(account);
  await startRaw(harness, account, bare(account));
  const problemsOf = async (argument: unknown) => {
    const refusal = await refusalOf(
      argument === undefined
        ? handleOf(harness, account).executeUpdate(ENSURE_UPDATE)
        : ensured(account, argument),
    );
    expect(refusal).toMatchObject({ type: 'InvalidRequest', details: [{ situation: 'invalidRequest' }] });
    expect(refusal.message).toContain(`Account ${account}: the request is not valid`);
    return (refusal.details?.[0] as { problems: { field: string }[] }).problems.map(({ field }) => field);
  };
  expect(await problemsOf(undefined)).toEqual(['request']);
  expect(await problemsOf(null)).toEqual(['request']);
  expect(await problemsOf('eu-west-1')).toEqual(['request']);
  expect(await problemsOf({ accountId: account })).toEqual(['region']);
  expect(await problemsOf(bare(freshAccount()))).toEqual(['accountId']);
  const newer = refusalOf(ensured(account, { ...bare(account), quota: 2, timing: { patience: '1s' } }));
  await expect(newer).resolves.toMatchObject({
    message: expect.stringMatching(
      /timing\.patience: unknown field; quota: unknown field|quota: .*patience/,
    ) as string,
  });
  await expect(newer).resolves.toMatchObject({
    message: expect.stringContaining('upgrade the workers, or leave it out') as string,
  });
  expect(await ensured(account, bare(account))).toMatchObject({ stage: expect.any(String) as string });
  await harness.client.cancel(account);
});

test.concurrent(
  'a request that is not valid ends the run that it starts; the caller is told by the Update too',
  async () => {
    const account = freshAccount();
    const wrong = { ...bare(account), region: 'Ireland', colour: 'red' };
    const refusal = await refusalOf(ensureRaw(harness, account, wrong));
    expect(refusal).toMatchObject({
      type: 'InvalidRequest',
      details: [{ problems: [{ field: 'region' }, { field: 'colour', message: 'unknown field' }] }],
    });
    const end = await endOf(handleOf(harness, account));
    expect(end).toMatchObject({ type: 'InvalidRequest', details: [{ situation: 'invalidRequest' }] });
    expect(harness.emulator.calls({ account })).toHaveLength(0);
  },
);

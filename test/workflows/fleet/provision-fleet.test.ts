import type { WorkflowFailedError } from '@temporalio/client';
import { FleetDiffersError, FleetFailedError, type FleetResult } from '../../../client';
import { fleetIdOf, workflowIdOf } from '../../../contract';
import { freshAccounts, startFleets, type FleetHarness } from '../../support/fleets';
import { freshAccount, requestFor, until } from '../../support/harness';
import { letGoOn, throttledOnce, UNSEEN } from '../../support/steering';

let harness: FleetHarness;
beforeAll(async () => {
  harness = await startFleets();
});
afterAll(() => harness.stop());

test.concurrent('each account gets one instance, by a run of its own', async () => {
  const ids = freshAccounts(30);
  const fleet = harness.fleetOf(ids, { maxConcurrent: 8 });
  expect(await harness.run(fleet)).toMatchObject({
    accounts: 30,
    succeeded: 30,
    failed: 0,
    skipped: 0,
    causes: [],
  });
  expect(ids.map((account) => harness.created(account).length)).toEqual(ids.map(() => 1));
  const handle = harness.temporal.workflow.getHandle(workflowIdOf(ids[0] ?? ''));
  expect((await handle.describe()).status.name).toBe('COMPLETED');
  expect((await harness.outcomesOf(fleet.name)).map(({ outcome }) => outcome)).toEqual(
    ids.map(() => 'created'),
  );
});

test.concurrent(
  'never more runs are open than maxConcurrent, over pages, and slow accounts delay no other',
  async () => {
    const ids = freshAccounts(12);
    const [slow = ''] = ids;
    harness.emulator.setFaults({ accounts: [slow], creationMs: 0, failNext: [UNSEEN] });
    const fleet = harness.fleetOf(ids, { maxConcurrent: 2 });
    await harness.client.fleets.start(fleet);
    const last = await until(
      async () => {
        const seen = await harness.client.fleets.status(fleet.name);
        expect(seen.open).toBeLessThanOrEqual(2);
        return seen;
      },
      ({ waiting, open }) => waiting === 0 && open === 1,
    );
    expect(last).toMatchObject({ succeeded: 11, stage: 'running' });
    harness.emulator.setFaults({ accounts: [slow], creationMs: 0 });
    expect(await harness.client.fleets.result(fleet.name)).toMatchObject({ succeeded: 12 });
  },
);

test.concurrent(
  'failures are counted by cause, and those alone are done when the fleet is started again',
  async () => {
    const ids = freshAccounts(6);
    const [bad = ''] = ids;
    harness.emulator.setFaults({ accounts: [bad], organizationForbids: true });
    const fleet = harness.fleetOf(ids);
    const first = await harness.run(fleet);
    expect(first).toMatchObject({ succeeded: 5, failed: 1 });
    expect(first?.causes).toEqual([
      expect.objectContaining({ type: 'AccessDeniedException', count: 1, accounts: [bad] }),
    ]);
    harness.emulator.setFaults({ accounts: [bad], organizationForbids: false });
    expect(await harness.run(fleet)).toMatchObject({ succeeded: 6, failed: 0 });
    expect(harness.created(bad)).toHaveLength(1);
  },
);

test.concurrent('an account whose run is open is joined', async () => {
  const [account = '', other = ''] = freshAccounts(2);
  harness.emulator.setFaults({ accounts: [account], creationMs: 3_000 });
  await harness.client.start(requestFor(account));
  expect(await harness.run(harness.fleetOf([account, other]))).toMatchObject({ succeeded: 2 });
  expect(harness.creates(account)).toHaveLength(1);
});

test.concurrent(
  'a joined run that is terminated has failed, which retry and the next start can mend',
  async () => {
    const [account = ''] = freshAccounts(1);
    harness.emulator.setFaults({ accounts: [account], creationMs: 600_000 });
    await harness.client.start(requestFor(account));
    const fleet = harness.fleetOf([account]);
    await harness.client.fleets.start(fleet);
    const { pageIdPrefix } = await until(
      () => harness.client.fleets.status(fleet.name),
      ({ open }) => open === 1,
    );
    const page = harness.temporal.workflow.getHandle(`${pageIdPrefix}0`);
    // Its page counts an account as open before it has met the run: ended before that, the run would be started anew.
    await until(
      () => page.describe(),
      ({ raw }) =>
        raw.pendingActivities?.some(({ activityType }) => activityType?.name === 'followRun') === true,
    );
    await harness.temporal.workflow.getHandle(workflowIdOf(account)).terminate();
    expect(await harness.client.fleets.result(fleet.name)).toMatchObject({
      failed: 1,
      cancelled: 0,
      causes: [{ type: 'Terminated', remedy: expect.stringContaining('Start the fleet again') as string }],
    });
  },
);

test.concurrent('a request that no run would take fails alone', async () => {
  const [account = ''] = freshAccounts(1);
  const fleet = harness.fleetOf([account]);
  const wrong = { ...requestFor(freshAccount()), region: 'nowhere' };
  const result = await harness.run({ ...fleet, accounts: [...fleet.accounts, wrong] });
  expect(result).toMatchObject({ succeeded: 1, failed: 1 });
  expect(result?.causes[0]?.example).toContain('region: must be an AWS Region code');
});

test.concurrent('a fleet that is open is joined by the same manifest, and refused to another', async () => {
  const ids = freshAccounts(3);
  for (const account of ids)
    harness.emulator.setFaults({ accounts: [account], ...throttledOnce('DescribeInstance') });
  const fleet = harness.fleetOf(ids);
  const first = await harness.client.fleets.start(fleet);
  expect(await harness.client.fleets.start(fleet)).toEqual({
    ...first,
    joined: true,
    stage: 'running',
  });
  await expect(harness.client.fleets.start({ ...fleet, accounts: fleet.accounts.slice(1) })).rejects.toThrow(
    FleetDiffersError,
  );
  await Promise.all(ids.map((account) => letGoOn(harness, account)));
  expect(await harness.client.fleets.result(fleet.name)).toMatchObject({ accounts: 3, succeeded: 3 });
});

test.concurrent(
  'an account in two fleets and a run of its own gets one instance, and all three succeed',
  async () => {
    const ids = freshAccounts(6);
    // None ends before all who ask for it have come to it.
    harness.emulator.setFaults({ accounts: ids, creationMs: 0, failNext: [UNSEEN] });
    const fleets = [harness.fleetOf(ids), harness.fleetOf([...ids].reverse())];
    const [alone] = await Promise.all([
      harness.client.start(requestFor(ids[3] ?? '')),
      ...fleets.map((fleet) => harness.client.fleets.start(fleet)),
    ]);
    for (const { name } of fleets)
      await until(
        () => harness.client.fleets.status(name),
        ({ open }) => open === ids.length,
      );
    harness.emulator.setFaults({ accounts: ids, creationMs: 0 });
    for (const { name } of fleets)
      expect(await harness.client.fleets.result(name)).toMatchObject({ succeeded: 6, failed: 0 });
    await expect(harness.client.result(alone)).resolves.toMatchObject({ status: 'ACTIVE' });
    expect(ids.map((account) => harness.creates(account).length)).toEqual(ids.map(() => 1));
  },
);

test.concurrent(
  'an account with an open run that was asked for something else, or that deletes, fails and is left alone',
  async () => {
    const [other = '', deleting = ''] = freshAccounts(2);
    await harness.client.provision(requestFor(deleting));
    harness.emulator.setFaults({ accounts: [other], creationMs: 600_000 });
    harness.emulator.setFaults({ accounts: [deleting], deletionMs: 600_000 });
    await harness.client.start(requestFor(other, { name: 'workforce' }));
    await harness.client.startDeprovision({ accountId: deleting });
    const result = await harness.run(harness.fleetOf([other, deleting]));
    expect(result).toMatchObject({ succeeded: 0, failed: 2 });
    expect(result?.causes.map(({ type }) => type).sort()).toEqual(['OtherRunOpen', 'RequestDiffers']);
    expect(await harness.client.status(other)).toMatchObject({ status: 'RUNNING' });
  },
);

test.concurrent('a pipeline in another language gives up to a page of accounts with the start', async () => {
  const ids = freshAccounts(3);
  const name = harness.freshName();
  const { workflow } = harness.temporal;
  const args = [{ name, accounts: ids.map((account) => requestFor(account)) }] as [object];
  const options = { workflowId: fleetIdOf(name), taskQueue: harness.taskQueue, args };
  expect(await workflow.execute('provisionFleet', options)).toMatchObject({ accounts: 3, succeeded: 3 });
});

test.concurrent(
  'a fleet that no workflow would take fails with every problem, and says what to do',
  async () => {
    const options = {
      workflowId: fleetIdOf('never'),
      taskQueue: harness.taskQueue,
      args: [{ name: 'a/b', accounts: [], pages: -1, maxConcurrent: 0 }] as [object],
    };
    const error: unknown = await harness.temporal.workflow
      .execute('provisionFleet', options)
      .catch((it: unknown) => it);
    const message = (error as WorkflowFailedError).cause?.message;
    for (const field of ['name', 'pages', 'maxConcurrent']) expect(message).toContain(`${field}: `);
    expect(message).toContain('start the fleet again');
    await expect(harness.client.fleets.status('never')).rejects.toThrow(
      new FleetFailedError('never', message ?? ''),
    );
  },
);

test.concurrent('every failure is counted under its cause, however many come at once', async () => {
  const fleet = harness.fleetOf(freshAccounts(200), { maxConcurrent: 200 });
  const accounts = fleet.accounts.map((account) => ({ ...account, region: 'nowhere' }));
  const result = await harness.run({ ...fleet, accounts });
  expect(result).toMatchObject({ failed: 200, causes: [{ type: 'InvalidRequest', count: 200 }] });
  expect(result?.causes[0]?.example).toContain('region: must be an AWS Region code');
});

test.concurrent('a page that came out of turn is noted, and the fleet takes it in its turn', async () => {
  const [first = '', second = ''] = freshAccounts(2);
  const name = harness.freshName();
  const handle = await harness.temporal.workflow.start<(request: object) => Promise<FleetResult>>(
    'provisionFleet',
    {
      workflowId: fleetIdOf(name),
      taskQueue: harness.taskQueue,
      args: [{ name, pages: 2 }],
    },
  );
  const page = (index: number, account: string) =>
    handle.signal('addPage', { page: index, accounts: [requestFor(account)] });
  await page(1, second);
  await page(0, first);
  const { notes } = await until(
    () => harness.client.fleets.status(name),
    ({ pages }) => pages.arrived === 1,
  );
  expect(notes).toEqual(['addPage changed nothing: page 1 came before page 0']);
  await page(0, first);
  await page(1, second);
  expect(await handle.result()).toMatchObject({ accounts: 2, succeeded: 2 });
});

// Last: what all the fleets above left.
test('the histories of these fleets and of their pages replay', () => harness.replayAll());

import { randomUUID } from 'node:crypto';
import { FleetDiffersError, type FleetInput, type FleetResult } from '../../client';
import { Worker } from '@temporalio/worker';
import { fleetIdOf, workflowIdOf } from '../../contract';
import { WORKFLOW_BUNDLE } from '../../worker';
import { freshAccount, requestFor, until } from '../support/harness';
import { startProvisioning, type ProvisioningHarness } from '../support/provisioning';

let harness: ProvisioningHarness;
beforeAll(async () => {
  harness = await startProvisioning();
});
afterAll(() => harness.stop());

const names: string[] = [];
function freshName(): string {
  const name = `fleet-${randomUUID().slice(0, 8)}`;
  names.push(name);
  return name;
}
const accounts = (count: number) => Array.from({ length: count }, freshAccount);

function fleetOf(ids: string[], more: Partial<FleetInput> = {}): FleetInput {
  return { name: freshName(), accounts: ids.map((account) => requestFor(account)), ...more };
}

async function run(input: FleetInput) {
  await harness.client.fleets.start(input);
  return harness.client.fleets.result(input.name);
}

async function outcomesOf(name: string) {
  const outcomes = [];
  for await (const outcome of harness.client.fleets.outcomes(name)) outcomes.push(outcome);
  return outcomes;
}

test('each account gets one instance, by a run of its own', async () => {
  const ids = accounts(30);
  const fleet = fleetOf(ids, { maxConcurrent: 8 });
  expect(await run(fleet)).toMatchObject({ accounts: 30, succeeded: 30, failed: 0, skipped: 0, causes: [] });
  expect(ids.map((account) => harness.created(account).length)).toEqual(ids.map(() => 1));
  const handle = harness.temporal.workflow.getHandle(workflowIdOf(ids[0] ?? ''));
  expect((await handle.describe()).status.name).toBe('COMPLETED');
  expect((await outcomesOf(fleet.name)).map(({ outcome }) => outcome)).toEqual(ids.map(() => 'created'));
});

test('a fleet that is started again calls nothing for what is done', async () => {
  const ids = accounts(5);
  const fleet = fleetOf(ids);
  await run(fleet);
  const before = harness.emulator.calls({}).length;
  expect(await run(fleet)).toMatchObject({ succeeded: 5 });
  expect((await outcomesOf(fleet.name))[0]).toMatchObject({ outcome: 'alreadyProvisioned' });
  const after = harness.emulator.calls({}).filter(({ account }) => ids.includes(account));
  expect(after.filter(({ operation }) => operation === 'CreateInstance')).toHaveLength(5);
  expect(harness.emulator.calls({}).length).toBe(before);
});

test('never more runs are open than maxConcurrent, over pages, and slow accounts delay no other', async () => {
  const ids = accounts(12);
  const [slow = ''] = ids;
  harness.emulator.setFaults({ accounts: [slow], creationMs: 6_000 });
  const fleet = fleetOf(ids, { maxConcurrent: 2 });
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
  expect(await harness.client.fleets.result(fleet.name)).toMatchObject({ succeeded: 12 });
});

test('failures are counted by cause, and those alone are done when the fleet is started again', async () => {
  const ids = accounts(6);
  const [bad = ''] = ids;
  harness.emulator.setFaults({ accounts: [bad], organizationForbids: true });
  const fleet = fleetOf(ids);
  const first = await run(fleet);
  expect(first).toMatchObject({ succeeded: 5, failed: 1 });
  expect(first?.causes).toEqual([
    expect.objectContaining({ type: 'AccessDeniedException', count: 1, accounts: [bad] }),
  ]);
  harness.emulator.setFaults({ accounts: [bad], organizationForbids: false });
  expect(await run(fleet)).toMatchObject({ succeeded: 6, failed: 0 });
  expect(harness.created(bad)).toHaveLength(1);
});

test('stopAfterFailures begins no more accounts', async () => {
  const ids = accounts(20);
  harness.emulator.setFaults({ accounts: ids.slice(0, 2), organizationForbids: true });
  const result = await run(fleetOf(ids, { maxConcurrent: 1, stopAfterFailures: 2 }));
  expect(result).toMatchObject({ failed: 2 });
  // Those that were begun before the fleet heard of the second failure.
  expect(result?.skipped).toBeGreaterThanOrEqual(15);
});

test('an account whose run is open is joined', async () => {
  const [account = '', other = ''] = accounts(2);
  harness.emulator.setFaults({ accounts: [account], creationMs: 3_000 });
  await harness.client.start(requestFor(account));
  expect(await run(fleetOf([account, other]))).toMatchObject({ succeeded: 2 });
  expect(harness.creates(account)).toHaveLength(1);
});

test('a request that no run would take fails alone', async () => {
  const [account = ''] = accounts(1);
  const fleet = fleetOf([account]);
  const wrong = { ...requestFor(freshAccount()), region: 'nowhere' };
  const result = await run({ ...fleet, accounts: [...fleet.accounts, wrong] });
  expect(result).toMatchObject({ succeeded: 1, failed: 1 });
  expect(result?.causes[0]?.example).toContain('region: must be an AWS Region code');
});

test('a held account gives its place to another, and retry of the fleet goes on with it', async () => {
  const ids = accounts(3);
  const [held = ''] = ids;
  harness.emulator.setFaults({ accounts: [held], organizationForbids: true });
  const fleet: FleetInput = {
    ...fleetOf(ids, { maxConcurrent: 1 }),
    accounts: ids.map((account) => requestFor(account, { onFailure: 'hold' })),
  };
  await harness.client.fleets.start(fleet);
  await until(
    () => harness.client.fleets.status(fleet.name),
    ({ held, succeeded }) => held === 1 && succeeded === 2,
  );
  harness.emulator.setFaults({ accounts: [held], organizationForbids: false });
  await harness.client.fleets.order(fleet.name, 'retry');
  expect(await harness.client.fleets.result(fleet.name)).toMatchObject({ succeeded: 3 });
});

test('paused, a fleet begins nothing; resumed, it ends', async () => {
  const ids = accounts(10);
  harness.emulator.setFaults({ accounts: ids, creationMs: 500 });
  const fleet = fleetOf(ids, { maxConcurrent: 2 });
  await harness.client.fleets.start(fleet);
  await harness.client.fleets.order(fleet.name, 'pause');
  await expect(harness.client.fleets.order(fleet.name, 'pause')).rejects.toThrow('paused already');
  const paused = await harness.client.fleets.status(fleet.name);
  expect(paused).toMatchObject({ stage: 'paused' });
  const callsOf = () =>
    harness.emulator.calls({ operation: 'CreateInstance' }).filter((call) => ids.includes(call.account));
  const before = callsOf().length;
  expect(before).toBeLessThanOrEqual(2);
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  expect(callsOf().length).toBeLessThanOrEqual(2);
  await harness.client.fleets.adjust(fleet.name, { maxConcurrent: 10 });
  await harness.client.fleets.order(fleet.name, 'resume');
  expect(await harness.client.fleets.result(fleet.name)).toMatchObject({ succeeded: 10 });
});

test('cancelled, its open runs roll back, the rest is left out, and then it ends', async () => {
  const ids = accounts(8);
  harness.emulator.setFaults({ accounts: ids, creationMs: 60_000, deletionMs: 0 });
  const fleet = fleetOf(ids, { maxConcurrent: 3 });
  await harness.client.fleets.start(fleet);
  await until(
    () => ids.filter((account) => harness.created(account).length > 0).length,
    (made) => made === 3,
  );
  await harness.client.fleets.cancel(fleet.name);
  expect(await harness.client.fleets.result(fleet.name)).toBeUndefined();
  expect(await harness.client.fleets.status(fleet.name)).toMatchObject({
    ...{ stage: 'cancelling', status: 'CANCELLED', open: 0, cancelled: 3, skipped: 5 },
  });
  expect(ids.flatMap((account) => harness.created(account))).toEqual([]);
});

test('cancelled right after its start, it ends with no instance', async () => {
  const ids = accounts(4);
  harness.emulator.setFaults({ accounts: ids, creationMs: 60_000, deletionMs: 0 });
  const fleet = fleetOf(ids);
  await harness.client.fleets.start(fleet);
  await harness.client.fleets.cancel(fleet.name);
  expect(await harness.client.fleets.result(fleet.name)).toBeUndefined();
  expect(ids.flatMap((account) => harness.created(account))).toEqual([]);
});

test('a fleet that is open is joined by the same manifest, and refused to another', async () => {
  const ids = accounts(3);
  harness.emulator.setFaults({ accounts: ids, creationMs: 2_000 });
  const fleet = fleetOf(ids);
  const first = await harness.client.fleets.start(fleet);
  expect(await harness.client.fleets.start(fleet)).toEqual({ ...first, joined: true });
  await expect(harness.client.fleets.start({ ...fleet, accounts: fleet.accounts.slice(1) })).rejects.toThrow(
    FleetDiffersError,
  );
  expect(await harness.client.fleets.result(fleet.name)).toMatchObject({ accounts: 3, succeeded: 3 });
});

test('an account in two fleets and a run of its own gets one instance, and all three succeed', async () => {
  const ids = accounts(6);
  harness.emulator.setFaults({ accounts: ids, creationMs: 1_000 });
  const fleets = [fleetOf(ids), fleetOf([...ids].reverse())];
  const results = await Promise.all([
    ...fleets.map((fleet) => run(fleet)),
    harness.client.provision(requestFor(ids[3] ?? '')),
  ]);
  for (const result of results.slice(0, 2)) expect(result).toMatchObject({ succeeded: 6, failed: 0 });
  expect(ids.map((account) => harness.creates(account).length)).toEqual(ids.map(() => 1));
});

test('a fleet of many pages goes on in another execution, with nothing lost or done twice', async () => {
  const name = freshName();
  const pages = 220;
  const ids = accounts(20);
  const handle = await harness.temporal.workflow.start<(request: object) => Promise<FleetResult>>(
    'provisionFleet',
    {
      workflowId: fleetIdOf(name),
      taskQueue: harness.taskQueue,
      args: [{ name, pages }],
    },
  );
  // Mostly empty pages: each costs the fleet as many events as a full one.
  for (let page = 0; page < pages; page += 1) {
    const account = page % 11 === 0 ? ids[page / 11] : undefined;
    await handle.signal('addPage', { page, accounts: account === undefined ? [] : [requestFor(account)] });
  }
  expect(await handle.result()).toMatchObject({ accounts: 20, succeeded: 20, pages });
  const last = harness.temporal.workflow.getHandle(fleetIdOf(name));
  const { runId, historyLength } = await last.describe();
  expect(runId).not.toBe(handle.firstExecutionRunId);
  expect(historyLength).toBeLessThan(10_000);
  expect(ids.map((account) => harness.creates(account).length)).toEqual(ids.map(() => 1));
});

test('a page that is terminated from outside does not keep its fleet open', async () => {
  const ids = accounts(2);
  harness.emulator.setFaults({ accounts: ids, creationMs: 60_000 });
  const fleet = fleetOf(ids);
  await harness.client.fleets.start(fleet);
  const { pageIdPrefix } = await until(
    () => harness.client.fleets.status(fleet.name),
    ({ waiting }) => waiting === 0,
  );
  await harness.temporal.workflow.getHandle(`${pageIdPrefix}0`).terminate();
  await harness.client.fleets.adjust(fleet.name, { maxConcurrent: 9 });
  await harness.client.fleets.order(fleet.name, 'pause');
  const result = await harness.client.fleets.result(fleet.name);
  expect(result).toMatchObject({ failed: 2, causes: [expect.objectContaining({ type: 'PageLost' })] });
  for (const account of ids) await harness.client.cancel(account);
});

// Last: what all the fleets above left.
test('the histories of fleets and of their pages replay', async () => {
  const histories = names.map(async (name) => {
    const { pageIdPrefix } = await harness.client.fleets.status(name);
    return [fleetIdOf(name), `${pageIdPrefix}0`].map(async (workflowId) => ({
      workflowId,
      history: await harness.temporal.workflow.getHandle(workflowId).fetchHistory(),
    }));
  });
  for (const ofFleet of await Promise.all(histories)) {
    for (const { workflowId, history } of await Promise.all(ofFleet))
      await Worker.runReplayHistory({ workflowBundle: { codePath: WORKFLOW_BUNDLE } }, history, workflowId);
  }
});

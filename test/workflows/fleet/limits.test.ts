import type { FleetResult } from '../../../client';
import { fleetIdOf, workflowIdOf } from '../../../contract';
import { freshAccounts, startFleets, type FleetHarness } from '../../support/fleets';
import { requestFor, until } from '../../support/harness';

/** The limits of a server, at a hundredth of what they are elsewhere. */
const LIMITS = {
  'limit.historyCount.suggestContinueAsNew': 40,
  'limit.historyCount.warn': 200,
  'limit.historyCount.error': 400,
  'history.maximumSignalsPerExecution': 400,
  'limit.blobSize.warn': 200_000,
  'limit.blobSize.error': 400_000,
};

/** Each is some 50 events of the page. */
const ROUNDS = 10;

let harness: FleetHarness;
beforeAll(async () => {
  harness = await startFleets({ ownServer: { dynamicConfig: LIMITS } });
});
afterAll(() => harness.stop());

const historyOf = async (workflowId: string) => {
  const { runId, historyLength, status } = await harness.temporal.workflow.getHandle(workflowId).describe();
  return { runId, historyLength, status: status.name };
};

test('a fleet of many pages goes on in another execution, with nothing lost or done twice', async () => {
  const name = harness.freshName();
  const pages = 60;
  const ids = freshAccounts(pages / 3);
  const handle = await harness.temporal.workflow.start<(request: object) => Promise<FleetResult>>(
    'provisionFleet',
    { workflowId: fleetIdOf(name), taskQueue: harness.taskQueue, args: [{ name, pages }] },
  );
  // Mostly empty pages: each costs the fleet as many events as a full one.
  for (let page = 0; page < pages; page += 1) {
    const account = page % 3 === 0 ? ids[page / 3] : undefined;
    await handle.signal('addPage', { page, accounts: account === undefined ? [] : [requestFor(account)] });
  }
  expect(await handle.result()).toMatchObject({ accounts: ids.length, succeeded: ids.length, pages });
  const { runId, historyLength } = await historyOf(fleetIdOf(name));
  expect(runId).not.toBe(handle.firstExecutionRunId);
  expect(historyLength).toBeLessThan(LIMITS['limit.historyCount.error']);
  expect(ids.map((account) => harness.creates(account).length)).toEqual(ids.map(() => 1));
});

test('more rounds of retry than a history holds end neither the fleet, nor its page, nor the runs of held accounts', async () => {
  const [held, failing] = [freshAccounts(4), freshAccounts(8)];
  harness.emulator.setFaults({ accounts: [...held, ...failing], organizationForbids: true });
  const name = harness.freshName();
  await harness.client.fleets.start({
    name,
    accounts: [
      ...held.map((account) => requestFor(account, { onFailure: 'hold' })),
      ...failing.map((account) => requestFor(account)),
    ],
  });
  const triesOf = (ids: string[]) => ids.flatMap((account) => harness.creates(account)).length;
  const settled = () =>
    until(
      () => harness.client.fleets.status(name),
      ({ failed, held, waiting, open }) => failed === 8 && held === 4 && waiting === 0 && open === 4,
    );
  const { pageIdPrefix } = await settled();
  const first = await historyOf(`${pageIdPrefix}0`);
  for (let round = 0; round < ROUNDS; round += 1) {
    const tries = triesOf(failing);
    await harness.client.fleets.steer(name, 'retry');
    await until(
      () => triesOf(failing),
      (now) => now >= tries + 8,
    );
    await settled();
  }
  const page = await historyOf(`${pageIdPrefix}0`);
  expect(page.runId).not.toBe(first.runId);
  expect(page.historyLength).toBeLessThan(LIMITS['limit.historyCount.error']);
  harness.emulator.setFaults({
    accounts: [...held, ...failing],
    organizationForbids: false,
    creationMs: 0,
  });
  await harness.client.fleets.steer(name, 'retry');
  expect(await harness.client.fleets.result(name)).toMatchObject({ succeeded: 12, failed: 0, causes: [] });
  expect(await harness.outcomesOf(name)).toHaveLength(12);
});

test('more signals than an execution may have end neither a fleet nor a page, which are paused and cancelled after', async () => {
  const ids = freshAccounts(3);
  harness.emulator.setFaults({ accounts: ids, creationMs: 600_000, deletionMs: 0 });
  const fleet = harness.fleetOf(ids);
  await harness.client.fleets.start(fleet);
  const { pageIdPrefix } = await until(
    () => harness.client.fleets.status(fleet.name),
    ({ open }) => open === 3,
  );
  for (const workflowId of [fleetIdOf(fleet.name), `${pageIdPrefix}0`]) {
    const handle = harness.temporal.workflow.getHandle(workflowId);
    const first = await historyOf(workflowId);
    for (let sent = 0; sent < 500; sent += 50) {
      await Promise.all(Array.from({ length: 50 }, () => handle.signal('nothing like it', sent)));
      await handle.query('progress').catch(() => undefined);
    }
    expect(await historyOf(workflowId)).toMatchObject({ status: 'RUNNING' });
    expect((await historyOf(workflowId)).runId).not.toBe(first.runId);
  }
  await harness.client.fleets.steer(fleet.name, 'pause');
  for (const account of ids)
    await until(
      () => harness.client.status(account),
      ({ paused }) => paused,
    );
  await harness.client.fleets.steer(fleet.name, 'resume');
  await harness.client.fleets.cancel(fleet.name);
  expect(await harness.client.fleets.result(fleet.name)).toBeUndefined();
  // The runs that an earlier execution of the page had started are cancelled with it.
  expect(await harness.client.fleets.status(fleet.name)).toMatchObject({ cancelled: 3, failed: 0 });
  for (const account of ids)
    expect(await historyOf(workflowIdOf(account))).toMatchObject({ status: 'CANCELLED' });
});

// Last: what all the fleets above left.
test('the histories of these fleets and of their pages replay', () => harness.replayAll());

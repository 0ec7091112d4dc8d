import {
  FleetHeldError,
  FleetStillRunningError,
  PlanBrokenOffError,
  type FleetInput,
  type IdentityCenterError,
} from '../../../client';
import { areOnlyHeldLeft } from '../../../contract';
import { freshAccounts, startFleets, type FleetHarness } from '../../support/fleets';
import { requestFor, until } from '../../support/harness';
import { notesOf } from '../../support/steering';

let harness: FleetHarness;
beforeAll(async () => {
  harness = await startFleets();
});
afterAll(() => harness.stop());

const errorOf = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error as IdentityCenterError,
  );

async function each(items: AsyncGenerator): Promise<void> {
  while ((await items.next()).done !== true);
}

test.concurrent(
  'with only held accounts left a wait ends, until a retry, which says what it tries, has them go on',
  async () => {
    const { emulator, client } = harness;
    const [held = '', failing = '', good = ''] = freshAccounts(3);
    emulator.setFaults({ accounts: [held, failing], organizationForbids: true });
    const fleet: FleetInput = {
      name: harness.freshName(),
      accounts: [requestFor(held, { onFailure: 'hold' }), requestFor(failing), requestFor(good)],
    };
    const { name } = fleet;
    await client.fleets.start(fleet);
    const error = await errorOf(client.fleets.result(name));
    expect(error).toBeInstanceOf(FleetHeldError);
    expect(error).toMatchObject({
      category: 'running',
      fleet: name,
      status: { held: 1, open: 1, failed: 1 },
    });
    expect(error?.message).toContain(`go on with: identity-center fleet retry ${name}`);
    // A pause of the fleet is no news to a run that does nothing.
    await client.fleets.steer(name, 'pause');
    await client.fleets.steer(name, 'resume');
    expect(await notesOf(harness, held)).toEqual([]);
    const waiting = client.fleets.result(name, { waitHeld: true });
    emulator.setFaults({ accounts: [held, failing], organizationForbids: false });
    const answer = await client.fleets.steer(name, 'retry');
    expect(answer).toMatchObject({ retried: { failed: 1, held: 1, notReady: 0 }, held: 0 });
    // Whoever follows it from here on waits for what it does, and not for a person.
    expect(areOnlyHeldLeft(answer)).toBe(false);
    expect(await waiting).toMatchObject({ succeeded: 3 });
  },
);

test.concurrent(
  'what takes too long, or is broken off by a signal, ends the wait, and the fleet goes on',
  async () => {
    const { emulator, client } = harness;
    const ids = freshAccounts(2);
    emulator.setFaults({ accounts: ids, creationMs: 600_000, deletionMs: 0 });
    const { name } = await client.fleets.start(harness.fleetOf(ids));
    const late = await errorOf(client.fleets.result(name, { timeout: '300ms' }));
    expect(late).toBeInstanceOf(FleetStillRunningError);
    expect(late?.message).toContain(`follow it with: identity-center fleet watch ${name}`);
    const watched = await errorOf(each(client.fleets.watch(name, { timeout: '300ms', intervalMs: 50 })));
    expect(watched).toMatchObject({ name: 'FleetStillRunningError', status: { name, status: 'RUNNING' } });
    const leave = new AbortController();
    const [waiting, watching] = [
      errorOf(client.fleets.result(name, { signal: leave.signal })),
      errorOf(each(client.fleets.watch(name, { signal: leave.signal }))),
    ];
    leave.abort();
    expect(await waiting).toBe(leave.signal.reason);
    expect(await watching).toBe(leave.signal.reason);
    const goesOn = await until(
      () => client.fleets.status(name),
      ({ open }) => open === 2,
    );
    expect(goesOn).toMatchObject({ status: 'RUNNING' });
    await client.fleets.cancel(name);
    expect(await client.fleets.result(name)).toBeUndefined();
  },
);

test.concurrent('a plan that takes too long is broken off, and leaves nothing that goes on', async () => {
  const { emulator, client, temporal, taskQueue } = harness;
  const ids = freshAccounts(2);
  emulator.setFaults({ accounts: ids, latencyMs: 5_000 });
  const plan = client.fleets.plan(
    ids.map((id) => requestFor(id)),
    { timeout: '1s' },
  );
  const error = await errorOf(each(plan));
  expect(error).toBeInstanceOf(PlanBrokenOffError);
  expect(error).toMatchObject({ category: 'running', planned: 0, accounts: 2 });
  emulator.setFaults({ accounts: ids, latencyMs: 0 });
  const query = `TaskQueue = '${taskQueue}' AND WorkflowType = 'planFleetPage' AND ExecutionStatus = 'Running'`;
  await until(
    () => temporal.workflow.count(query),
    ({ count }) => count === 0,
  );
});

// Last: what all the fleets above left.
test('the histories of these fleets and of their pages replay', () => harness.replayAll());

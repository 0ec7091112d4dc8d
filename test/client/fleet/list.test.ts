import { IdentityCenterClient, type FleetSummary } from '../../../client';
import { fleetIdOf } from '../../../contract';
import { freshAccounts, startFleets, type FleetHarness } from '../../support/fleets';
import { requestFor, until } from '../../support/harness';

let harness: FleetHarness;
beforeAll(async () => {
  harness = await startFleets({ ownServer: {} });
});
afterAll(() => harness.stop());

/** Lists fleets, of all those that the shared server has the ones of these names. */
async function listed(names: string[], filter = {}, client = harness.client): Promise<FleetSummary[]> {
  const fleets = [];
  for await (const fleet of client.fleets.list(filter)) if (names.includes(fleet.name)) fleets.push(fleet);
  return fleets;
}

test.concurrent(
  'fleets are listed with how their accounts did, each name once, the latest first',
  async () => {
    const [good = '', bad = '', held = ''] = freshAccounts(3);
    harness.emulator.setFaults({ accounts: [bad, held], organizationForbids: true });
    const ended = harness.fleetOf([good, bad]);
    await harness.run(ended);
    await harness.run(ended);
    const open = { name: harness.freshName(), accounts: [requestFor(held, { onFailure: 'hold' })] };
    await harness.client.fleets.start(open);
    await until(
      () => harness.client.fleets.status(open.name),
      ({ held }) => held === 1,
    );
    // A page has its fleet's workflow ID as the beginning of its own, and is none.
    const names = [ended.name, open.name];
    const [first, second, ...more] = await until(
      () => listed(names),
      ([, last]) => last?.status === 'COMPLETED',
    );
    expect(more).toEqual([]);
    expect(first).toMatchObject({
      name: open.name,
      workflowId: fleetIdOf(open.name),
      status: 'RUNNING',
      stage: 'running',
      counts: { accounts: 1, succeeded: 0, failed: 0, open: 1, held: 1 },
    });
    expect(second).toMatchObject({
      name: ended.name,
      status: 'COMPLETED',
      stage: 'done',
      counts: { accounts: 2, succeeded: 1, failed: 1, held: 0 },
      endedAt: expect.any(String) as string,
    });
    expect((await listed(names, { failed: true })).map(({ name }) => name)).toEqual([ended.name]);
    expect((await listed(names, { stage: 'running' })).map(({ name }) => name)).toEqual([open.name]);
    expect(await listed(names, { stage: 'paused' })).toEqual([]);
    await harness.client.fleets.cancel(open.name);
    await harness.client.fleets.result(open.name);
  },
);

test.concurrent(
  'a fleet whose request was refused is listed as failed, and a workflow with another ID is none',
  async () => {
    const name = harness.freshName();
    const { workflow } = harness.temporal;
    const start = (workflowId: string, argument: object) =>
      workflow.execute('provisionFleet', { workflowId, taskQueue: harness.taskQueue, args: [argument] });
    await expect(start(fleetIdOf(name), { name, pages: -1 })).rejects.toThrow();
    await expect(start(`other/${name}`, { name })).rejects.toThrow();
    const [fleet, ...more] = await until(
      () => listed([name], { failed: true }),
      ({ length }) => length > 0,
    );
    expect([fleet?.status, fleet?.stage, more]).toEqual(['FAILED', undefined, []]);
  },
);

test.concurrent(
  'without a worker the fleets that have ended are told by their results, and open ones are there all the same',
  async () => {
    const idle = await startFleets({ worker: false, address: harness.address });
    try {
      const [account = ''] = freshAccounts(1);
      const ended = harness.fleetOf([account]);
      await harness.run(ended);
      const name = idle.freshName();
      await idle.client.fleets.start({ name, accounts: [requestFor(account)] });
      const names = [ended.name, name];
      const fleets = await until(
        () => listed(names, {}, new IdentityCenterClient(harness.temporal, idle.taskQueue)),
        ({ length }) => length === 2,
      );
      expect(fleets.find((fleet) => fleet.name === name)).toMatchObject({ status: 'RUNNING' });
      expect(fleets.find((fleet) => fleet.name === name)?.counts).toBeUndefined();
      expect(fleets.find((fleet) => fleet.name === ended.name)?.counts).toMatchObject({ succeeded: 1 });
      await harness.temporal.workflow.getHandle(fleetIdOf(name)).terminate();
    } finally {
      await idle.stop();
    }
  },
);

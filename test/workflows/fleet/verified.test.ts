import { UpdateInstanceCommand } from '@aws-sdk/client-sso-admin';
import {
  RunFailedError,
  type AccountOutcome,
  type AccountPlan,
  type ProvisionRequestInput,
} from '../../../client';
import { freshAccounts, startFleets, type FleetHarness } from '../../support/fleets';
import { freshAccount, requestFor } from '../../support/harness';

let harness: FleetHarness;
beforeAll(async () => {
  harness = await startFleets();
});
afterAll(() => harness.stop());

async function outcomeOf(
  account: string,
  more: Partial<ProvisionRequestInput> = {},
  options: { trustHistory?: boolean } = {},
): Promise<AccountOutcome | undefined> {
  const accounts = [requestFor(account, more)];
  const { name } = harness.fleetOf([]);
  await harness.run({ name, accounts, ...options });
  return (await harness.outcomesOf(name))[0];
}

test('a fleet that is started again looks once at each account that is done, and writes nothing', async () => {
  const ids = freshAccounts(5);
  const fleet = harness.fleetOf(ids);
  await harness.run(fleet);
  const before = harness.emulator.calls({}).length;
  expect(await harness.run(fleet)).toMatchObject({ succeeded: 5, differing: 0 });
  const outcomes = await harness.outcomesOf(fleet.name);
  expect(outcomes.map(({ outcome }) => outcome)).toEqual(ids.map(() => 'alreadyProvisioned'));
  const since = harness.emulator.calls({}).slice(before);
  expect(since.map(({ operation }) => operation)).toEqual(ids.map(() => 'ListInstances'));
  const { calls } = await harness.client.fleets.status(fleet.name);
  expect(calls.sent).toBeLessThanOrEqual(5);
});

test('what was deleted in AWS since is made anew, which is told; with trustHistory nobody looks', async () => {
  const ids = freshAccounts(4);
  const [gone = ''] = ids;
  const fleet = harness.fleetOf(ids);
  await harness.run(fleet);
  const [first] = await harness.outcomesOf(fleet.name);
  await harness.deleteInstance(gone, first?.instanceArn ?? '');
  const before = harness.emulator.calls({}).length;
  expect(await harness.run({ ...fleet, trustHistory: true })).toMatchObject({ succeeded: 4 });
  expect(harness.emulator.calls({})).toHaveLength(before);
  expect(harness.created(gone)).toHaveLength(0);

  expect(await harness.run(fleet)).toMatchObject({ succeeded: 4, failed: 0 });
  const [anew, ...others] = await harness.outcomesOf(fleet.name);
  expect(anew).toMatchObject({ accountId: gone, outcome: 'created', replaced: first?.instanceArn });
  expect(harness.created(gone)).toMatchObject([{ instanceArn: anew?.instanceArn, status: 'ACTIVE' }]);
  for (const { outcome, replaced } of others)
    expect([outcome, replaced]).toEqual(['alreadyProvisioned', undefined]);
});

test('throttling is waited out; where AWS refuses the look, a run says what to do', async () => {
  const [throttled, denied] = [freshAccount(), freshAccount()];
  for (const account of [throttled, denied]) await harness.provision(account, {});
  const failing = (account: string, error: string, times: number) => {
    harness.emulator.setFaults({
      accounts: [account],
      failNext: [{ operation: 'ListInstances', error, times }],
    });
  };
  failing(throttled, 'ThrottlingException', 3);
  expect(await outcomeOf(throttled)).toMatchObject({ outcome: 'alreadyProvisioned' });
  failing(denied, 'AccessDeniedException', 1_000);
  const more = { timing: { accountReadyTimeout: '1s' } };
  await expect(harness.client.provision(requestFor(denied, more))).rejects.toThrow(RunFailedError);
  expect(await outcomeOf(denied, more)).toMatchObject({
    end: 'failed',
    failure: { type: 'AccountNotReady' },
  });
});

/** Situations in which an account may be when a request for it comes. */
const SITUATIONS: Record<string, (account: string) => Promise<unknown>> = {
  'has nothing': () => Promise.resolve(),
  'has what a run made': (account) => harness.provision(account, {}, { name: 'a' }),
  'was asked for other times': (account) =>
    harness.provision(account, {}, { name: 'a', timing: { holdTimeout: '1h' } }),
  'has lost what a run made': async (account) => {
    const { instanceArn } = await harness.provision(account, {}, { name: 'a' });
    await harness.deleteInstance(account, instanceArn);
  },
  'has lost what a run made, and somebody else made another': async (account) => {
    const { instanceArn } = await harness.provision(account, {}, { name: 'a' });
    await harness.deleteInstance(account, instanceArn);
    await harness.createdBySomebodyElse(account);
  },
  'was deprovisioned': async (account) => {
    await harness.provision(account, {}, { name: 'a' });
    await harness.client.deprovision({ accountId: account });
  },
  'was renamed in AWS': async (account) => {
    const { instanceArn } = await harness.provision(account, {}, { name: 'a' });
    const owner = await harness.owner(account);
    await owner.send(new UpdateInstanceCommand({ InstanceArn: instanceArn, Name: 'b' }));
  },
  'was asked for another name': (account) => harness.provision(account, {}, { name: 'b' }),
  'was asked for another Region': (account) =>
    harness.provision(account, {}, { name: 'a', region: 'eu-central-1' }),
  'has an instance that no run made': (account) => harness.createdBySomebodyElse(account),
};

/** How plans name what a run comes to. */
const PLANNED: Record<string, string> = {
  created: 'create',
  alreadyProvisioned: 'done',
  adopted: 'adopt',
  failed: 'conflict',
};

test('provision, fleet start and fleet plan agree about an account, whatever it has and whatever `existing` says', async () => {
  const cases = Object.entries(SITUATIONS).flatMap(([situation, prepare]) =>
    (['fail', 'adopt', 'adoptAnywhere'] as const).map((existing) => ({
      what: `${situation}, ${existing}`,
      prepare,
      request: (account: string) => requestFor(account, { name: 'a', existing }),
      alone: freshAccount(),
      inFleet: freshAccount(),
    })),
  );
  await Promise.all(cases.flatMap(({ prepare, alone, inFleet }) => [prepare(alone), prepare(inFleet)]));
  const plans: AccountPlan[] = [];
  for await (const plan of harness.client.fleets.plan(
    cases.flatMap(({ request, alone, inFleet }) => [request(alone), request(inFleet)]),
  ))
    plans.push(plan);
  const provisioned = await Promise.all(
    cases.map(async ({ request, alone }) =>
      harness.client.provision(request(alone)).then(
        ({ outcome, differences }) => ({ came: outcome, type: undefined, differences }),
        (error: unknown) => ({ came: 'failed', type: (error as RunFailedError).failure.type }),
      ),
    ),
  );
  const fleet = { ...harness.fleetOf([]), accounts: cases.map(({ request, inFleet }) => request(inFleet)) };
  const result = await harness.run(fleet);
  const outcomes = await harness.outcomesOf(fleet.name);
  expect(outcomes).toHaveLength(cases.length);
  outcomes.forEach(({ outcome = 'failed', failure, differences }, index) => {
    const what = cases[index]?.what;
    const alone = provisioned[index];
    expect({ what, came: outcome, type: failure?.type, differences }).toEqual({ what, ...alone });
    for (const { plan, differences: planned } of plans.slice(2 * index, 2 * index + 2))
      expect({ what, plan, planned }).toEqual({
        what,
        plan: PLANNED[alone?.came ?? ''],
        planned: differences,
      });
  });
  expect(result?.differing).toBe(outcomes.filter(({ differences }) => differences !== undefined).length);
});

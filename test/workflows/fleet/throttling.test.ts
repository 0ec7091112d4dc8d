import { freshAccounts, startFleets, type FleetHarness } from '../../support/fleets';
import { until } from '../../support/harness';
import { UNSEEN } from '../../support/steering';

let harness: FleetHarness;
beforeAll(async () => {
  harness = await startFleets();
});
afterAll(() => harness.stop());

test('a fleet knows the calls for its accounts, and how many AWS throttled, while it runs and after', async () => {
  const ids = freshAccounts(80);
  harness.emulator.setFaults({ creationMs: 0, throttle: { ratePerSecond: 25, burst: 5 } });
  // Keeps the fleet open until it has been looked at.
  const last = ids.slice(-1);
  harness.emulator.setFaults({ accounts: last, failNext: [UNSEEN] });
  const fleet = harness.fleetOf(ids);
  const [other = ''] = freshAccounts(1);
  await harness.client.fleets.start(fleet);
  const run = harness.provision(other, {});
  const seen = await until(
    () => harness.client.fleets.status(fleet.name),
    ({ calls }) => calls.throttled > 0,
  );
  expect(seen.status).toBe('RUNNING');
  harness.emulator.setFaults({ accounts: last });
  await run;
  expect(await harness.client.fleets.result(fleet.name)).toMatchObject({ succeeded: 80 });
  const { calls } = await harness.client.fleets.status(fleet.name);
  const made = harness.emulator
    .calls({})
    .filter(({ account, operation }) => ids.includes(account) && operation !== 'AssumeRole');
  const throttled = made.filter(({ outcome }) => outcome === 'ThrottlingException');
  // What was made in the last moments may not have been told.
  expect(calls.sent).toBeGreaterThan(made.length * 0.9);
  expect(calls.sent).toBeLessThanOrEqual(made.length);
  expect(calls.throttled).toBeGreaterThan(0);
  expect(calls.throttled).toBeLessThanOrEqual(throttled.length);
  const sum = (what: 'sent' | 'throttled') => calls.course.reduce((all, span) => all + span[what], 0);
  expect([sum('sent'), sum('throttled')]).toEqual([calls.sent, calls.throttled]);
});

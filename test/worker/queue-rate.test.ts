import { freshAccount, requestFor, startHarness } from '../support/harness';

const ACCOUNTS = 30;
const RATE = 10;

// A worker looks every 10 s for the rate of its queue. Until then, and in one that does not look, the server holds it: by
// activities, of which the one that creates looks first, which is a call more. From 1.32 on, a server would hand a worker the
// activities that its workflow task asked for past the rate.
test('a rate that is set while a worker runs holds its activities at once', async () => {
  const harness = await startHarness();
  const { client, emulator } = harness;
  try {
    await client.provision(requestFor(freshAccount()));
    const before = emulator.calls({}).length;
    await client.setRate(RATE);
    await Promise.all(Array.from({ length: ACCOUNTS }, () => client.provision(requestFor(freshAccount()))));
    const times = emulator
      .calls({})
      .slice(before)
      .filter(({ operation }) => operation === 'CreateInstance' || operation === 'DescribeInstance')
      .map(({ time }) => Date.parse(time));
    expect(times.length).toBeGreaterThanOrEqual(2 * ACCOUNTS);
    const seconds = (Math.max(...times) - Math.min(...times)) / 1_000;
    // The server lets a second's worth through at once.
    expect(times.length).toBeLessThanOrEqual(RATE + RATE * seconds * 1.2);
  } finally {
    await harness.stop();
  }
});

import { tsToMs } from '@temporalio/common/lib/time';
import { freshAccount, requestFor, startHarness } from '../support/harness';

const ACCOUNTS = 30;
const RATE = 10;

// A worker looks every 2 s for the rate of its queue. Until then, and in one that does not look, the server holds it: by
// activities, of which the one that creates looks first, which is a call more. From 1.32 on, a server would hand a worker the
// activities that its workflow task asked for past the rate.
test('a rate that is set while a worker runs holds its activities at once', async () => {
  const harness = await startHarness();
  const { client } = harness;
  try {
    await client.provision(requestFor(freshAccount()));
    await client.setRate(RATE);
    const accounts = Array.from({ length: ACCOUNTS }, freshAccount);
    await Promise.all(accounts.map((account) => client.provision(requestFor(account))));
    // By the server's clock: what a slow worker was given one by one, it may do at once.
    const events = (await Promise.all(accounts.map((account) => harness.eventsOf(account)))).flat();
    const times = events
      .filter(({ activityTaskStartedEventAttributes: started }) => started)
      .map(({ eventTime }) => tsToMs(eventTime));
    expect(times.length).toBeGreaterThanOrEqual(2 * ACCOUNTS);
    const seconds = (Math.max(...times) - Math.min(...times)) / 1_000;
    // The server lets a second's worth through at once.
    expect(times.length).toBeLessThanOrEqual(RATE + RATE * seconds * 1.2);
  } finally {
    await harness.stop();
  }
});

import { tsToMs } from '@temporalio/common/lib/time';
import { workflowIdOf } from '../../contract';
import { freshAccount, requestFor, startHarness, until } from '../support/harness';

const ACCOUNTS = 60;
const RATE = 10;

// From 1.32 on, a server hands a worker the activities that its workflow task asked for, past the rate. Where no rate is set
// that saves a transition an activity.
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
    expect(times.length).toBeGreaterThanOrEqual(ACCOUNTS);
    const seconds = (Math.max(...times) - Math.min(...times)) / 1_000;
    // The server lets a second's worth through at once.
    expect(times.length).toBeLessThanOrEqual(RATE + RATE * seconds * 1.2);
  } finally {
    await harness.stop();
  }
});

test('without a rate a server from 1.32 on hands out activities at once, and with one it does not', async () => {
  const harness = await startHarness();
  const { client, temporal } = harness;
  const transitions = async () => {
    const account = freshAccount();
    await client.provision(requestFor(account));
    const { raw } = await temporal.workflow.getHandle(workflowIdOf(account)).describe();
    return Number(raw.workflowExecutionInfo?.stateTransitionCount);
  };
  try {
    const { serverVersion } = await temporal.workflowService.getSystemInfo({});
    const [major = 0, minor = 0] = serverVersion.split('.').map(Number);
    await client.setRate(1_000);
    const held = await transitions();
    if (major === 1 && minor < 32) return;
    await client.setRate(undefined);
    await until(transitions, (count) => count < held);
    await client.setRate(1_000);
    expect(await transitions()).toBe(held);
  } finally {
    await harness.stop();
  }
});

import { accessAws } from '../../../activities/aws/access';
import { Pacer } from '../../../activities/aws/pacer';
import { defined } from '../../../contract';
import { emulatorSettings } from '../../../sandbox';
import { freshAccount, requestFor, startHarness, startTestWorker, until } from '../../support/harness';
import { temporalAddress } from '../../support/temporal';

interface Pacing {
  accounts: number;
  /** Calls per second that AWS takes. */
  limit: number;
  /** Calls that it takes at once; default: those of a second. */
  burst?: number;
  /** Calls per second. */
  ceiling?: number;
  /** Default: the worker's own. */
  pacer?: Pacer;
}

/** Provisions accounts at once where AWS takes so many calls a second of all: the share of the calls that it throttled. */
async function throttledShare({ accounts, limit, burst = limit, ceiling, pacer }: Pacing): Promise<number> {
  const harness = await startHarness({ worker: false });
  const { emulator, client, taskQueue } = harness;
  const aws = { ...emulatorSettings(emulator.url), ...defined({ maxCallsPerSecond: ceiling }) };
  const worker = await startTestWorker(temporalAddress(), taskQueue, emulator, {
    aws,
    ...(pacer && { dependencies: { openAccount: accessAws(aws, Date.now, pacer).openAccount } }),
  });
  try {
    emulator.setFaults({ creationMs: 0, throttle: { ratePerSecond: limit, burst } });
    await Promise.all(Array.from({ length: accounts }, () => client.provision(requestFor(freshAccount()))));
    const active = emulator.instances().filter(({ status }) => status === 'ACTIVE');
    expect(active).toHaveLength(accounts);
    const calls = emulator.calls({}).filter(({ operation }) => operation !== 'AssumeRole');
    const throttled = calls.filter(({ outcome }) => outcome === 'ThrottlingException');
    return throttled.length / calls.length;
  } finally {
    await worker.stop();
    await harness.stop();
  }
}

test.concurrent(
  'with the ceiling at what AWS takes, under 2 % of the calls of 60 accounts are throttled',
  async () => {
    expect(await throttledShare({ accounts: 60, limit: 20, ceiling: 20 })).toBeLessThan(0.02);
  },
);

test.concurrent('without a ceiling, the worker finds out what AWS takes', async () => {
  // How few calls that costs is shown on a clock that no machine slows down: test/activities/aws/pacer.test.ts.
  const pacer = new Pacer(undefined, () => performance.now());
  const before = pacer.rate;
  // So little that the slowest machine sends more.
  const limit = 2;
  expect(before).toBeGreaterThan(4 * limit);
  await throttledShare({ accounts: 12, limit, burst: 1, pacer });
  expect(pacer.rate).toBeLessThan(4 * limit);
});

test('a rate that is set while the workers run reaches them, and is taken back again', async () => {
  const harness = await startHarness({ worker: false });
  const { client, emulator, taskQueue } = harness;
  const setCeiling = jest.spyOn(Pacer.prototype, 'setCeiling');
  const worker = await startTestWorker(temporalAddress(), taskQueue, emulator);
  try {
    expect(await client.rate()).toBeUndefined();
    await expect(client.setRate(0)).rejects.toThrow(taskQueue);
    await client.setRate(12.5);
    expect(await client.rate()).toBe(12.5);
    await until(
      () => setCeiling.mock.lastCall,
      (call) => call?.[0] === 12.5,
    );
    await client.setRate(undefined);
    expect(await client.rate()).toBeUndefined();
    await until(
      () => setCeiling.mock.lastCall,
      (call) => call?.[0] === undefined,
    );
  } finally {
    setCeiling.mockRestore();
    await worker.stop();
    await harness.stop();
  }
});

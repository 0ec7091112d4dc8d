import type { Payload, PayloadCodec } from '@temporalio/common';
import { checkServer, connectToTemporal, IdentityCenterClient } from '../../client';
import { freshAccount, requestFor, startHarness } from '../support/harness';

const SEAL = 'sealed:';

/** Seals every payload, and opens none that it has not sealed. */
const sealing: PayloadCodec = {
  encode: async (payloads: Payload[]) =>
    payloads.map((it) => ({ ...it, data: Buffer.concat([Buffer.from(SEAL), it.data ?? Buffer.of()]) })),
  decode: async (payloads: Payload[]) =>
    payloads.map((it) => {
      const data = Buffer.from(it.data ?? []);
      if (!data.subarray(0, SEAL.length).equals(Buffer.from(SEAL))) throw new Error('this was not sealed');
      return { ...it, data: data.subarray(SEAL.length) };
    }),
};

test('with a codec all that a run and its attempts hand on is encoded by it, heartbeats too', async () => {
  const extensions = { dataConverter: { payloadCodecs: [sealing] }, plugins: [] };
  // A worker that was frozen asks the server, by a heartbeat, before each attempt.
  const dependencies = { monotonicNow: () => 0, thawedAt: () => 0 };
  const harness = await startHarness({ extensions, dependencies });
  const { address, taskQueue } = harness;
  const connected = await connectToTemporal(
    { connectionOptions: { address }, namespace: 'default' },
    extensions,
  );
  try {
    const account = freshAccount();
    harness.emulator.setFaults({
      accounts: [account],
      failNext: [{ operation: 'CreateInstance', error: 'ThrottlingException', times: 4 }],
    });
    const client = new IdentityCenterClient(connected, taskQueue);
    await expect(client.provision(requestFor(account))).resolves.toMatchObject({ outcome: 'created' });
    // All in one activity: what an attempt was told went from each to the next.
    expect(harness.emulator.calls({ account, operation: 'ListInstances' })).toHaveLength(1);
    expect(harness.emulator.calls({ account, operation: 'CreateInstance' })).toHaveLength(5);
  } finally {
    await connected.connection.close();
    await harness.stop();
  }
});

test('doctor says that a worker cannot read what this side sends, in its words', async () => {
  const harness = await startHarness({
    extensions: { dataConverter: { payloadCodecs: [sealing] }, plugins: [] },
  });
  try {
    const checks = await checkServer(harness.client);
    expect(checks.at(-1)).toMatchObject({
      check: 'worker answer',
      ok: false,
      found: expect.stringContaining('this was not sealed') as string,
      remedy: expect.stringContaining('codec') as string,
    });
  } finally {
    await harness.stop();
  }
});

import { accessAws } from '../../../activities/aws/access';
import { Pacer, PacerBusyError, type Turn } from '../../../activities/aws/pacer';
import { emulatorSettings } from '../../../sandbox';
import {
  freshAccount,
  requestFor,
  startHarness,
  startTestWorker,
  until,
  withHarness,
} from '../../support/harness';
import { failureOf } from '../../support/provisioning';
import { temporalAddress } from '../../support/temporal';

/** A port of this machine that nobody listens on. */
const NOBODY = 'http://127.0.0.1:1';

test.concurrent(
  'AWS cannot be reached: said as that while it lasts, and at the end with what to mend',
  async () => {
    await withHarness({ aws: { endpoint: NOBODY } }, async ({ client, emulator }) => {
      const [account, open] = [freshAccount(), freshAccount()];
      await client.start(requestFor(open));
      const { pending } = await until(
        () => client.status(open),
        (status) => status.pending?.failure !== undefined,
      );
      expect(pending?.failure).toMatchObject({ type: 'NothingSent' });
      expect(pending?.failure?.message).toContain('nothing was sent');
      await client.cancel(open);
      const failure = await failureOf(
        client.provision(requestFor(account, { timing: { createTimeout: '20s', activeTimeout: '2s' } })),
      );
      expect(failure.type).toBe('CreateTimeout');
      expect(failure.remedy).toContain('Check the way from the worker to AWS');
      expect(emulator.calls()).toEqual([]);
    });
  },
);

test.concurrent(
  'attempts that only waited for their turn do not count: the first throttle backs off by a second',
  async () => {
    const harness = await startHarness({ worker: false });
    const { emulator, client, taskQueue } = harness;
    const account = freshAccount();
    let busy = 4;
    class BusyPacer extends Pacer {
      override turn(...given: Parameters<Pacer['turn']>): Promise<Turn> {
        busy -= 1;
        return busy >= 0 ? Promise.reject(new PacerBusyError(1, 10)) : super.turn(...given);
      }
    }
    const aws = emulatorSettings(emulator.url);
    const openAccount = accessAws(aws, Date.now, new BusyPacer(undefined)).openAccount;
    const worker = await startTestWorker(temporalAddress(), taskQueue, emulator, {
      aws,
      dependencies: { openAccount, random: () => 0.999 },
    });
    try {
      emulator.setFaults({
        accounts: [account],
        creationMs: 0,
        failNext: [{ operation: 'CreateInstance', error: 'ThrottlingException', times: 1 }],
      });
      // Counted as five failures it would be back after an hour.
      const retry = { initialInterval: '1s', backoffCoefficient: 10, maximumInterval: '1h' };
      await client.provision(requestFor(account, { timing: { retry } }));
      const [first, second] = emulator.calls({ account, operation: 'CreateInstance' });
      const pauseMs = Date.parse(second?.time ?? '') - Date.parse(first?.time ?? '');
      expect(pauseMs).toBeGreaterThan(900);
      expect(pauseMs).toBeLessThan(60_000);
    } finally {
      await worker.stop();
      await harness.stop();
    }
  },
);

test.concurrent('deprovision without a Region looks from that of the worker', async () => {
  await withHarness({ aws: { stsRegion: 'cn-north-1' } }, async ({ client, emulator }) => {
    const accountId = freshAccount();
    await client.provision(requestFor(accountId, { region: 'cn-northwest-1' }));
    await expect(
      client.deprovision({ accountId, timing: requestFor(accountId).timing ?? {} }),
    ).resolves.toMatchObject({ outcome: 'deleted', region: 'cn-northwest-1' });
    const looks = emulator.calls({ account: accountId, operation: 'ListInstances' });
    expect(looks.at(-1)?.region).toMatch(/^cn-/);
    expect(looks.map(({ region }) => region)).toContain('cn-north-1');
  });
});

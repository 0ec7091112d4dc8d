import { startFromEvent } from '../../../pipelines';
import { controlTowerEvent, createAccountEvent, leavingEvent, regionEvent } from '../../support/events';
import { freshAccount, handleOf, startHarness, until, type Harness } from '../../support/harness';
import { progressOf } from '../../support/steering';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.stop());

const TIMING = {
  accountReadyTimeout: '1h',
  pollInterval: '100ms',
  retry: { initialInterval: '20ms', maximumInterval: '100ms' },
};
const RULES = { defaults: { region: 'eu-west-1', timing: TIMING } };
const from = (event: unknown, rules: Parameters<typeof startFromEvent>[2] = RULES) =>
  startFromEvent(harness.client, event, rules);

test.concurrent('from the event’s JSON to an ACTIVE instance; duplicates join', async () => {
  const account = freshAccount();
  const gate = { accounts: [account], creationMs: 600_000 };
  harness.emulator.setFaults(gate);
  const event = JSON.stringify(controlTowerEvent(account));
  const first = await from(event);
  expect(first).toMatchObject({
    outcome: 'started',
    message: expect.stringContaining('Started run') as string,
  });
  const again = await Promise.all([from(event), from(createAccountEvent(account))]);
  for (const it of again) expect(it).toMatchObject({ outcome: 'joined', run: { runId: first.run?.runId } });
  harness.emulator.setFaults({ accounts: [account], creationMs: 0 });
  await expect(harness.client.result(first.run!)).resolves.toMatchObject({
    status: 'ACTIVE',
    outcome: 'created',
  });
  // One that comes late finds what is there.
  const late = await from(event);
  await expect(harness.client.result(late.run!)).resolves.toMatchObject({ outcome: 'alreadyProvisioned' });
  expect(harness.emulator.instances().filter((it) => it.accountId === account)).toHaveLength(1);
});

test.concurrent(
  'an event that asks for something else than the open run is an error: it has to come again',
  async () => {
    const account = freshAccount();
    harness.emulator.setFaults({ accounts: [account], creationMs: 600_000 });
    await from(controlTowerEvent(account));
    await expect(
      from(controlTowerEvent(account), { defaults: { ...RULES.defaults, name: 'other' } }),
    ).rejects.toMatchObject({ name: 'RequestDiffersError' });
    await harness.client.cancel(account);
  },
);

test.concurrent('vending that failed, and an event of a foreign organization, start nothing', async () => {
  const account = freshAccount();
  const foreign = { ...controlTowerEvent(account), account: '444455556666' };
  const rules = { ...RULES, managementAccountId: '999999999999' };
  await expect(from(controlTowerEvent(account, { state: 'FAILED' }))).resolves.toMatchObject({
    outcome: 'nothing',
  });
  await expect(from(foreign, rules)).resolves.toMatchObject({
    outcome: 'nothing',
    answer: { answer: 'refused' },
  });
  await expect(harness.client.status(account)).rejects.toMatchObject({ name: 'NoRunError' });
});

test.concurrent(
  'an account that is closed loses its instance, where the rules say so; one that has come back since does not',
  async () => {
    const account = freshAccount();
    const rules = { ...RULES, onClosed: 'deprovision', onRemoved: 'deprovision' } as const;
    const { run } = await from(controlTowerEvent(account));
    await harness.client.result(run!);
    // Out of a dead-letter queue.
    const late = await from(leavingEvent('RemoveAccountFromOrganization', account), rules);
    expect(late).toMatchObject({
      outcome: 'nothing',
      answer: { answer: 'refused', reason: expect.stringContaining(run!.runId) as string },
      message: expect.stringContaining(`identity-center deprovision ${account}`) as string,
    });
    const event = { ...leavingEvent('CloseAccount', account), time: new Date().toISOString() };
    const closed = await from(event, rules);
    expect(closed).toMatchObject({ outcome: 'started', answer: { answer: 'deprovision' } });
    await expect(handleOf(harness, account).result()).resolves.toMatchObject({ outcome: 'deleted' });
  },
);

describe('a Region that was enabled', () => {
  const notSubscribed = {
    failNext: [{ operation: 'CreateInstance', error: 'OptInRequired', times: 10_000 }],
  };

  test.concurrent('a held run that waits for it tries again, and ends with its instance', async () => {
    const account = freshAccount();
    harness.emulator.setFaults({ accounts: [account], ...notSubscribed });
    const { run } = await from(controlTowerEvent(account), {
      defaults: {
        ...RULES.defaults,
        onFailure: 'hold',
        timing: { ...TIMING, accountReadyTimeout: '1s' },
      },
    });
    await until(
      () => progressOf(harness, account),
      ({ stage }) => stage === 'held',
    );
    harness.emulator.setFaults({ accounts: [account], failNext: [], creationMs: 0 });
    await expect(from(regionEvent(account, 'us-east-1'))).resolves.toMatchObject({
      outcome: 'nothing',
      message: expect.stringContaining('its run asks for eu-west-1') as string,
    });
    await expect(from(regionEvent(account, 'eu-west-1'))).resolves.toMatchObject({ outcome: 'retried' });
    await expect(harness.client.result(run!)).resolves.toMatchObject({ status: 'ACTIVE' });
  });

  test.concurrent(
    'a run that is held for something else stays so, and nothing is started for an account without a run',
    async () => {
      const account = freshAccount();
      harness.emulator.setFaults({
        accounts: [account],
        failNext: [
          { operation: 'CreateInstance', error: 'ValidationException', message: 'Name is taken', times: 1 },
        ],
      });
      await from(controlTowerEvent(account), { defaults: { ...RULES.defaults, onFailure: 'hold' } });
      await until(
        () => progressOf(harness, account),
        ({ stage }) => stage === 'held',
      );
      await expect(from(regionEvent(account, 'eu-west-1'))).resolves.toMatchObject({
        outcome: 'nothing',
        message: expect.stringContaining('waits for something else') as string,
      });
      await harness.client.cancel(account);
      await expect(from(regionEvent(freshAccount(), 'eu-west-1'))).resolves.toMatchObject({
        outcome: 'nothing',
      });
    },
  );
});

test.concurrent(
  'what no event says is looked up, of accounts only that may have something started',
  async () => {
    const account = freshAccount();
    const asked: string[] = [];
    const rules = {
      ...RULES,
      managementAccountId: '999999999999',
      rules: [{ match: { tags: { env: 'sandbox' } }, action: 'ignore' as const }],
    };
    const lookUp = async (accountId: string) => {
      asked.push(accountId);
      return { tags: { env: 'sandbox' } };
    };
    const event = controlTowerEvent(account);
    await expect(startFromEvent(harness.client, event, rules)).resolves.toMatchObject({
      answer: { answer: 'undecided' },
    });
    await expect(startFromEvent(harness.client, event, rules, { lookUp })).resolves.toMatchObject({
      answer: { answer: 'ignored' },
    });
    await startFromEvent(harness.client, { ...event, account: '444455556666' }, rules, { lookUp });
    expect(asked).toEqual([account]);
  },
);

import { OrderRefusedError, NoRunError } from '../../client';
import { PROGRESS_QUERY, type Progress, type ProvisionRequestInput, type Steer } from '../../contract';
import { freshAccount, handleOf, requestFor, until } from '../support/harness';
import {
  failureOf,
  startProvisioning,
  type AccountFaults,
  type ProvisioningHarness,
} from '../support/provisioning';

let harness: ProvisioningHarness;
beforeAll(async () => {
  harness = await startProvisioning();
});
afterAll(() => harness.stop());

const calls = (account: string, operation: string) => harness.emulator.calls({ account, operation }).length;
const called = (account: string, operation: string, times = 1) =>
  until(
    () => calls(account, operation),
    (count) => count >= times,
  );
const signal = (account: string, name: Steer, ...args: unknown[]) =>
  handleOf(harness, account).signal(name, ...args);
const progressOf = (account: string) => handleOf(harness, account).query<Progress>(PROGRESS_QUERY);
const notesOf = async (account: string) => ((await progressOf(account)).notes ?? []).map(({ text }) => text);
const seconds = (count: number) => new Promise((resolve) => setTimeout(resolve, count * 1_000));

/** Throttled for longer than any test lasts, unless somebody cuts the back-off short. */
const throttledOnce = (operation: string): AccountFaults => ({
  failNext: [{ operation, error: 'ThrottlingException', retryAfterSeconds: 600, times: 1 }],
});

/** A run that stays open, however slow the machine is, until `end` lets it go on to its own end. */
async function startWaiting(account: string) {
  const { run, result } = await start(account, throttledOnce('DescribeInstance'), {
    timing: { activeTimeout: '1h' },
  });
  await called(account, 'DescribeInstance');
  const end = async () => {
    await seconds(1.2);
    await harness.client.retry(account);
    return result;
  };
  return { run, end };
}

async function start(account: string, faults: AccountFaults, more: Partial<ProvisionRequestInput> = {}) {
  harness.emulator.setFaults({ accounts: [account], creationMs: 0, deletionMs: 0, ...faults });
  const run = await harness.client.start(requestFor(account, more));
  const result = harness.client.result(run);
  result.catch(() => undefined);
  return { run, result };
}

describe('retry', () => {
  test.concurrent('cuts a back-off of CreateInstance short, with the same token', async () => {
    const account = freshAccount();
    const { result } = await start(account, throttledOnce('CreateInstance'), {
      timing: { createTimeout: '1h' },
    });
    await called(account, 'CreateInstance');
    await seconds(1.2);
    await expect(harness.client.retry(account)).resolves.toMatchObject({ stage: 'creating', paused: false });
    const { clientToken } = await result;
    expect(harness.creates(account).map(({ token }) => token)).toEqual([clientToken, clientToken]);
    expect(harness.created(account)).toHaveLength(1);
  });

  test.concurrent('cuts the wait for ACTIVE short', async () => {
    const account = freshAccount();
    const { end } = await startWaiting(account);
    await expect(end()).resolves.toMatchObject({ outcome: 'created' });
  });

  test.concurrent('cuts the pause between two looks short', async () => {
    const account = freshAccount();
    const { result } = await start(
      account,
      { failNext: [{ operation: 'CreateInstance', error: 'ConflictException', times: 1 }] },
      { timing: { pollInterval: '10m', createTimeout: '1h' } },
    );
    await called(account, 'ListInstances');
    await seconds(1.2);
    await expect(harness.client.retry(account)).resolves.toMatchObject({ stage: 'reconciling' });
    await expect(result).resolves.toMatchObject({ outcome: 'created' });
  });

  test.concurrent('keeps to the deadline of the first schedule', async () => {
    const account = freshAccount();
    const { result } = await start(
      account,
      {
        failNext: [
          { operation: 'CreateInstance', error: 'ThrottlingException', retryAfterSeconds: 9, times: 1 },
        ],
      },
      { timing: { createTimeout: '20s' } },
    );
    await called(account, 'CreateInstance');
    await seconds(1.5);
    await harness.client.retry(account);
    await result;
    const timeouts = (await harness.eventsOf(account))
      .map((event) => event.activityTaskScheduledEventAttributes)
      .filter((scheduled) => scheduled?.activityType?.name === 'createInstance')
      .map((scheduled) => Number(scheduled?.scheduleToCloseTimeout?.seconds));
    expect(timeouts).toHaveLength(2);
    expect(timeouts[1]).toBeLessThanOrEqual(18);
  });

  test.concurrent('right after a call changes nothing, and is noted', async () => {
    const account = freshAccount();
    const { result } = await start(account, { creationMs: 3_000 });
    await called(account, 'DescribeInstance');
    await signal(account, 'retry');
    await expect(notesOf(account)).resolves.toEqual([
      'retry changed nothing: the call was sent within the last second',
    ]);
    await result;
  });
});

describe('pause', () => {
  test.concurrent('stops a back-off; nothing is written to AWS until resume', async () => {
    const account = freshAccount();
    const { result } = await start(account, {
      failNext: [{ operation: 'CreateInstance', error: 'ThrottlingException', times: 30 }],
    });
    await called(account, 'CreateInstance');
    await expect(harness.client.pause(account)).resolves.toMatchObject({ stage: 'creating', paused: true });
    await seconds(1);
    const sent = calls(account, 'CreateInstance');
    await seconds(3);
    expect(calls(account, 'CreateInstance')).toBe(sent);
    harness.emulator.setFaults({ accounts: [account], failNext: [], creationMs: 0 });
    await expect(harness.client.resume(account)).resolves.toMatchObject({ paused: false });
    await expect(result).resolves.toMatchObject({ outcome: 'created' });
    expect(new Set(harness.creates(account).map(({ token }) => token)).size).toBe(1);
  });

  test.concurrent('lets a call that is under way finish', async () => {
    const account = freshAccount();
    const { result } = await start(account, { latencyMs: 1_000 });
    await called(account, 'CreateInstance');
    await harness.client.pause(account);
    await expect(result).resolves.toMatchObject({ outcome: 'created' });
    expect(calls(account, 'CreateInstance')).toBe(1);
  });

  test.concurrent('does not use up createTimeout', async () => {
    const account = freshAccount();
    const { result } = await start(
      account,
      {
        failNext: [
          { operation: 'CreateInstance', error: 'ThrottlingException', retryAfterSeconds: 4, times: 1 },
        ],
      },
      { timing: { createTimeout: '6s' } },
    );
    await called(account, 'CreateInstance');
    await harness.client.pause(account);
    await seconds(7);
    await harness.client.resume(account);
    await expect(result).resolves.toMatchObject({ outcome: 'created' });
  });

  test.concurrent('before the first step: nothing is sent; a cancel then ends the run at once', async () => {
    const account = freshAccount();
    const handle = await harness.temporal.workflow.signalWithStart('provisionIdentityCenter', {
      workflowId: `identity-center/${account}`,
      taskQueue: harness.taskQueue,
      args: [requestFor(account)],
      signal: 'pause',
    });
    await until(
      () => progressOf(account),
      ({ paused }) => paused,
    );
    await seconds(1);
    expect(harness.emulator.calls({ account })).toHaveLength(0);
    await harness.client.cancel(account);
    await expect(handle.result()).rejects.toThrow();
    expect(harness.emulator.calls({ account })).toHaveLength(0);
    expect((await harness.client.status(account)).stage).toBe('cancelled');
  });

  test.concurrent('abort ends a paused run, with the reason and what is left', async () => {
    const account = freshAccount();
    const { result } = await start(account, { creationMs: 60_000 });
    await called(account, 'DescribeInstance');
    await harness.client.pause(account);
    await harness.client.abort(account, 'wrong account');
    const failure = await failureOf(result);
    expect(failure.type).toBe('Aborted');
    expect(failure.message).toContain(
      `wrong account; ${harness.created(account)[0]?.instanceArn} in eu-west-1 is left`,
    );
  });
});

describe('what makes no sense', () => {
  test.concurrent(
    'an Update is refused with the reason; a signal is noted; neither changes anything',
    async () => {
      const account = freshAccount();
      const { end } = await startWaiting(account);
      await expect(harness.client.resume(account)).rejects.toThrow(
        new OrderRefusedError(account, 'resume', 'the run is not paused'),
      );
      await expect(harness.client.abort(account, 'no')).rejects.toThrow('"abort" ends a held or paused run');
      await expect(harness.client.retry(account, { name: 'other' })).rejects.toThrow(
        'only while the run is held',
      );
      await signal(account, 'resume');
      await signal(account, 'abort');
      await signal(account, 'abort', '   ');
      await signal(account, 'retry', { nmae: 'other' });
      await signal(account, 'stop' as Steer);
      await expect(notesOf(account)).resolves.toEqual([
        'resume changed nothing: the run is not paused',
        'abort changed nothing: reason: must be a text in JSON: "…"',
        'abort changed nothing: reason: must not be empty',
        'retry changed nothing: nmae: unknown field',
        'stop changed nothing: there are pause, resume, retry, abort',
      ]);
      await expect(end()).resolves.toMatchObject({ outcome: 'created' });
    },
  );

  test.concurrent('an argument that cannot be decoded is noted, and breaks nothing', async () => {
    const account = freshAccount();
    const { run, end } = await startWaiting(account);
    for (const [encoding, data] of [
      ['json/plain', '{"half'],
      ['binary/encrypted', 'x'],
      ['json/protobuf', '{"nmae": "other"}'],
    ] as const) {
      await harness.temporal.workflowService.signalWorkflowExecution({
        namespace: 'default',
        workflowExecution: { workflowId: run.workflowId },
        signalName: 'retry',
        input: { payloads: [{ metadata: { encoding: Buffer.from(encoding) }, data: Buffer.from(data) }] },
      });
    }
    await expect(notesOf(account)).resolves.toEqual([
      'retry changed nothing: argument: cannot be read as JSON',
      'retry changed nothing: argument: cannot be read as JSON',
      'retry changed nothing: nmae: unknown field',
    ]);
    await expect(end()).resolves.toMatchObject({ outcome: 'created' });
  });

  test.concurrent('doubled: the second changes nothing', async () => {
    const account = freshAccount();
    const { end } = await startWaiting(account);
    await signal(account, 'pause');
    await signal(account, 'pause');
    await signal(account, 'resume');
    await signal(account, 'resume');
    await expect(notesOf(account)).resolves.toEqual([
      'pause changed nothing: the run is paused already',
      'resume changed nothing: the run is not paused',
    ]);
    await end();
  });

  test.concurrent('after the end, and without a run: refused as no open run', async () => {
    const account = freshAccount();
    await expect(harness.client.pause(account)).rejects.toBeInstanceOf(NoRunError);
    await harness.provision(account, {});
    await expect(harness.client.pause(account)).rejects.toBeInstanceOf(NoRunError);
    await expect(signal(account, 'pause')).rejects.toThrow();
    expect((await harness.client.status(account)).stage).toBe('active');
  });

  test.concurrent('a thousand signals in a row: one instance, a short list of notes', async () => {
    const account = freshAccount();
    const { result } = await start(account, { creationMs: 15_000 }, { timing: { activeTimeout: '5m' } });
    const names: Steer[] = ['retry', 'pause', 'resume', 'resume', 'abort'];
    for (let batch = 0; batch < 20; batch += 1) {
      const each = Array.from({ length: 50 }, (_, index) => names[index % names.length]!);
      await Promise.all(each.map((name) => signal(account, name)));
    }
    expect((await notesOf(account)).length).toBeLessThanOrEqual(10);
    if ((await progressOf(account)).paused) await signal(account, 'resume');
    await expect(result).resolves.toMatchObject({ accountId: account });
    expect(harness.created(account)).toHaveLength(1);
  });
});

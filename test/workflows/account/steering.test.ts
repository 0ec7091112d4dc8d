import { freshAccount, requestFor, until } from '../../support/harness';
import { failureOf, startProvisioning, type ProvisioningHarness } from '../../support/provisioning';
import {
  hurry,
  notesOf,
  progressOf,
  seconds,
  signal,
  startWaiting,
  throttledOnce,
  UNSEEN,
} from '../../support/steering';

let harness: ProvisioningHarness;
beforeAll(async () => {
  harness = await startProvisioning();
});
afterAll(() => harness.stop());

describe('retry', () => {
  test.concurrent('cuts a back-off of CreateInstance short, with the same token', async () => {
    const account = freshAccount();
    const { result } = await harness.start(account, throttledOnce('CreateInstance'), {
      timing: { createTimeout: '1h' },
    });
    await harness.called(account, 'CreateInstance');
    expect(await hurry(harness, account)).toMatchObject({ stage: 'creating', paused: false });
    const { clientToken } = await result;
    expect(harness.creates(account).map(({ token }) => token)).toEqual([clientToken, clientToken]);
    expect(harness.created(account)).toHaveLength(1);
  });

  test.concurrent('cuts the wait for ACTIVE short', async () => {
    const account = freshAccount();
    const { end } = await startWaiting(harness, account);
    await expect(end()).resolves.toMatchObject({ outcome: 'created' });
  });

  test.concurrent('cuts the pause between two looks short', async () => {
    const account = freshAccount();
    const { result } = await harness.start(
      account,
      { failNext: [{ operation: 'CreateInstance', error: 'ConflictException', times: 1 }] },
      { timing: { pollInterval: '10m', createTimeout: '1h' } },
    );
    // The first look comes before the call.
    await harness.called(account, 'ListInstances', 2);
    expect(await hurry(harness, account)).toMatchObject({ stage: 'reconciling' });
    await expect(result).resolves.toMatchObject({ outcome: 'created' });
  });

  test.concurrent('keeps to the deadline of the first schedule', async () => {
    const account = freshAccount();
    const { result } = await harness.start(account, throttledOnce('CreateInstance'), {
      timing: { createTimeout: '1h' },
    });
    await harness.called(account, 'CreateInstance');
    await seconds(1.5);
    await hurry(harness, account);
    await result;
    const timeouts = (await harness.eventsOf(account))
      .map((event) => event.activityTaskScheduledEventAttributes)
      .filter((scheduled) => scheduled?.activityType?.name === 'createInstance')
      .map((scheduled) => Number(scheduled?.scheduleToCloseTimeout?.seconds));
    expect(timeouts).toHaveLength(2);
    expect(timeouts[1]).toBeLessThanOrEqual(3_598);
  });

  test.concurrent('right after a call changes nothing, and is noted', async () => {
    const account = freshAccount();
    const { result } = await harness.start(account, { failNext: [UNSEEN] });
    await harness.called(account, 'DescribeInstance');
    // On a busy machine a signal may come later than a second after the call. It then hurries a new one: the next is sooner.
    await until(
      async () => {
        await signal(harness, account, 'retry');
        return notesOf(harness, account);
      },
      (notes) => notes.includes('retry changed nothing: the call was sent within the last second'),
    );
    harness.emulator.setFaults({ accounts: [account] });
    await result;
    expect(harness.creates(account)).toHaveLength(1);
  });
});

describe('pause', () => {
  test.concurrent('stops a back-off; nothing is written to AWS until resume', async () => {
    const account = freshAccount();
    const { result } = await harness.start(account, {
      failNext: [{ operation: 'CreateInstance', error: 'ThrottlingException', times: 10_000 }],
    });
    await harness.called(account, 'CreateInstance');
    await expect(harness.client.pause(account)).resolves.toMatchObject({ stage: 'creating', paused: true });
    // What was on its way to AWS when the pause came.
    await until(
      () => harness.client.status(account),
      ({ pending }) => pending === undefined,
    );
    const sent = harness.calls(account, 'CreateInstance');
    await seconds(3);
    expect(harness.calls(account, 'CreateInstance')).toBe(sent);
    harness.emulator.setFaults({ accounts: [account], failNext: [], creationMs: 0 });
    await expect(harness.client.resume(account)).resolves.toMatchObject({ paused: false });
    await expect(result).resolves.toMatchObject({ outcome: 'created' });
    expect(new Set(harness.creates(account).map(({ token }) => token)).size).toBe(1);
  });

  test.concurrent('lets a call that is under way finish', async () => {
    const account = freshAccount();
    const { result } = await harness.start(account, { latencyMs: 1_000, failNext: [UNSEEN] });
    await harness.called(account, 'CreateInstance');
    await harness.client.pause(account);
    harness.emulator.setFaults({ accounts: [account] });
    await expect(result).resolves.toMatchObject({ outcome: 'created' });
    expect(harness.calls(account, 'CreateInstance')).toBe(1);
  });

  test.concurrent('does not use up createTimeout', async () => {
    const account = freshAccount();
    const { result } = await harness.start(
      account,
      { failNext: [{ operation: 'CreateInstance', error: 'InternalServerException', times: 10_000 }] },
      { timing: { createTimeout: '15s' } },
    );
    await harness.called(account, 'CreateInstance');
    await harness.client.pause(account);
    await seconds(16);
    harness.emulator.setFaults({ accounts: [account], creationMs: 0 });
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
      () => progressOf(harness, account),
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
    const { result } = await harness.start(account, { creationMs: 600_000 });
    await harness.called(account, 'DescribeInstance');
    await harness.client.pause(account);
    await harness.client.abort(account, 'wrong account');
    const failure = await failureOf(result);
    expect(failure.type).toBe('Aborted');
    expect(failure.message).toContain(
      `wrong account; ${harness.created(account)[0]?.instanceArn} in eu-west-1 is left`,
    );
  });
});

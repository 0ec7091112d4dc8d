import { NoRunError, RunCancelledError } from '../../../client';
import type { ProvisionRequestInput } from '../../../contract';
import { freshAccount, until } from '../../support/harness';
import {
  failureOf,
  startProvisioning,
  type AccountFaults,
  type ProvisioningHarness,
} from '../../support/provisioning';

let harness: ProvisioningHarness;
beforeAll(async () => {
  harness = await startProvisioning({ aws: { requestTimeoutMs: 2_000 } });
});
afterAll(() => harness.stop());

const created = (account: string) => harness.created(account);

/**
 * Cancels a run while its CreateInstance is not answered, which the worker waits for 2 s. A cancel that comes later, as it
 * may where the machine is busy, finds the call made again, and is another case: the next run has another account.
 */
async function cancelInFlight(faults: AccountFaults, more: Partial<ProvisionRequestInput> = {}) {
  for (;;) {
    const account = freshAccount();
    const { result } = await harness.start(account, faults, more);
    await harness.called(account, 'CreateInstance');
    await harness.client.cancel(account).catch((error: unknown) => {
      if (!(error instanceof NoRunError)) throw error;
    });
    await result.catch(() => undefined);
    const events = await harness.eventsOf(account);
    const cancel = events.findIndex((event) => event.workflowExecutionCancelRequestedEventAttributes);
    const before = events.slice(0, cancel + 1);
    if (before.filter((event) => event.activityTaskScheduledEventAttributes).length === 1)
      return { account, result };
  }
}

/** Only a worker tells the notes, which takes longer than `status` waits where the machine is busy. */
const statusWithNotes = (account: string) =>
  until(
    () => harness.client.status(account),
    ({ notes }) => notes !== undefined,
  );

const CREATE = { operation: 'CreateInstance', times: 1 };

test.concurrent('it had made the instance: found by its tag, and deleted', async () => {
  const { account, result } = await cancelInFlight({ hangAfterWrite: CREATE });
  await expect(result).rejects.toBeInstanceOf(RunCancelledError);
  expect(created(account)).toHaveLength(0);
  expect(harness.creates(account)).toHaveLength(1);
});

test.concurrent(
  'it makes the instance after every look: its token is asked again, and nothing is left',
  async () => {
    // The looks come within two seconds after the worker has given up, or a few more where the machine is busy.
    const delayMs = 8_000;
    const { account, result } = await cancelInFlight({ lateWrite: { ...CREATE, delayMs } });
    await expect(result).rejects.toBeInstanceOf(RunCancelledError);
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    expect(created(account)).toHaveLength(0);
    const tokens = harness.creates(account).map(({ token }) => token);
    expect(tokens).toEqual([tokens[0], tokens[0]]);
  },
);

test.concurrent('it never came through, and AWS refuses the second: nothing to delete', async () => {
  const { account, result } = await cancelInFlight({
    failNext: [
      { ...CREATE, error: 'hang' },
      { ...CREATE, error: 'ValidationException' },
    ],
  });
  await expect(result).rejects.toBeInstanceOf(RunCancelledError);
  expect(harness.creates(account)).toHaveLength(2);
  expect(harness.emulator.calls({ account, operation: 'DeleteInstance' })).toHaveLength(0);
});

test.concurrent(
  'what it made stays unknown: ends as RollBackFailed, with the command that looks',
  async () => {
    const { result } = await cancelInFlight(
      { failNext: [{ ...CREATE, error: 'hang', times: 10_000 }] },
      { timing: { createTimeout: '3s' } },
    );
    const { type, message } = await failureOf(result);
    expect(type).toBe('RollBackFailed');
    expect(message).toContain('aws sso-admin list-instances --region eu-west-1');
  },
);

test.concurrent('with onCancel "keep": the run finds out what it leaves, and says so', async () => {
  const { account, result } = await cancelInFlight({ hangAfterWrite: CREATE }, { onCancel: 'keep' });
  await expect(result).rejects.toBeInstanceOf(RunCancelledError);
  const [left] = created(account);
  await expect(result).rejects.toMatchObject({ left: left?.instanceArn });
  const { notes, instanceArn } = await statusWithNotes(account);
  expect(instanceArn).toBe(left?.instanceArn);
  expect(notes?.[0]?.text).toBe(`${instanceArn} in eu-west-1 is left, as onCancel is "keep"`);
});

test.concurrent(
  'with onCancel "keep" and nothing to be found: the run says that it does not know',
  async () => {
    const { account, result } = await cancelInFlight(
      { failNext: [{ ...CREATE, error: 'hang' }] },
      { onCancel: 'keep' },
    );
    await expect(result).rejects.toBeInstanceOf(RunCancelledError);
    expect(harness.creates(account)).toHaveLength(1);
    const { notes } = await statusWithNotes(account);
    expect(notes?.[0]?.text).toContain('may yet make one');
  },
);

import { once } from 'node:events';
import { NativeConnection, Worker } from '@temporalio/worker';
import {
  createActivities,
  Pacer,
  realDependencies,
  CallMeter,
  type ActivityDependencies,
} from '../../../activities';
import { accessAws } from '../../../activities/aws/access';
import { RunCancelledError } from '../../../client';
import { PROGRESS_QUERY, type Progress } from '../../../contract';
import { emulatorSettings } from '../../../sandbox';
import {
  freshAccount,
  handleOf,
  requestFor,
  startHarness,
  startTestWorker,
  until,
  type Harness,
} from '../../support/harness';
import { failureOf } from '../../support/provisioning';
import { UNSEEN } from '../../support/steering';
import { temporalAddress } from '../../support/temporal';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({ worker: false });
});
afterAll(() => harness.stop());

/** A worker that runs activities and no workflows: what it finds waits for the next workflow task. */
async function startActivitiesOnly() {
  const { emulator, taskQueue } = harness;
  const connection = await NativeConnection.connect({ address: temporalAddress() });
  const dependencies = realDependencies(
    emulatorSettings(emulator.url),
    new Pacer(undefined),
    new CallMeter(),
  );
  const activities = createActivities(dependencies);
  const worker = await Worker.create({ connection, taskQueue, activities });
  const ended = worker.run();
  return async () => {
    worker.shutdown();
    await ended;
    await connection.close();
  };
}

/** Brings a run to where one look more makes it ACTIVE, and what `stop` asks for to the run together with that look. */
async function stoppedAtTheEnd(account: string, stop: () => Promise<unknown>) {
  const { client, emulator, taskQueue } = harness;
  const worker = await startTestWorker(temporalAddress(), taskQueue, emulator);
  emulator.setFaults({ accounts: [account], creationMs: 0, deletionMs: 0, failNext: [UNSEEN] });
  const result = client.result(await client.start(requestFor(account)), { waitHeld: true });
  result.catch(() => undefined);
  await until(
    () => handleOf(harness, account).query<Progress>(PROGRESS_QUERY),
    ({ stage }) => stage === 'waitingForActive',
  );
  await worker.stop();
  await stop();
  emulator.setFaults({ accounts: [account], creationMs: 0, deletionMs: 0 });
  const stopActivities = await startActivitiesOnly();
  await until(
    () => harness.eventsOf(account),
    (events) => events.filter((event) => event.activityTaskCompletedEventAttributes).length === 2,
  );
  await stopActivities();
  return { result, next: await startTestWorker(temporalAddress(), taskQueue, emulator) };
}

/** Opens accounts whose looks are answered, and their answers held back until `gate` is open. */
function heldBack(url: string, gate: Promise<void>): ActivityDependencies['openAccount'] {
  const { openAccount } = accessAws(emulatorSettings(url), Date.now, new Pacer(undefined));
  return (...account) => {
    const opened = openAccount(...account);
    const { identityCenter } = opened;
    const describeInstance = async (instanceArn: string) => {
      const seen = await identityCenter.describeInstance(instanceArn);
      await gate;
      return seen;
    };
    return { ...opened, identityCenter: { ...identityCenter, describeInstance } };
  };
}

test('a cancel that comes while the first look finds it ACTIVE: the instance is deleted', async () => {
  const account = freshAccount();
  const { client, emulator, taskQueue } = harness;
  const gate = new AbortController();
  const opened = once(gate.signal, 'abort').then(() => undefined);
  const openAccount = heldBack(emulator.url, opened);
  const worker = await startTestWorker(temporalAddress(), taskQueue, emulator, {
    dependencies: { openAccount },
  });
  try {
    const result = client.result(await client.start(requestFor(account)), { waitHeld: true });
    const ended = expect(result).rejects.toBeInstanceOf(RunCancelledError);
    const calls = (operation: string) => emulator.calls({ account, operation }).length;
    await until(
      () => calls('DescribeInstance'),
      (looks) => looks > 0,
    );
    await client.cancel(account);
    await until(
      () => harness.eventsOf(account),
      (events) => events.some((event) => event.activityTaskCancelRequestedEventAttributes),
    );
    gate.abort();
    await ended;
    expect(emulator.instances().filter(({ accountId }) => accountId === account)).toEqual([]);
    expect([calls('CreateInstance'), calls('DeleteInstance')]).toEqual([1, 1]);
  } finally {
    gate.abort();
    await worker.stop();
  }
});

test('a cancel that comes together with "it is ACTIVE" ends the run as cancelled, and nothing is left', async () => {
  const account = freshAccount();
  const { result, next } = await stoppedAtTheEnd(account, () => harness.client.cancel(account));
  try {
    await expect(result).rejects.toBeInstanceOf(RunCancelledError);
    expect(harness.emulator.instances().filter(({ accountId }) => accountId === account)).toEqual([]);
  } finally {
    await next.stop();
  }
});

test('an abort that comes together with "it is ACTIVE" ends the run as aborted', async () => {
  const account = freshAccount();
  const { result, next } = await stoppedAtTheEnd(account, async () => {
    await handleOf(harness, account).signal('pause');
    await handleOf(harness, account).signal('abort', 'not wanted');
  });
  try {
    await expect(failureOf(result)).resolves.toMatchObject({ type: 'Aborted' });
  } finally {
    await next.stop();
  }
});

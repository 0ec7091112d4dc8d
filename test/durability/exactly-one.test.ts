import { tsToMs } from '@temporalio/common/lib/time';
import { workflowIdOf } from '../../contract';
import { freshAccount, requestFor, until, withHarness, type Harness } from '../support/harness';
import { temporalAddress } from '../support/temporal';
import { startWorkerProcess } from '../../sandbox';

function promise(name: string, prove: (harness: Harness) => Promise<void>): void {
  test.concurrent(name, () => withHarness({ worker: false }, prove));
}

const created = ({ emulator }: Harness, account: string) =>
  emulator.instances().filter((it) => it.accountId === account);
const tokensSent = ({ emulator }: Harness, account: string) =>
  emulator.calls({ account, operation: 'CreateInstance' }).map((call) => call.token);

const startWorker = ({ taskQueue, emulator }: Harness, env: NodeJS.ProcessEnv = {}) =>
  startWorkerProcess(temporalAddress(), taskQueue, emulator.url, env);

promise(
  'the same account started twenty times at once: one run, one instance, twenty equal results',
  async (harness) => {
    const account = freshAccount();
    const refused = [{ operation: 'ListInstances', error: 'ThrottlingException', times: 100_000 }];
    harness.emulator.setFaults({ accounts: [account], failNext: refused });
    const worker = await startWorker(harness);
    const runs = await Promise.all(
      Array.from({ length: 20 }, () => harness.client.start(requestFor(account))),
    );
    // Only now may the run end: who starts after its end starts another.
    harness.emulator.setFaults({ accounts: [account] });
    const results = await Promise.all(runs.map((run) => harness.client.result(run)));
    expect(new Set(runs.map((run) => run.runId)).size).toBe(1);
    expect(runs.filter((run) => !run.joined)).toHaveLength(1);
    expect(new Set(results.map((result) => JSON.stringify(result))).size).toBe(1);
    expect(created(harness, account).map((it) => it.instanceArn)).toEqual([results[0]?.instanceArn]);
    expect(tokensSent(harness, account)).toHaveLength(1);
    await worker.stop();
  },
);

promise(
  "the worker killed between AWS's write and its answer: another tries again within 8 s, one instance",
  async (harness) => {
    const account = freshAccount();
    harness.emulator.setFaults({
      accounts: [account],
      creationMs: 0,
      hangAfterWrite: { operation: 'CreateInstance', times: 1 },
    });
    const killed = await startWorker(harness);
    const run = await harness.client.start(requestFor(account));
    await until(
      () => created(harness, account).length,
      (count) => count === 1,
    );
    await killed.kill();
    const worker = await startWorker(harness);
    const ready = Date.now();
    const result = await harness.client.result(run);
    expect(result).toMatchObject({
      outcome: 'created',
      instanceArn: created(harness, account)[0]?.instanceArn,
    });
    expect(created(harness, account)).toHaveLength(1);
    expect(tokensSent(harness, account)).toEqual([result.clientToken, result.clientToken]);
    // By the server's clock: how soon a busy machine does what its worker was given is not the point.
    const again = (await harness.eventsOf(account)).find(
      ({ activityTaskStartedEventAttributes: started }) => (started?.attempt ?? 0) > 1,
    );
    expect(tsToMs(again?.eventTime) - ready).toBeLessThanOrEqual(8_000);
    await worker.stop();
  },
);

promise(
  'a worker that is killed while it waits for ACTIVE: the next one goes on with the same instance',
  async (harness) => {
    const account = freshAccount();
    // However late the worker is killed, the run still waits.
    const throttled = [{ operation: 'DescribeInstance', error: 'ThrottlingException', times: 100_000 }];
    harness.emulator.setFaults({ accounts: [account], creationMs: 0, failNext: throttled });
    const killed = await startWorker(harness);
    const run = await harness.client.start(requestFor(account));
    await until(
      () => harness.client.status(account),
      ({ stage }) => stage === 'waitingForActive',
    );
    await killed.kill();
    const worker = await startWorker(harness);
    harness.emulator.setFaults({ accounts: [account], creationMs: 0 });
    await expect(harness.client.result(run)).resolves.toMatchObject({ outcome: 'created' });
    expect(created(harness, account)).toHaveLength(1);
    expect(tokensSent(harness, account)).toHaveLength(1);
    await worker.stop();
  },
);

promise(
  'a worker that is killed in its first looks: the next one asks with the same token, and knows whose the instance is',
  async (harness) => {
    const account = freshAccount();
    harness.emulator.setFaults({ accounts: [account], creationMs: 6_000 });
    const killed = await startWorker(harness);
    const run = await harness.client.start(requestFor(account));
    await until(
      () => harness.emulator.calls({ account, operation: 'DescribeInstance' }).length,
      (count) => count > 0,
    );
    await killed.kill();
    const worker = await startWorker(harness);
    const result = await harness.client.result(run);
    expect(result).toMatchObject({ outcome: 'created' });
    expect(created(harness, account)).toHaveLength(1);
    expect(new Set(tokensSent(harness, account))).toEqual(new Set([result.clientToken]));
    await worker.stop();
  },
);

promise(
  'AWS not reachable: the run backs off and shows it, and goes on once AWS is back',
  async (harness) => {
    const account = freshAccount();
    const worker = await startWorkerProcess(temporalAddress(), harness.taskQueue, 'http://127.0.0.1:9');
    const run = await harness.client.start(requestFor(account, { timing: { createTimeout: '1h' } }));
    const status = await until(
      () => harness.client.status(account),
      ({ pending }) => (pending?.attempt ?? 0) > 2 && pending?.failure !== undefined,
    );
    expect(status).toMatchObject({
      status: 'RUNNING',
      stage: 'creating',
      pending: { activity: 'listInstances' },
    });
    expect(status.pending?.failure?.type).toBe('NothingSent');
    expect(status.pending?.failure?.message).toContain('ECONNREFUSED');
    await worker.kill();
    const back = await startWorker(harness);
    await expect(harness.client.result(run)).resolves.toMatchObject({ outcome: 'created' });
    await back.stop();
  },
);

promise(
  'no worker: the run waits, its status says that nobody answers, and it starts with the first worker',
  async (harness) => {
    const account = freshAccount();
    const run = await harness.client.start(requestFor(account));
    const { status, notice } = await harness.client.status(account);
    expect(status).toBe('RUNNING');
    expect(notice).toContain('identity-center worker');
    // A worker that is slow to take what was sent to it alone adds events to a history.
    const worker = await startWorker(harness, { IDENTITY_CENTER_STICKY_TIMEOUT: '1m' });
    await harness.client.result(run);
    expect(await harness.eventsOf(account)).toHaveLength(12);
    expect(run.workflowId).toBe(workflowIdOf(account));
    await worker.stop();
  },
);

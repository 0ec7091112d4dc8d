import { execFile } from 'node:child_process';
import { getEventListeners } from 'node:events';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Client } from '@temporalio/client';
import {
  IdentityCenterClient,
  InvalidRequestError,
  NoRunError,
  RunHeldError,
  StillRunningError,
  type AccountStatus,
} from '../../client';
import { freshAccount, requestFor, until } from '../support/harness';
import { startProvisioning, type ProvisioningHarness } from '../support/provisioning';
import { hurry, throttledOnce } from '../support/steering';

let harness: ProvisioningHarness;
beforeAll(async () => {
  harness = await startProvisioning();
});
afterAll(() => harness.stop());

const errorOf = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

/** Has AWS take long for an account. */
const slow = (account: string) => {
  harness.emulator.setFaults({ accounts: [account], deletionMs: 0, ...throttledOnce('DescribeInstance') });
};

test.concurrent('a wait with many calls and many looks has Node.js warn of nothing', async () => {
  const program = `
    const { IdentityCenterClient } = require('./dist/client');
    const { Wait } = require('./dist/client/wait');
    void (async () => {
      const client = await IdentityCenterClient.connect();
      const wait = new Wait(client.temporal, {});
      const look = () => client.temporal.workflowService.getSystemInfo({});
      await wait.during(async () => {
        for (let call = 0; call < 20; call += 1) await look();
        for (let call = 0; call < 20; call += 1) await wait.during(look);
      });
      wait.end();
      await client.close();
    })();`;
  const cwd = path.join(__dirname, '../..');
  const env = { ...process.env, TEMPORAL_ADDRESS: harness.address };
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['-e', program], { cwd, env });
  expect([stdout, stderr]).toEqual(['', '']);
});

test.concurrent('on a hold a wait ends with why, and what to do; with waitHeld it goes on', async () => {
  const account = freshAccount();
  harness.emulator.setFaults({ accounts: [account], organizationForbids: true });
  const request = requestFor(account, { onFailure: 'hold' });
  const held = await errorOf(harness.client.provision(request));
  expect(held).toBeInstanceOf(RunHeldError);
  expect(held).toMatchObject({
    category: 'running',
    accountId: account,
    failure: { type: 'AccessDeniedException' },
    heldUntil: expect.stringMatching(/Z$/) as string,
  });
  expect((held as Error).message).toMatch(
    new RegExp(
      `^Account ${account}: the run is held, until .*organization.*identity-center retry ${account}`,
    ),
  );
  // Joined before it goes on.
  const waiting = harness.client.result(await harness.client.start(request), { waitHeld: true });
  harness.emulator.setFaults({ accounts: [account], organizationForbids: false });
  await harness.client.retry(account);
  await expect(waiting).resolves.toMatchObject({ outcome: 'created' });
});

test.concurrent('after its time-out a wait ends with how to follow the run, which goes on', async () => {
  const account = freshAccount();
  slow(account);
  const request = requestFor(account);
  const late = await errorOf(harness.client.provision(request, { timeout: '300ms' }));
  expect(late).toBeInstanceOf(StillRunningError);
  expect(late).toMatchObject({
    category: 'running',
    message: `Account ${account}: still running after 300ms, and goes on; follow it with: identity-center watch ${account}`,
  });
  const seen: AccountStatus[] = [];
  const watched = async () => {
    for await (const status of harness.client.watch(account, { timeout: '1s', intervalMs: 50 }))
      seen.push(status);
  };
  const stillRunning = await errorOf(watched());
  expect(stillRunning).toBeInstanceOf(StillRunningError);
  expect((stillRunning as StillRunningError).status).toEqual(seen.at(-1));
  const { status, runId } = await harness.client.status(account);
  expect(status).toBe('RUNNING');
  await hurry(harness, account);
  await harness.client.result({
    accountId: account,
    workflowId: `identity-center/${account}`,
    runId,
    joined: true,
  });
  // However short it is: a run that has ended is not said to run.
  for await (const { stage } of harness.client.watch(account, { timeout: '1ms' }))
    expect(stage).toBe('active');
});

test.concurrent('deprovision has a time-out, too', async () => {
  const account = freshAccount();
  await harness.provision(account, {});
  harness.emulator.setFaults({ accounts: [account], deletionMs: 600_000 });
  const late = await errorOf(harness.client.deprovision({ accountId: account }, { timeout: '300ms' }));
  expect(late).toBeInstanceOf(StillRunningError);
  await harness.client.cancel(account);
});

test.concurrent('a signal ends a wait with its reason, and the run goes on', async () => {
  const account = freshAccount();
  slow(account);
  const leave = new AbortController();
  const waiting = errorOf(harness.client.provision(requestFor(account), { signal: leave.signal }));
  const watching = (async () => {
    await until(
      () => harness.client.status(account).catch(() => undefined),
      (status) => status !== undefined,
    );
    for await (const { status } of harness.client.watch(account, { signal: leave.signal }))
      expect(status).toBe('RUNNING');
  })();
  const watched = errorOf(watching);
  await harness.called(account, 'DescribeInstance');
  const reason = new Error('the pipeline was stopped');
  leave.abort(reason);
  expect(await waiting).toBe(reason);
  expect(await watched).toBe(reason);
  expect(await harness.client.status(account)).toMatchObject({ status: 'RUNNING' });
  await harness.client.cancel(account);
});

test.concurrent.each(['soon', '0s', '-1m', '25d', '10', ''])(
  'a time-out of nonsense, %j, is told before anything is started',
  async (timeout) => {
    const account = freshAccount();
    const error = await errorOf(harness.client.provision(requestFor(account), { timeout }));
    expect(error).toBeInstanceOf(InvalidRequestError);
    expect((error as Error).message).toMatch(/ timeout: must be (a duration|longer than 0)/);
    await expect(harness.client.status(account)).rejects.toBeInstanceOf(NoRunError);
  },
);

test.concurrent('a signal that is aborted already starts nothing', async () => {
  const account = freshAccount();
  const waiting = harness.client.provision(requestFor(account), { signal: AbortSignal.abort() });
  await expect(waiting).rejects.toThrow('abort');
  await expect(harness.client.status(account)).rejects.toBeInstanceOf(NoRunError);
});

test.concurrent('a wait leaves few listeners at a signal, however often it looks', async () => {
  const { temporal, taskQueue } = harness;
  const signals: AbortSignal[] = [];
  const withAbortSignal = <T>(signal: AbortSignal, part: () => Promise<T>) => {
    signals.push(signal);
    return temporal.connection.withAbortSignal(signal, part);
  };
  const connection: unknown = Object.create(temporal.connection, {
    withAbortSignal: { value: withAbortSignal },
  });
  const client = new IdentityCenterClient(
    Object.create(temporal, { connection: { value: connection } }) as Client,
    taskQueue,
  );
  const account = freshAccount();
  slow(account);
  const run = await client.start(requestFor(account, { onFailure: 'hold', timing: { activeTimeout: '1h' } }));
  const leave = new AbortController();
  const waiting = errorOf(client.result(run, { signal: leave.signal }));
  await until(
    () => signals.length,
    (count) => count > 8,
  );
  leave.abort();
  expect(await waiting).toBe(leave.signal.reason);
  // Node.js warns of the eleventh.
  expect(Math.max(...signals.map((signal) => getEventListeners(signal, 'abort').length))).toBeLessThan(8);
  await client.cancel(account);
});

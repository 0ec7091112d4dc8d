import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { workflowIdOf } from '../../contract';
import { freshAccount, handleOf, requestFor, startTestWorker, until } from '../support/harness';
import { startProvisioning, type ProvisioningHarness } from '../support/provisioning';
import { throttledOnce } from '../support/steering';

/** What a pipeline left. */
interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A pipeline that runs. */
interface Job {
  stderr: () => string;
  finished: Promise<Finished>;
}

type Settings = Record<string, string>;

/**
 * Tests a pipeline against the contract that all of them keep; skips where it cannot be run here.
 *
 * @param updates how many Updates a run has had once two have asked for it: one, where it is started without
 */
export function testPipeline(
  command: readonly string[] | undefined,
  env: Settings = {},
  { updates = 2 } = {},
): void {
  // A machine with two cores starts many JVMs at once more slowly than one after the other.
  const each = command?.[0] === 'java' ? test : test.concurrent;
  const tests = command === undefined ? test.skip : each;
  const [file = '', ...args] = command ?? [];
  let harness: ProvisioningHarness;

  beforeAll(async () => {
    if (command !== undefined) harness = await startProvisioning();
  });
  afterAll(async () => {
    if (command !== undefined) await harness.stop();
  });

  const start = (request: unknown, settings: Settings = {}): Job => {
    const child = spawn(file, [...args, JSON.stringify(request)], {
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        TEMPORAL_ADDRESS: harness.address,
        IDENTITY_CENTER_TASK_QUEUE: harness.taskQueue,
        PROVISION_TIMEOUT: '120',
        PROVISION_WORKER_TIMEOUT: '60',
        ...env,
        ...settings,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    return {
      stderr: () => stderr,
      finished: once(child, 'close').then(() => ({ code: child.exitCode, stdout, stderr })),
    };
  };
  const run = (request: unknown, settings?: Settings) => start(request, settings).finished;
  const updatesOf = async (account: string) => {
    const history = await handleOf(harness, account)
      .fetchHistory()
      .catch(() => undefined);
    const events = history?.events ?? [];
    return events.filter((it) => it.workflowExecutionUpdateCompletedEventAttributes).length;
  };
  const throttled = () => {
    const account = freshAccount();
    harness.emulator.setFaults({ accounts: [account], ...throttledOnce('CreateInstance') });
    return account;
  };

  tests('provisions, and prints the result; two at once are one', async () => {
    const account = freshAccount();
    const request = requestFor(account, { name: 'workforce', tags: { team: 'identity' } });
    // Who asks after the run has ended starts another, so it may end once both have asked.
    const refused = [{ operation: 'ListInstances', error: 'ThrottlingException', times: 100_000 }];
    harness.emulator.setFaults({ accounts: [account], failNext: refused });
    const both = Promise.all([run(request), run(request)]);
    await until(
      () => updatesOf(account),
      (count) => count >= updates,
    );
    harness.emulator.setFaults({ accounts: [account] });
    const [one, other] = await both;
    expect(one).toMatchObject({ code: 0 });
    const [instance] = harness.created(account);
    expect(JSON.parse(one.stdout)).toMatchObject({ instanceArn: instance?.instanceArn, status: 'ACTIVE' });
    expect(JSON.parse(other.stdout)).toMatchObject({ instanceArn: instance?.instanceArn });
    expect(harness.creates(account)).toHaveLength(1);
  });

  tests('a failure says what happened, what to do, and AWS’s request ID', async () => {
    const account = freshAccount();
    harness.emulator.setFaults({ accounts: [account], organizationForbids: true });
    const { code, stdout, stderr } = await run(requestFor(account));
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(
      new RegExp(`Failed \\(AccessDeniedException, \\w+\\): Account ${account}: .+ Enable account instances`),
    );
    expect(stderr).toMatch(/AWS request ID: [\w-]{8,}/);
  });

  tests('returns on a hold; after a retry the same command goes on', async () => {
    const account = freshAccount();
    const request = requestFor(account, { onFailure: 'hold' });
    harness.emulator.setFaults({ accounts: [account], organizationForbids: true });
    const { code, stderr } = await run(request);
    expect(code).toBe(3);
    expect(stderr).toMatch(
      /Held until \d{4}-.+: CreateInstance: .+\nNext step: Enable .+\nAWS request ID: [\w-]{8,}/,
    );
    expect(stderr).toContain(`--workflow-id ${workflowIdOf(account)} --name retry`);
    harness.emulator.setFaults({ accounts: [account], creationMs: 0 });
    await handleOf(harness, account).signal('retry');
    expect(await run(request)).toMatchObject({ code: 0 });
  });

  tests('a request that differs from the open run’s is refused, with the fields', async () => {
    const account = throttled();
    await harness.client.start(requestFor(account));
    const { code, stderr } = await run(requestFor(account, { region: 'eu-central-1', name: 'other' }));
    expect(code).toBe(2);
    expect(stderr).toMatch(/^Refused: .*name.*region.*"eu-central-1"/m);
    await harness.client.cancel(account);
  });

  tests('a request that is wrong is refused, with the field', async () => {
    const { code, stderr } = await run({ ...requestFor(freshAccount()), naem: 'workforce' });
    expect(code).toBe(2);
    expect(stderr).toMatch(/Refused: .*naem/);
  });

  tests('a run that is cancelled, and one that takes too long, have their own exit codes', async () => {
    const account = throttled();
    const { code, stderr } = await run(requestFor(account), { PROVISION_TIMEOUT: '1' });
    expect(code).toBe(3);
    expect(stderr).toMatch(/still running after 1 ?s/i);
    const job = start(requestFor(account));
    await until(job.stderr, (said) => said.includes('creating since'));
    await harness.client.cancel(account);
    expect(await job.finished).toMatchObject({ code: 4 });
  });

  tests('a worker that is not there, or is lost, and a server that is not there are told', async () => {
    const taskQueue = `lost-${harness.taskQueue}`;
    const settings = { IDENTITY_CENTER_TASK_QUEUE: taskQueue, PROVISION_WORKER_TIMEOUT: '5' };
    const account = throttled();
    const nobody = await run(requestFor(account), settings);
    expect(nobody).toMatchObject({ code: 5, stdout: '' });
    expect(nobody.stderr).toContain(`No worker has answered on task queue ${taskQueue} for 5 s`);
    const worker = await startTestWorker(harness.address, taskQueue, harness.emulator);
    const job = start(requestFor(account), { ...settings, PROVISION_WORKER_TIMEOUT: '9' });
    await until(job.stderr, (said) => said.includes('creating since'));
    await worker.stop();
    expect(await job.finished).toMatchObject({ code: 5 });
    expect(job.stderr()).toContain(`No worker has answered on task queue ${taskQueue} for 9 s`);
    const unreachable = await run(requestFor(account), { TEMPORAL_ADDRESS: '127.0.0.1:9' });
    expect(unreachable).toMatchObject({ code: 5 });
    expect(unreachable.stderr).toMatch(/Temporal is not reachable|No Temporal server answers/);
  });
}

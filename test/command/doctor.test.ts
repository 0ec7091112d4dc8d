import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Check } from '../../contract';
import { startWorkerProcess } from '../../sandbox';
import { commandSuite, documentOf, type Finished } from '../support/command';
import { freshAccount, requestFor, startHarness, startTestWorker, until } from '../support/harness';
import { NOWHERE } from '../support/ports';
import { temporalAddress } from '../support/temporal';

// With search attributes to register: test/client/search-attributes.test.ts.
const its = commandSuite(startHarness);

/** What a check of the document of `doctor --json` found, by its name. */
const found = (finished: Finished) =>
  Object.fromEntries(
    (documentOf(finished)['checks'] as Check[]).map(({ check, ...rest }): [string, Omit<Check, 'check'>] => [
      check,
      rest,
    ]),
  );

test.concurrent('all is well: exit 0, a line for each check, with what a worker says of itself', async () => {
  // A server knows a worker by its first polls.
  await its.harness.client.provision(requestFor(freshAccount()));
  const { code, stdout } = await its.call(['doctor']);
  expect(code).toBe(0);
  const lines = [
    `server +Temporal [\\d.]+ at ${temporalAddress()}`,
    'TLS +none, to this machine',
    'proxy +none on the way to the server',
    'namespace +default',
    'retention +ended runs are kept for 1 day, .*\n +Raise it above .*',
    'search attributes +all registered',
    'workers +1 on task queue test-\\S+: \\d+@\\S+ last seen \\d+ s ago; of identity-center\\.\\S+: 1',
    "clock +that of this machine is within a minute of the server's",
    'worker answer +in [\\d.]+ s from \\d+@\\S+',
    'payload codec +none: .*',
    "worker clock +the worker's clock is within a second or two of Temporal's; within a second or two of AWS's",
    'AWS identity +arn:aws:iam::999999999999:user/emulator',
  ];
  expect(stdout).toMatch(new RegExp(`^${lines.map((line) => `ok +${line}\n`).join('')}$`));
});

test.concurrent('an account: its role, whether it may have an instance, and what is there', async () => {
  const account = freshAccount();
  const first = await its.call(['doctor', account, '--json']);
  expect(first.code).toBe(0);
  expect(found(first)).toMatchObject({
    role: { ok: true, found: expect.stringContaining(`arn:aws:sts::${account}:assumed-role/`) as unknown },
    eligibility: { ok: true, found: expect.stringContaining('member account') as unknown },
    instances: { ok: true, found: 'none in any Region' },
  });
  const { instanceArn } = await its.harness.client.provision(requestFor(account));
  const second = found(await its.call(['doctor', account, '--json']));
  expect(second['instances']?.found).toBe(`${instanceArn} in eu-west-1, ACTIVE`);
  const written = its.harness.emulator.calls({ account, operation: 'CreateInstance' });
  expect(written).toHaveLength(1);
});

test.concurrent('the receivers of runs, where the environment names their file', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'receivers-'));
  const file = path.join(folder, 'receivers.yaml');
  const topic = 'arn:aws:sns:eu-west-1:999999999999:runs';
  const check = async (text: string) => {
    writeFileSync(file, text);
    const env = { IDENTITY_CENTER_RECEIVERS_FILE: file };
    const finished = await its.command.run(['doctor', '--json'], { env });
    return { code: finished.code, ...found(finished)['receivers'] };
  };
  await expect(check(`receivers: [{ name: topic, sns: { topicArn: '${topic}' } }]`)).resolves.toEqual({
    code: 0,
    ok: true,
    found: `${file}: topic`,
  });
  const webhook = 'receivers: [{ name: web, webhook: { url: "https://a.example", secretFile: secret } }]';
  await expect(check(webhook)).resolves.toMatchObject({
    code: 1,
    ok: false,
    found: expect.stringMatching(/receiver web: secretFile: .* cannot be read \(ENOENT\)$/) as string,
    remedy: expect.stringContaining('IDENTITY_CENTER_RECEIVERS_FILE') as string,
  });
  rmSync(folder, { recursive: true });
});

test.concurrent('an account that does not let the worker in: exit 1, with the remedy', async () => {
  const account = freshAccount();
  its.harness.emulator.setFaults({ accounts: [account], notReadyForMs: 3_600_000 });
  const finished = await its.call(['doctor', account, '--json']);
  expect(finished.code).toBe(1);
  const { role, ...others } = found(finished);
  expect(role).toMatchObject({
    ok: false,
    found: expect.stringContaining('not authorized to perform: sts:AssumeRole') as unknown,
    remedy: expect.stringContaining('IDENTITY_CENTER_ROLE_ARN') as unknown,
  });
  expect(others).not.toHaveProperty('instances');
});

test.concurrent('a role that is gone is seen, though the worker still has a session', async () => {
  const account = freshAccount();
  await its.harness.client.provision(requestFor(account));
  its.harness.emulator.setFaults({ accounts: [account], notReadyForMs: 3_600_000 });
  await expect(its.call(['doctor', account])).resolves.toMatchObject({ code: 1 });
});

test.concurrent('the management account cannot have an instance: exit 1, with the remedy', async () => {
  const finished = await its.call(['doctor', '999999999999', '--json']);
  expect(finished.code).toBe(1);
  expect(found(finished)['eligibility']).toMatchObject({
    ok: false,
    remedy: expect.stringContaining('Use a member account') as unknown,
  });
});

test.concurrent('no worker polls the task queue: exit 1, with the remedy', async () => {
  const env = { IDENTITY_CENTER_TASK_QUEUE: `nobody-${randomUUID()}` };
  const { code, stdout } = await its.command.run(['doctor'], { env });
  expect(code).toBe(1);
  expect(stdout).toContain(`0 on task queue ${env.IDENTITY_CENTER_TASK_QUEUE}`);
  expect(stdout).toContain('identity-center worker');
  expect(stdout).not.toContain('worker answer');
});

test.concurrent(
  'a worker that was killed is still listed by the server, but does not answer: exit 1',
  async () => {
    const queue = `killed-${randomUUID()}`;
    const worker = await startWorkerProcess(temporalAddress(), queue, its.harness.emulator.url);
    const env = { IDENTITY_CENTER_TASK_QUEUE: queue };
    await expect(its.command.run(['doctor'], { env })).resolves.toMatchObject({ code: 0 });
    await worker.kill();
    const finished = await its.command.run(['doctor', '--json'], { env });
    expect(finished.code).toBe(1);
    expect(found(finished)).toMatchObject({
      workers: { ok: true, found: expect.stringContaining(`${worker.pid}@`) as unknown },
      'worker answer': { ok: false, remedy: expect.stringContaining('identity-center worker') as unknown },
    });
  },
);

test.concurrent('a namespace that is not there: exit 1, with the remedy', async () => {
  const { code, stdout } = await its.command.run(['doctor'], { env: { TEMPORAL_NAMESPACE: 'nowhere' } });
  expect(code).toBe(1);
  expect(stdout).toContain('temporal operator namespace create nowhere');
});

test.concurrent('the server does not answer: exit 5, with its address', async () => {
  const env = { TEMPORAL_ADDRESS: NOWHERE };
  const finished = await its.command.run(['doctor', '--fix', '--json'], { env });
  expect(finished).toMatchObject({ code: 5, stderr: '' });
  expect(documentOf(finished)).toMatchObject({
    error: { type: 'TemporalUnreachableError', address: NOWHERE },
  });
});

test.concurrent(
  'an order that no worker takes: exit 5, saying that one may still take it, as it does',
  async () => {
    const account = freshAccount();
    const env = { IDENTITY_CENTER_TASK_QUEUE: `late-${randomUUID()}` };
    const args = ['provision', account, '--region', 'eu-west-1', '--no-wait'];
    await expect(its.command.run(args, { env })).resolves.toMatchObject({ code: 0 });
    const { code, stdout, stderr } = await its.command.run(['pause', account], { env });
    expect({ code, stdout }).toEqual({ code: 5, stdout: '' });
    expect(stderr).toContain('it may still carry "pause" out');
    const worker = await startTestWorker(
      temporalAddress(),
      env.IDENTITY_CENTER_TASK_QUEUE,
      its.harness.emulator,
    );
    await until(
      () => its.harness.client.status(account),
      ({ paused }) => paused,
    );
    expect(its.harness.emulator.calls({ account })).toHaveLength(0);
    await its.harness.client.cancel(account);
    await worker.stop();
  },
);

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Client } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { connectToTemporal, IdentityCenterClient, RunHeldError } from '../../client';
import { fleetIdOf, workflowIdOf, type TemporalExtensions } from '../../contract';
import {
  createTokenCheck,
  EncryptionCodec,
  KEYS_VARIABLE,
  KeyRing,
  startCodecServer,
  temporalExtensions,
} from '../../encryption';
import { findTemporalBinary } from '../../sandbox/temporal-server';
import { commandRunner, type CommandRunner } from '../support/command';
import { freshAccount, requestFor, startHarness, until, type Harness } from '../support/harness';
import { causeOf, startCallers } from '../support/nexus';
import { keys, keysFile } from './keys';

const { History } = temporal.api.history.v1;
const { DescribeWorkflowExecutionResponse } = temporal.api.workflowservice.v1;
const { EVENT_TYPE_WORKFLOW_TASK_FAILED } = temporal.api.enums.v1.EventType;

const content = keys('current');
const file = keysFile(content);
let extensions: TemporalExtensions;
let harness: Harness;
let connected: Client;
let client: IdentityCenterClient;
let command: CommandRunner;

beforeAll(async () => {
  extensions = await temporalExtensions({ [KEYS_VARIABLE]: file.path });
  harness = await startHarness({ extensions });
  const { address, taskQueue } = harness;
  connected = await connectToTemporal({ connectionOptions: { address }, namespace: 'default' }, extensions);
  client = new IdentityCenterClient(connected, taskQueue);
  command = commandRunner({ TEMPORAL_ADDRESS: address, IDENTITY_CENTER_TASK_QUEUE: taskQueue });
});
afterAll(async () => {
  command.dispose();
  await connected.connection.close();
  await harness.stop();
  file.dispose();
});

/** All that the server has of a workflow, and would show to whoever may read the namespace. */
async function keptBy(workflowId: string): Promise<Buffer> {
  const { workflowService } = harness.temporal;
  const execution = { workflowId };
  const { history } = await workflowService.getWorkflowExecutionHistory({ namespace: 'default', execution });
  const described = await workflowService.describeWorkflowExecution({ namespace: 'default', execution });
  return Buffer.concat([
    History.encode(history ?? {}).finish(),
    DescribeWorkflowExecutionResponse.encode(described).finish(),
  ]);
}

test('of a run the server keeps nothing readable but its IDs, types and search attributes, its failures neither', async () => {
  const account = freshAccount();
  const words = [
    'canary-name',
    'canary-tag',
    'canary-said',
    'canary-correction',
    'organization',
    'AWS',
    'Correct',
  ];
  harness.emulator.setFaults({
    accounts: [account],
    creationMs: 0,
    failNext: [
      { operation: 'CreateInstance', error: 'ThrottlingException', message: 'canary-said', times: 2 },
      { operation: 'CreateInstance', error: 'ValidationException', message: 'canary-said', times: 1 },
    ],
  });
  const request = requestFor(account, {
    name: 'canary-name',
    tags: { team: 'canary-tag' },
    onFailure: 'hold',
  });
  await expect(client.provision(request)).rejects.toBeInstanceOf(RunHeldError);
  const held = await client.status(account);
  expect(held).toMatchObject({ stage: 'held', request: { name: 'canary-name' } });
  expect(held.failure?.message).toContain('canary-said');
  const whileHeld = await keptBy(workflowIdOf(account));

  await client.retry(account, { name: 'canary-correction' });
  const { instanceArn } = await client.result(
    await client.start(request).catch(() => client.status(account) as never),
  );
  expect(harness.emulator.instances().find((it) => it.accountId === account)?.name).toBe('canary-correction');
  const atTheEnd = await keptBy(workflowIdOf(account));
  for (const kept of [whileHeld, atTheEnd]) expect(words.filter((word) => kept.includes(word))).toEqual([]);
  // What docs/security.md says stays readable.
  for (const readable of [account, 'eu-west-1', instanceArn]) expect(atTheEnd.includes(readable)).toBe(true);
});

test('a caller by Nexus with the keys reads results and failures; the server, in both namespaces, does not', async () => {
  const [account, forbidden] = [freshAccount(), freshAccount()];
  harness.emulator.setFaults({ accounts: [forbidden], organizationForbids: true });
  const callers = await startCallers(harness, extensions);
  const request = requestFor(account, { name: 'canary-name' });
  const caller = await callers.start('provision', request);
  expect(await caller.result()).toMatchObject({ result: { accountId: account, status: 'ACTIVE' } });
  const failing = await callers.start('provision', requestFor(forbidden));
  expect(causeOf(await failing.result()).message).toContain('Enable account instances');
  const refused = await callers.start('status', { account: 'canary-name' });
  expect(causeOf(await refused.result()).message).toContain('accountId: is required');
  for (const { workflowId } of [caller, failing, refused]) {
    const { events } = await callers.temporal.workflow.getHandle(workflowId).fetchHistory();
    const kept = Buffer.from(History.encode({ events: events ?? [] }).finish());
    for (const word of ['canary-name', 'Enable', 'required']) expect(kept.includes(word)).toBe(false);
  }
  await callers.stop();
});

test('a failed attempt, and a run that fails, show only the type of their failure; with the keys they say it all', async () => {
  const account = freshAccount();
  harness.emulator.setFaults({
    accounts: [account],
    failNext: [{ operation: 'CreateInstance', error: 'ThrottlingException', times: 1_000 }],
  });
  await client.start(
    requestFor(account, { timing: { createTimeout: '6s', retry: { initialInterval: '1s' } } }),
  );
  const { pending } = await until(
    () => client.status(account),
    ({ pending: it }) => it?.failure !== undefined,
  );
  expect(pending?.failure?.message).toContain('Rate exceeded');
  expect((await keptBy(workflowIdOf(account))).includes('Rate exceeded')).toBe(false);

  const { failure } = await until(
    () => client.status(account),
    ({ status }) => status === 'FAILED',
  );
  expect(failure?.message).toContain(`Account ${account}`);
  const kept = await keptBy(workflowIdOf(account));
  expect([
    kept.includes('Rate exceeded'),
    kept.includes('createTimeout'),
    kept.includes('Encoded failure'),
  ]).toEqual([false, false, true]);

  // Without the keys it keeps nobody from the list of all, and says what its reader lacks.
  const list = await command.run(['list', '--json', '--failed', '--since', '10m']);
  expect(list.code).toBe(0);
  const line = list.stdout.split('\n').find((it) => it.includes(account)) ?? '{}';
  expect(JSON.parse(line)).toMatchObject({
    stage: 'failed',
    failure: { type: 'UnreadablePayloadError', message: expect.stringContaining(KEYS_VARIABLE) as string },
  });
});

test('a fleet, its pages and its plan hand on nothing readable either', async () => {
  const accounts = [freshAccount(), freshAccount()].map((account) =>
    requestFor(account, { name: 'canary-name' }),
  );
  const name = `sealed-${freshAccount()}`;
  await client.fleets.start({ name, accounts });
  await expect(client.fleets.result(name)).resolves.toMatchObject({ succeeded: 2 });
  const { pageIdPrefix } = await client.fleets.status(name);
  for (const workflowId of [fleetIdOf(name), `${pageIdPrefix}0`])
    expect((await keptBy(workflowId)).includes('canary-name')).toBe(false);

  const list = await command.run(['fleet', 'list', '--json']);
  const { fleets } = JSON.parse(list.stdout) as { fleets: { name: string; notice?: string }[] };
  expect(fleets.find((it) => it.name === name)?.notice).toContain(KEYS_VARIABLE);
});

test('the command reads and steers with the keys; without them it says which setting it lacks', async () => {
  const account = freshAccount();
  const env = { [KEYS_VARIABLE]: file.path };
  const provision = ['provision', account, '--region', 'eu-west-1', '--name', 'canary-name', '--json'];
  const { code, stderr } = await command.run(provision, { env });
  expect([code, stderr]).toEqual([0, expect.anything()]);
  expect((await keptBy(workflowIdOf(account))).includes('canary-name')).toBe(false);
  const status = await command.run(['status', account, '--json'], { env });
  expect(JSON.parse(status.stdout)).toMatchObject({ stage: 'active', request: { name: 'canary-name' } });

  const without = await command.run(['status', account]);
  expect(without.code).not.toBe(0);
  expect(without.stderr).toMatch(
    /encrypted with key "current", and IDENTITY_CENTER_ENCRYPTION_KEYS_FILE is not set/,
  );
  const wrong = await command.run(['status', account], { env: { [KEYS_VARIABLE]: '/nowhere' } });
  expect([wrong.code, wrong.stderr]).toEqual([
    2,
    expect.stringContaining('IDENTITY_CENTER_ENCRYPTION_KEYS_FILE: /nowhere: cannot be read'),
  ]);
});

test('the Temporal CLI starts and reads an encrypted run by the codec server, with its token, and not without', async () => {
  const account = freshAccount();
  const token = 't'.repeat(40);
  const tokens = keysFile(token);
  const server = await startCodecServer({
    codec: new EncryptionCodec(await KeyRing.open(file.path)),
    host: '127.0.0.1',
    port: 0,
    origins: [],
    checkToken: await createTokenCheck({ origins: [], tokensFile: tokens.path }),
  });
  const binary = await findTemporalBinary();
  const temporalCli = (auth: string, ...args: string[]) =>
    promisify(execFile)(binary, [
      ...['workflow', ...args, '--workflow-id', workflowIdOf(account)],
      ...['--address', harness.address, '--output', 'json'],
      ...['--codec-endpoint', `${server.url}/{namespace}`, '--codec-auth', auth],
    ]);
  const request = JSON.stringify(requestFor(account, { name: 'canary-name' }));
  const start = [
    'start',
    '--type',
    'provisionIdentityCenter',
    '--task-queue',
    harness.taskQueue,
    '--input',
    request,
  ];
  // What it cannot encode it does not send, and tries until its time is over.
  await expect(temporalCli('Bearer wrong', ...start, '--command-timeout', '2s')).rejects.toThrow(
    'failed starting workflow',
  );
  await expect(harness.temporal.workflow.getHandle(workflowIdOf(account)).describe()).rejects.toThrow(
    'not found',
  );
  await temporalCli(`Bearer ${token}`, ...start);
  const { stdout } = await temporalCli(`Bearer ${token}`, 'result');
  expect(stdout).toContain('"outcome": "created"');
  expect((await keptBy(workflowIdOf(account))).includes('canary-name')).toBe(false);
  await server.close();
  tokens.dispose();
});

test('a run whose argument no worker can read waits, unharmed, and goes on once the key is there', async () => {
  const account = freshAccount();
  const next = keys('next');
  const other = keysFile(next);
  const codec = new EncryptionCodec(await KeyRing.open(other.path));
  other.dispose();
  const ahead = await connectToTemporal(
    { connectionOptions: { address: harness.address }, namespace: 'default' },
    { dataConverter: { payloadCodecs: [codec] }, plugins: [] },
  );
  const run = await ahead.workflow.start('provisionIdentityCenter', {
    workflowId: workflowIdOf(account),
    taskQueue: harness.taskQueue,
    args: [requestFor(account)],
  });
  const taskFailures = async () =>
    (await harness.eventsOf(account)).filter(
      ({ eventType }) => eventType === EVENT_TYPE_WORKFLOW_TASK_FAILED,
    );
  await until(taskFailures, (failed) => failed.length > 0);
  expect((await run.describe()).status.name).toBe('RUNNING');
  expect(harness.emulator.calls({ account })).toHaveLength(0);

  file.write({ ...content, keys: [...content.keys, ...next.keys] });
  await until(
    () => client.status(account),
    ({ status }) => status === 'COMPLETED',
  );
  await expect(client.status(account)).resolves.toMatchObject({ result: { outcome: 'created' } });
  await ahead.connection.close();
});

test('a tampered argument fails no run and sends nothing: its task is tried again until somebody ends it', async () => {
  const account = freshAccount();
  const codec = new EncryptionCodec(await KeyRing.open(file.path));
  const tampering = {
    encode: async (payloads: Parameters<EncryptionCodec['encode']>[0]) =>
      (await codec.encode(payloads)).map((it) => ({
        ...it,
        data: Buffer.from(it.data ?? []).fill(0, 20, 21),
      })),
    decode: codec.decode.bind(codec),
  };
  const bad = await connectToTemporal(
    { connectionOptions: { address: harness.address }, namespace: 'default' },
    { dataConverter: { payloadCodecs: [tampering] }, plugins: [] },
  );
  const run = await bad.workflow.start('provisionIdentityCenter', {
    workflowId: workflowIdOf(account),
    taskQueue: harness.taskQueue,
    args: [requestFor(account)],
  });
  await until(
    async () => (await harness.eventsOf(account)).map(({ eventType }) => eventType),
    (types) => types.includes(EVENT_TYPE_WORKFLOW_TASK_FAILED),
  );
  expect((await run.describe()).status.name).toBe('RUNNING');
  expect(harness.emulator.calls({ account })).toHaveLength(0);
  await run.terminate('tampered');
  await bad.connection.close();
});

test('whoever has no codec may still start a run, with plain JSON: its request is read, and what it makes is encrypted', async () => {
  const account = freshAccount();
  const { temporal: plainClient, taskQueue } = harness;
  const run = await plainClient.workflow.start('provisionIdentityCenter', {
    workflowId: workflowIdOf(account),
    taskQueue,
    args: [requestFor(account, { name: 'canary-name' })],
  });
  await expect(
    client.result({
      accountId: account,
      workflowId: run.workflowId,
      runId: run.firstExecutionRunId,
    } as never),
  ).resolves.toMatchObject({ outcome: 'created' });
  await expect(run.result()).rejects.toThrow();
});

import { randomUUID } from 'node:crypto';
import { TemporalUnreachableError } from '../../../client';
import { ANSWER_TASK_WORKFLOW, defined, TASK_WORKFLOW_PREFIX, type TaskOutput } from '../../../contract';
import { readRules, type EventRules } from '../../../pipelines';
import {
  consumeQueue,
  openQueue,
  type ConsumerClient,
  type ConsumerParts,
  type LogEntry,
  type QueueNews,
} from '../../../pipelines/queue';
import { emulatorSettings } from '../../../sandbox';
import { controlTowerEvent, createAccountEvent, MANAGEMENT_ACCOUNT } from '../../support/events';
import { freshAccount, startHarness, until, type Harness } from '../../support/harness';
import { createQueue, type TestQueue } from '../../support/queue';

let harness: Harness;
const consumers: { stop(): Promise<void> }[] = [];
beforeAll(async () => {
  harness = await startHarness();
});
beforeEach(() => {
  // A visibility time-out of a minute is over in a second.
  harness.emulator.setFaults({ creationMs: 0, queueSecondMs: 20 });
});
afterEach(async () => {
  await Promise.all(consumers.splice(0).map((it) => it.stop()));
});
afterAll(() => harness.stop());

function rulesFrom(more: string): EventRules {
  const read = readRules(
    Buffer.from(`managementAccountId: "${MANAGEMENT_ACCOUNT}"\ndefaults: {region: eu-west-1}\n${more}`),
  );
  if ('problems' in read) throw new Error(JSON.stringify(read.problems));
  return read.rules;
}

/** A consumer of a queue, until the end of the test. */
async function consume(
  queue: TestQueue,
  parts: Partial<ConsumerParts> & { yaml?: string; organizationRoleArn?: string } = {},
) {
  const over = new AbortController();
  const [log, news]: [LogEntry[], QueueNews[]] = [[], []];
  const { yaml = '', organizationRoleArn, ...more } = parts;
  const aws = { ...emulatorSettings(harness.emulator.url), ...defined({ organizationRoleArn }) };
  const opened = await openQueue(aws, queue.url, over.signal);
  const ended = consumeQueue({
    queue: opened,
    client: () => harness.client,
    lookUp: opened.lookUp,
    rules: rulesFrom(yaml),
    signal: over.signal,
    log: (entry) => log.push(entry),
    onNews: (it) => news.push(it),
    timing: { firstPauseSeconds: 1 },
    ...more,
  });
  const consumer = {
    log,
    news,
    async stop() {
      over.abort();
      await ended;
    },
  };
  consumers.push(consumer);
  return consumer;
}

const isEmpty = (queue: TestQueue) =>
  until(
    () => queue.left(),
    (left) => left.length === 0,
  );
const instancesOf = (account: string) =>
  harness.emulator.instances().filter((it) => it.accountId === account);
const isActive = (account: string) =>
  until(
    () => instancesOf(account),
    ([first]) => first?.status === 'ACTIVE',
  );

test('each shape of message leads to one ACTIVE instance, however often it comes', async () => {
  const queue = await createQueue(harness.emulator);
  const accounts = Array.from({ length: 5 }, freshAccount);
  const [whole, organizations, text, topic, batch] = accounts as [string, string, string, string, string];
  const tower = (account: string) => controlTowerEvent(account) as { detail: object; account: string };
  const notification = (event: object) => ({
    Type: 'Notification',
    MessageId: randomUUID(),
    Message: JSON.stringify(event),
  });
  const { detail, ...envelope } = tower(text);
  const bodies = [
    tower(whole),
    createAccountEvent(organizations),
    { ...envelope, detail: JSON.stringify(detail) },
    notification(tower(topic)),
    [tower(batch), tower(whole)],
  ];
  const { log, news } = await consume(queue);
  harness.emulator.setFaults({ creationMs: 0, queueSecondMs: 20, duplicateMessages: 0.5 });
  await queue.send([...bodies, ...bodies]);
  await isEmpty(queue);
  await Promise.all(accounts.map(isActive));
  expect(accounts.map((account) => instancesOf(account).length)).toEqual([1, 1, 1, 1, 1]);
  expect(log.filter(({ level }) => level !== 'INFO')).toEqual([]);
  expect(new Set(log.map(({ accountId }) => accountId))).toEqual(new Set(accounts));
  expect(news.reduce((sum, { served }) => sum + served, 0)).toBeGreaterThanOrEqual(10);
  expect(queue.dead()).toEqual([]);
});

test('what rules ask of Organizations is asked as the role that lists its accounts; where it may not, nothing is started', async () => {
  const { emulator } = harness;
  const [prod, gone] = [freshAccount(), freshAccount()];
  const units = [{ id: 'ou-ab12-11111111', name: 'Production' }];
  emulator.setOrganization({ accounts: [{ id: prod, name: 'a', unit: 'ou-ab12-11111111' }], units });
  const queue = await createQueue(emulator);
  const { log } = await consume(queue, {
    yaml: 'rules: [{match: {organizationalUnit: Production}, request: {name: prod}}]\notherwise: ignore\n',
    organizationRoleArn: `arn:aws:iam::${MANAGEMENT_ACCOUNT}:role/identity-center-audit`,
  });
  await queue.send([createAccountEvent(prod), createAccountEvent(gone)]);
  await isActive(prod);
  expect(instancesOf(prod)).toMatchObject([{ name: 'prod' }]);
  const [asked] = emulator.calls({ operation: 'DescribeOrganizationalUnit' });
  expect(asked?.caller).toContain('assumed-role/identity-center-audit/');
  await until(
    () => queue.dead(),
    (dead) => dead.length === 1,
  );
  expect(instancesOf(gone)).toEqual([]);
  expect(log.find(({ level }) => level === 'ERROR')?.message).toMatch(
    `Account ${gone}: AWS Organizations does not say what the rules ask for: `,
  );
});

test('poison and forged messages start nothing, and end in the dead-letter queue, told with what to do', async () => {
  const queue = await createQueue(harness.emulator);
  const [stranger, unknown, served] = [freshAccount(), freshAccount(), freshAccount()];
  const poison = [
    'no JSON',
    '{"taskToken": 5}',
    { source: 'aws.controltower', detail: { eventName: 'CreateManagedAccount' } },
    { ...controlTowerEvent(served), account: stranger },
    controlTowerEvent(unknown),
  ];
  const { log, news } = await consume(queue, { yaml: `allowedAccounts: ["${served}"]` });
  await queue.send([
    ...poison,
    controlTowerEvent(served),
    createAccountEvent(served, 'EMAIL_ALREADY_EXISTS'),
  ]);
  await until(
    () => queue.dead(),
    (dead) => dead.length === poison.length,
  );
  await isActive(served);
  expect(queue.left()).toEqual([]);
  expect(instancesOf(served)).toHaveLength(1);
  for (const account of [stranger, unknown]) {
    expect(instancesOf(account)).toEqual([]);
    await expect(harness.client.status(account)).rejects.toMatchObject({ name: 'NoRunError' });
  }
  const said = log.map(({ level, message }) => `${level} ${message}`).join('\n');
  expect(said).toMatch(
    /ERROR Account \d+: refused: account \d+ sent it.*Receive 1 of 3: it comes again in 1 s\./,
  );
  expect(said).toMatch(
    /Receive 3 of 3: it goes to the dead-letter queue accounts-\w+-dead\. Mend .* start-message-move-task/,
  );
  expect(said).toMatch(/WARN An account: was not vended: EMAIL_ALREADY_EXISTS/);
  expect(news.reduce((sum, { failed }) => sum + failed, 0)).toBe(3 * poison.length);
});

test('a FIFO queue: what fails keeps its group waiting, is given up alone, and holds up no other group', async () => {
  const queue = await createQueue(harness.emulator, { fifo: true });
  const [behind, other] = [freshAccount(), freshAccount()];
  await queue.send(['poison', controlTowerEvent(behind), controlTowerEvent(other)], (index) =>
    index < 2 ? 'one' : 'two',
  );
  const { log } = await consume(queue);
  await Promise.all([behind, other].map(isActive));
  await isEmpty(queue);
  expect(queue.dead()).toEqual(['poison']);
  const order = log.map(({ accountId = 'poison' }) => accountId);
  expect(order.indexOf(behind)).toBeGreaterThan(order.lastIndexOf('poison'));
  expect(order.indexOf(other)).toBeLessThan(order.lastIndexOf('poison'));
});

/** The client of the harness, with something in the way of its starts. */
function clientThat(start: ConsumerClient['start']): ConsumerClient {
  const { client } = harness;
  return {
    start,
    startDeprovision: (request) => client.startDeprovision(request),
    status: (account) => client.status(account),
    retry: (account) => client.retry(account),
    temporal: client.temporal,
    taskQueue: client.taskQueue,
  };
}

test('a message stays hidden for as long as it is served', async () => {
  harness.emulator.setFaults({ creationMs: 0 });
  const queue = await createQueue(harness.emulator);
  const account = freshAccount();
  let serving = 0;
  const client = clientThat(async (request) => {
    serving += 1;
    // Twice as long as it is hidden at once.
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    return harness.client.start(request);
  });
  const timing = { hiddenSeconds: 2 };
  await Promise.all([1, 2].map(() => consume(queue, { client: () => client, timing })));
  await queue.send([controlTowerEvent(account)]);
  await isEmpty(queue);
  expect(serving).toBe(1);
});

test('while Temporal is away nothing is received, and nothing is given up', async () => {
  const queue = await createQueue(harness.emulator);
  const account = freshAccount();
  let isAway = true;
  const why = new Error('no connection');
  const unreachable = new TemporalUnreachableError('127.0.0.1:9', why, {
    code: 'CONNECTION_REFUSED',
    detail: '',
  });
  const away = () => Promise.reject(unreachable);
  const { temporal } = harness.client;
  const client: ConsumerClient = {
    ...clientThat(away),
    temporal: Object.create(temporal, {
      workflowService: { value: { describeNamespace: away } },
    }) as typeof temporal,
  };
  const { log } = await consume(queue, { client: () => (isAway ? client : harness.client) });
  await queue.send([controlTowerEvent(account)]);
  await until(
    () => log.map(({ message }) => message),
    (all) => all.some((it) => it.includes('Temporal does not answer, so nothing is received')),
  );
  const polls = harness.emulator.calls({ operation: 'ReceiveMessage' }).length;
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(harness.emulator.calls({ operation: 'ReceiveMessage' })).toHaveLength(polls);
  isAway = false;
  await isActive(account);
  expect(queue.dead()).toEqual([]);
});

test('SQS that throttles, fails or loses the answer to a delete is borne with', async () => {
  const queue = await createQueue(harness.emulator);
  const account = freshAccount();
  harness.emulator.setFaults({
    queueSecondMs: 20,
    creationMs: 0,
    failNext: [
      {
        operation: 'GetQueueAttributes',
        error: 'AccessDeniedException',
        message: 'User: x is not authorized to perform: sqs:GetQueueAttributes',
        times: 1,
      },
      { operation: 'ReceiveMessage', error: 'ThrottlingException', times: 1 },
      { operation: 'ReceiveMessage', error: 'html503', times: 1 },
    ],
    loseResponse: { operation: 'DeleteMessageBatch', times: 1 },
  });
  const { log, news } = await consume(queue);
  await queue.send([controlTowerEvent(account)]);
  await isEmpty(queue);
  await isActive(account);
  const said = log.map(({ message }) => message).join('\n');
  expect(said).toMatch(/is not known\. GetQueueAttributes: .*iam-policy worker/);
  expect(said).toMatch(/cannot be read, and is tried again\. ReceiveMessage: AWS is throttling/);
  expect(news.map(({ isReadable }) => isReadable)).toContain(false);
});

test('a queue without a dead-letter queue is warned of', async () => {
  const queue = await createQueue(harness.emulator);
  const { log } = await consume({ ...queue, url: queue.deadLetterUrl });
  await until(
    () => log,
    ([first]) => first !== undefined,
  );
  expect(log[0]).toMatchObject({
    level: 'WARN',
    message: expect.stringContaining('has no dead-letter queue') as string,
  });
});

test('a consumer that is stopped gives back what it has not served', async () => {
  harness.emulator.setFaults({ creationMs: 0 });
  const queue = await createQueue(harness.emulator);
  let begin: (() => void) | undefined;
  const began = new Promise<void>((resolve) => (begin = resolve));
  const client = clientThat(async () => {
    begin?.();
    return new Promise(() => undefined);
  });
  const first = await consume(queue, { client: () => client });
  const account = freshAccount();
  await queue.send([controlTowerEvent(account)]);
  await began;
  await first.stop();
  expect(first.news.at(-1)).toMatchObject({ served: 0, givenBack: 1 });
  // It was hidden for a minute, which the test does not wait for.
  await consume(queue);
  await isEmpty(queue);
  await isActive(account);
});

/** What a task was answered. */
async function answerOf(taskToken: string) {
  const all = await until(
    () => harness.emulator.tasks().filter((it) => it.taskToken === taskToken),
    ([task]) => task?.status !== 'open',
  );
  return all[0]!;
}

test('tasks of Step Functions are answered at the end of their runs, once', async () => {
  const queue = await createQueue(harness.emulator);
  const [byEvent, byAccount, failing] = [freshAccount(), freshAccount(), freshAccount()];
  const tokens = [1, 2, 3].map(() => harness.emulator.createTask({ heartbeatSeconds: 60 }));
  const [first, second, third] = tokens as [string, string, string];
  harness.emulator.setFaults({ accounts: [failing], creationMs: 0, createFails: 'quota' });
  await consume(queue);
  const tasks = [
    { taskToken: first, event: controlTowerEvent(byEvent) },
    { taskToken: second, accountId: byAccount, request: { name: 'named', tags: { team: 'x' } } },
    { taskToken: third, accountId: failing },
  ];
  await queue.send([...tasks, ...tasks]);
  await isEmpty(queue);
  const outputs = await Promise.all([first, second].map(answerOf));
  const [one, two] = outputs.map(({ output = '{}' }) => JSON.parse(output) as TaskOutput);
  expect(one).toMatchObject({
    status: 'ACTIVE',
    accountId: byEvent,
    workflowId: `identity-center/${byEvent}`,
    instanceArn: instancesOf(byEvent)[0]?.instanceArn,
    identityStoreId: expect.stringMatching(/^d-/) as string,
    outcome: 'created',
  });
  expect(two).toMatchObject({ status: 'ACTIVE', accountId: byAccount, outcome: 'created' });
  expect(instancesOf(byAccount)).toMatchObject([{ name: 'named', tags: { team: 'x' } }]);
  await expect(answerOf(third)).resolves.toMatchObject({
    status: 'failed',
    error: 'createFailed',
    cause: expect.stringContaining(`Account ${failing}`) as string,
  });
});

test('a task is answered at once where nothing is to be started; nothing is started for a token that AWS does not know', async () => {
  const queue = await createQueue(harness.emulator);
  const [ignored, forbidden, unknown] = [freshAccount(), freshAccount(), freshAccount()];
  const tokens = Array.from({ length: 4 }, () => harness.emulator.createTask());
  const [ignoring, refusing, wrong, over] = tokens as [string, string, string, string];
  const { log } = await consume(queue, {
    yaml: `allowedAccounts: ["${ignored}"]\nrules: [{match: {account: "${ignored}"}, action: ignore}]`,
  });
  await queue.send([
    { taskToken: ignoring, accountId: ignored },
    { taskToken: refusing, accountId: forbidden },
    { taskToken: wrong, accountId: ignored, request: { nmae: 'x' } },
    { taskToken: 'made up', accountId: unknown },
  ]);
  await isEmpty(queue);
  await expect(answerOf(ignoring)).resolves.toMatchObject({
    status: 'succeeded',
    output: expect.stringContaining('"status":"NOTHING_TO_DO"') as string,
  });
  await expect(answerOf(refusing)).resolves.toMatchObject({ status: 'failed', error: 'refused' });
  await expect(answerOf(wrong)).resolves.toMatchObject({
    status: 'failed',
    error: 'unreadable',
    cause: expect.stringContaining('nmae') as string,
  });
  expect(log.find(({ level }) => level === 'WARN')?.message).toContain(
    '(InvalidToken): its message is deleted',
  );
  for (const account of [ignored, forbidden, unknown])
    await expect(harness.client.status(account)).rejects.toMatchObject({ name: 'NoRunError' });
  // Nobody waits any more: the run goes on, and its end is told to nobody.
  const id = `${TASK_WORKFLOW_PREFIX}${randomUUID()}`;
  const account = freshAccount();
  const { runId } = await harness.client.start({ accountId: account, region: 'eu-west-1' });
  harness.emulator.reset();
  const request = { taskToken: over, region: 'eu-west-1', accountId: account, runId };
  await expect(
    harness.temporal.workflow.execute(ANSWER_TASK_WORKFLOW, {
      workflowId: id,
      taskQueue: harness.taskQueue,
      args: [request],
    }),
  ).resolves.toEqual({ answer: 'forgotten', reason: 'TaskDoesNotExist' });
});

test('a task waits through a hold with a beating heart, and rules may refuse tasks', async () => {
  const queue = await createQueue(harness.emulator);
  const account = freshAccount();
  const token = harness.emulator.createTask({ heartbeatSeconds: 60 });
  harness.emulator.setFaults({ accounts: [account], creationMs: 0, createFails: 'quota' });
  await consume(queue);
  await queue.send([{ taskToken: token, accountId: account, request: { onFailure: 'hold' } }]);
  await until(
    () => harness.client.status(account).catch(() => undefined),
    (status) => status?.stage === 'held',
  );
  await until(
    () => harness.emulator.tasks().find((it) => it.taskToken === token),
    (task) => (task?.heartbeats ?? 0) >= 2,
  );
  await harness.client.abort(account, 'not wanted');
  await expect(answerOf(token)).resolves.toMatchObject({
    status: 'failed',
    cause: expect.stringContaining('not wanted') as string,
  });
  const refusing = await createQueue(harness.emulator);
  await consume(refusing, { yaml: 'tasks: refuse' });
  await refusing.send([{ taskToken: harness.emulator.createTask(), accountId: account }]);
  await until(
    () => refusing.dead(),
    (dead) => dead.length === 1,
  );
});

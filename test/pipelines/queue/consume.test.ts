import { randomUUID } from 'node:crypto';
import { TemporalUnreachableError } from '../../../client';
import type { ConsumerClient } from '../../../pipelines/queue';
import { useConsumers } from '../../support/consumers';
import { controlTowerEvent, createAccountEvent, MANAGEMENT_ACCOUNT } from '../../support/events';
import { freshAccount, until } from '../../support/harness';
import { createQueue } from '../../support/queue';

const consuming = useConsumers();

test('each shape of message leads to one ACTIVE instance, however often it comes', async () => {
  const queue = await createQueue(consuming().emulator);
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
  const { log, news } = await consuming().consume(queue);
  consuming().emulator.setFaults({ creationMs: 0, queueSecondMs: 20, duplicateMessages: 0.5 });
  await queue.send([...bodies, ...bodies]);
  await consuming().isEmpty(queue);
  await Promise.all(accounts.map(consuming().isActive));
  expect(accounts.map((account) => consuming().instancesOf(account).length)).toEqual([1, 1, 1, 1, 1]);
  expect(log.filter(({ level }) => level !== 'INFO')).toEqual([]);
  expect(new Set(log.map(({ accountId }) => accountId))).toEqual(new Set(accounts));
  expect(news.reduce((sum, { served }) => sum + served, 0)).toBeGreaterThanOrEqual(10);
  expect(queue.dead()).toEqual([]);
});

test('what rules ask of Organizations is asked as the role that lists its accounts; where it may not, nothing is started', async () => {
  const { emulator } = consuming();
  const [prod, gone] = [freshAccount(), freshAccount()];
  const units = [{ id: 'ou-ab12-11111111', name: 'Production' }];
  emulator.setOrganization({ accounts: [{ id: prod, name: 'a', unit: 'ou-ab12-11111111' }], units });
  const queue = await createQueue(emulator);
  const { log } = await consuming().consume(queue, {
    yaml: 'rules: [{match: {organizationalUnit: Production}, request: {name: prod}}]\notherwise: ignore\n',
    organizationRoleArn: `arn:aws:iam::${MANAGEMENT_ACCOUNT}:role/identity-center-audit`,
  });
  await queue.send([createAccountEvent(prod), createAccountEvent(gone)]);
  await consuming().isActive(prod);
  expect(consuming().instancesOf(prod)).toMatchObject([{ name: 'prod' }]);
  const [asked] = emulator.calls({ operation: 'DescribeOrganizationalUnit' });
  expect(asked?.caller).toContain('assumed-role/identity-center-audit/');
  await until(
    () => queue.dead(),
    (dead) => dead.length === 1,
  );
  expect(consuming().instancesOf(gone)).toEqual([]);
  expect(log.find(({ level }) => level === 'ERROR')?.message).toMatch(
    `Account ${gone}: AWS Organizations does not say what the rules ask for: `,
  );
});

test('a look-up that Organizations throttles is made again, and no message is given up for it', async () => {
  const { emulator } = consuming();
  const accounts = Array.from({ length: 3 }, freshAccount);
  const units = [{ id: 'ou-ab12-11111111', name: 'Production' }];
  emulator.setOrganization({
    accounts: accounts.map((id) => ({ id, name: id, unit: 'ou-ab12-11111111' })),
    units,
  });
  const throttled = { error: 'TooManyRequestsException', message: 'Rate exceeded' };
  emulator.setFaults({
    creationMs: 0,
    queueSecondMs: 20,
    failNext: [{ operation: 'ListParents', ...throttled, times: 4 }],
  });
  const queue = await createQueue(emulator, { maxReceiveCount: 5 });
  const { log } = await consuming().consume(queue, {
    yaml: 'rules: [{match: {organizationalUnit: Production}, request: {name: prod}}]\notherwise: ignore\n',
  });
  await queue.send(accounts.map((account) => createAccountEvent(account)));
  await Promise.all(accounts.map(consuming().isActive));
  await consuming().isEmpty(queue);
  expect(queue.dead()).toEqual([]);
  const errors = log.filter(({ level }) => level === 'ERROR').map(({ message }) => message);
  expect(errors).not.toEqual([]);
  for (const message of errors)
    expect(message).toMatch(/Rate exceeded\. Nothing was started\..* it comes again in /);
});

test('poison and forged messages start nothing, and end in the dead-letter queue, told with what to do', async () => {
  const queue = await createQueue(consuming().emulator);
  const [stranger, unknown, served] = [freshAccount(), freshAccount(), freshAccount()];
  const poison = [
    'no JSON',
    '{"taskToken": 5}',
    { source: 'aws.controltower', detail: { eventName: 'CreateManagedAccount' } },
    { ...controlTowerEvent(served), account: stranger },
    controlTowerEvent(unknown),
  ];
  const { log, news } = await consuming().consume(queue, { yaml: `allowedAccounts: ["${served}"]` });
  await queue.send([
    ...poison,
    controlTowerEvent(served),
    createAccountEvent(served, 'EMAIL_ALREADY_EXISTS'),
  ]);
  await until(
    () => queue.dead(),
    (dead) => dead.length === poison.length,
  );
  await consuming().isActive(served);
  expect(queue.left()).toEqual([]);
  expect(consuming().instancesOf(served)).toHaveLength(1);
  for (const account of [stranger, unknown]) {
    expect(consuming().instancesOf(account)).toEqual([]);
    await expect(consuming().client.status(account)).rejects.toMatchObject({ name: 'NoRunError' });
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

/** A FIFO queue that is consumed: a group of poison and what is behind it, and another group. */
async function consumeGroups(behind: string, other: string, maxReceiveCount: number) {
  const queue = await createQueue(consuming().emulator, { fifo: true, maxReceiveCount });
  await queue.send(['poison', controlTowerEvent(behind), controlTowerEvent(other)], (index) =>
    index < 2 ? 'one' : 'two',
  );
  return { queue, log: (await consuming().consume(queue)).log };
}

test('a FIFO queue: what fails keeps its group waiting, and is given up alone', async () => {
  const [behind, other] = [freshAccount(), freshAccount()];
  const { queue, log } = await consumeGroups(behind, other, 3);
  await Promise.all([behind, other].map(consuming().isActive));
  await consuming().isEmpty(queue);
  expect(queue.dead()).toEqual(['poison']);
  const order = log.map(({ accountId = 'poison' }) => accountId);
  expect(order.indexOf(behind)).toBeGreaterThan(order.lastIndexOf('poison'));
});

test('a FIFO queue: what fails holds up no other group', async () => {
  const [behind, other] = [freshAccount(), freshAccount()];
  const { queue } = await consumeGroups(behind, other, 1_000);
  await consuming().isActive(other);
  expect(consuming().instancesOf(behind)).toEqual([]);
  expect(queue.left()).toContain('poison');
});

/** The client of the consuming(), with something in the way of its starts. */
function clientThat(start: ConsumerClient['start']): ConsumerClient {
  const { client } = consuming();
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
  consuming().emulator.setFaults({ creationMs: 0 });
  const queue = await createQueue(consuming().emulator);
  const account = freshAccount();
  let serving = 0;
  const client = clientThat(async (request) => {
    serving += 1;
    // Twice as long as it is hidden at once.
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    return consuming().client.start(request);
  });
  const timing = { hiddenSeconds: 2 };
  await Promise.all([1, 2].map(() => consuming().consume(queue, { client: () => client, timing })));
  await queue.send([controlTowerEvent(account)]);
  await consuming().isEmpty(queue);
  expect(serving).toBe(1);
});

test('while Temporal is away nothing is received, and nothing is given up', async () => {
  const queue = await createQueue(consuming().emulator);
  const account = freshAccount();
  let isAway = true;
  const why = new Error('no connection');
  const unreachable = new TemporalUnreachableError('127.0.0.1:9', why, {
    code: 'CONNECTION_REFUSED',
    detail: '',
  });
  const away = () => Promise.reject(unreachable);
  const { temporal } = consuming().client;
  const client: ConsumerClient = {
    ...clientThat(away),
    temporal: Object.create(temporal, {
      // What it knows without its histories it answers.
      workflow: { value: { getHandle: () => ({ describe: away }) } },
    }) as typeof temporal,
  };
  const { log } = await consuming().consume(queue, { client: () => (isAway ? client : consuming().client) });
  await queue.send([controlTowerEvent(account)]);
  await until(
    () => log.map(({ message }) => message),
    (all) => all.some((it) => it.includes('Temporal does not answer, so nothing is received')),
  );
  const polls = consuming().emulator.calls({ operation: 'ReceiveMessage' }).length;
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(consuming().emulator.calls({ operation: 'ReceiveMessage' })).toHaveLength(polls);
  isAway = false;
  await consuming().isActive(account);
  expect(queue.dead()).toEqual([]);
});

test('SQS that throttles, fails or loses the answer to a delete is borne with', async () => {
  const queue = await createQueue(consuming().emulator);
  const account = freshAccount();
  consuming().emulator.setFaults({
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
  const { log, news } = await consuming().consume(queue);
  await queue.send([controlTowerEvent(account)]);
  await consuming().isEmpty(queue);
  await consuming().isActive(account);
  const said = log.map(({ message }) => message).join('\n');
  expect(said).toMatch(/is not known\. GetQueueAttributes: .*iam-policy worker/);
  expect(said).toMatch(/cannot be read, and is tried again\. ReceiveMessage: AWS is throttling/);
  expect(news.map(({ isReadable }) => isReadable)).toContain(false);
});

test('a queue without a dead-letter queue is warned of', async () => {
  const queue = await createQueue(consuming().emulator);
  const { log } = await consuming().consume({ ...queue, url: queue.deadLetterUrl });
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
  consuming().emulator.setFaults({ creationMs: 0 });
  const queue = await createQueue(consuming().emulator);
  let begin: (() => void) | undefined;
  const began = new Promise<void>((resolve) => (begin = resolve));
  const client = clientThat(async () => {
    begin?.();
    return new Promise(() => undefined);
  });
  const first = await consuming().consume(queue, { client: () => client });
  const account = freshAccount();
  await queue.send([controlTowerEvent(account)]);
  await began;
  await first.stop();
  expect(first.news.at(-1)).toMatchObject({ served: 0, givenBack: 1 });
  // It was hidden for a minute, which the test does not wait for.
  await consuming().consume(queue);
  await consuming().isEmpty(queue);
  await consuming().isActive(account);
});

import { readRules, type EventClient, type EventRules } from '../../../pipelines';
import { createHandler } from '../../../pipelines/lambda/handler';
import type { LogEntry } from '../../../pipelines/serving';
import { controlTowerEvent, createAccountEvent, MANAGEMENT_ACCOUNT, sqsRecord } from '../../support/events';

const ACCOUNT = '111122223333';
const OTHER = '444455556666';

function rulesFrom(yaml: string): EventRules {
  const read = readRules(Buffer.from(yaml));
  if ('problems' in read) throw new Error(JSON.stringify(read.problems));
  return read.rules;
}

const RULES = rulesFrom(
  `managementAccountId: "${MANAGEMENT_ACCOUNT}"\ndefaults: {region: eu-west-1}\nrules: [{match: {account: "9*"}, action: ignore}]`,
);

/** A handler whose runs are only written down; the journey with real ones is the bundle's test. */
function handlerOf({ failing = [], unreachable = 0 }: { failing?: string[]; unreachable?: number } = {}) {
  const [started, log]: [string[], LogEntry[]] = [[], []];
  let connections = 0;
  const client: EventClient = {
    async start({ accountId }) {
      if (failing.includes(accountId)) throw new Error('Temporal does not answer.');
      started.push(accountId);
      return {
        accountId,
        workflowId: `identity-center/${accountId}`,
        runId: 'r',
        joined: started.indexOf(accountId) < started.length - 1,
      };
    },
    startDeprovision: () => Promise.reject(new Error('not asked for')),
    status: () => Promise.reject(new Error('not asked for')),
    retry: () => Promise.reject(new Error('not asked for')),
  };
  const handler = createHandler({
    async connect() {
      connections += 1;
      if (connections <= unreachable) throw new Error('No Temporal server answers.');
      return client;
    },
    readRules: () => RULES,
    log: (entry) => log.push(entry),
  });
  return { handler, started, log, connections: () => connections };
}

const batchOf = (...records: unknown[]) => ({ Records: records });

test('a batch: what cannot be served comes again, the rest is done, and all is told', async () => {
  const { handler, started, log } = handlerOf({ failing: [OTHER] });
  const response = await handler(
    batchOf(
      sqsRecord(controlTowerEvent(ACCOUNT), 'good'),
      sqsRecord('{', 'broken'),
      sqsRecord(controlTowerEvent(OTHER), 'unreachable'),
      sqsRecord({ ...controlTowerEvent(ACCOUNT), account: OTHER }, 'foreign'),
      sqsRecord(createAccountEvent(ACCOUNT, 'INTERNAL_FAILURE'), 'failed vending'),
      sqsRecord({ source: 'aws.s3', detail: {} }, 'another service'),
    ),
  );
  expect(response).toEqual({
    batchItemFailures: ['broken', 'unreachable', 'foreign'].map((itemIdentifier) => ({ itemIdentifier })),
  });
  expect(started).toEqual([ACCOUNT]);
  expect(log.map(({ level, messageId, answer }) => [messageId, level, answer])).toEqual([
    ['good', 'INFO', 'provision'],
    ['broken', 'ERROR', 'unreadable'],
    ['unreachable', 'ERROR', undefined],
    ['foreign', 'ERROR', 'refused'],
    ['failed vending', 'WARN', 'vendingFailed'],
    ['another service', 'INFO', 'notOurs'],
  ]);
  expect(log[0]).toMatchObject({ outcome: 'started', accountId: ACCOUNT, runId: 'r' });
  expect(log[2]?.message).toBe(
    `Account ${OTHER}: its event could not be served, and should be delivered again. Temporal does not answer.`,
  );
});

test('a FIFO queue: nothing behind a message that failed is done before it', async () => {
  const { handler, started } = handlerOf({ failing: [OTHER] });
  const inQueue = (event: unknown, id: string) => sqsRecord(event, id, 'events.fifo');
  await expect(
    handler(
      batchOf(
        inQueue(controlTowerEvent(ACCOUNT), 'a'),
        inQueue(controlTowerEvent(OTHER), 'b'),
        inQueue(controlTowerEvent('777788889999'), 'c'),
      ),
    ),
  ).resolves.toEqual({ batchItemFailures: [{ itemIdentifier: 'b' }, { itemIdentifier: 'c' }] });
  expect(started).toEqual([ACCOUNT]);
});

test('EventBridge Pipes, which send a list of records, hear of what failed as well', async () => {
  const { handler } = handlerOf();
  const list = [sqsRecord('{', 'broken'), sqsRecord(controlTowerEvent(ACCOUNT), 'good')];
  await expect(handler(list)).resolves.toEqual({ batchItemFailures: [{ itemIdentifier: 'broken' }] });
});

test('without a queue the invocation fails, so that Lambda tries it again', async () => {
  const { handler } = handlerOf({ failing: [OTHER] });
  await expect(handler(controlTowerEvent(ACCOUNT))).resolves.toMatchObject({
    events: [{ outcome: 'started' }],
  });
  await expect(handler(controlTowerEvent(OTHER))).rejects.toMatchObject({
    name: 'EventsNotServedError',
    message: expect.stringContaining(`Account ${OTHER}`) as string,
  });
  await expect(handler({})).rejects.toThrow('The event cannot be read: eventName: is required.');
});

test('a message without an ID fails its batch: nobody could say which is to come again', async () => {
  const { handler } = handlerOf();
  const { messageId, ...record } = sqsRecord('{');
  expect(messageId).toEqual(expect.any(String));
  await expect(handler(batchOf(record))).rejects.toThrow('is not valid JSON');
});

test('it connects once a run is to be started, keeps what it has connected, and tries again what has failed', async () => {
  const { handler, connections } = handlerOf({ unreachable: 1 });
  await handler(controlTowerEvent('999988887777'));
  expect(connections()).toBe(0);
  await expect(handler(controlTowerEvent(ACCOUNT))).rejects.toThrow('No Temporal server answers.');
  await handler(controlTowerEvent(ACCOUNT));
  await handler(controlTowerEvent(ACCOUNT));
  expect(connections()).toBe(2);
});

test('rules that cannot be read: the events come again, and the next invocation reads them anew', async () => {
  let reads = 0;
  const handler = createHandler({
    connect: () => Promise.reject(new Error('not asked for')),
    readRules() {
      reads += 1;
      if (reads === 1) throw new Error('The rules cannot be read');
      return RULES;
    },
    log: () => undefined,
  });
  const event = batchOf(sqsRecord(controlTowerEvent('999988887777'), 'a'));
  await expect(handler(event)).resolves.toEqual({ batchItemFailures: [{ itemIdentifier: 'a' }] });
  await expect(handler(event)).resolves.toEqual({ batchItemFailures: [] });
});

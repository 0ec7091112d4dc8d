import { readRules, type EventRules } from '../../pipelines';
import {
  consumeQueue,
  openQueue,
  type ConsumerParts,
  type LogEntry,
  type QueueNews,
} from '../../pipelines/queue';
import { emulatorSettings } from '../../sandbox';
import type { EmulatedInstance } from '../../sandbox/emulator';
import { defined } from '../../contract';
import { MANAGEMENT_ACCOUNT } from './events';
import { startHarness, until, type Harness } from './harness';
import type { TestQueue } from './queue';

/** What the tests of a file need that consume queues. */
export interface Consuming extends Harness {
  /** Consumes a queue until the end of the test. */
  consume(
    queue: TestQueue,
    parts?: Partial<ConsumerParts> & { yaml?: string; organizationRoleArn?: string },
  ): Promise<{ log: LogEntry[]; news: QueueNews[]; stop(): Promise<void> }>;
  isEmpty(queue: TestQueue): Promise<unknown>;
  isActive: (account: string) => Promise<unknown>;
  instancesOf(account: string): EmulatedInstance[];
}

/** Starts what a test file needs to consume queues, and ends it with the file. @returns the parts, once a test begins */
export function useConsumers(): () => Consuming {
  let consuming: Consuming;
  const consumers: { stop(): Promise<void> }[] = [];
  beforeAll(async () => {
    const harness = await startHarness();
    const instancesOf = (account: string) =>
      harness.emulator.instances().filter((it) => it.accountId === account);
    consuming = {
      ...harness,
      instancesOf,
      async consume(queue, parts = {}) {
        const consumer = await startConsumer(harness, queue, parts);
        consumers.push(consumer);
        return consumer;
      },
      isEmpty: (queue) =>
        until(
          () => queue.left(),
          (left) => left.length === 0,
        ),
      isActive: (account) =>
        until(
          () => instancesOf(account),
          ([first]) => first?.status === 'ACTIVE',
        ),
    };
  });
  beforeEach(() => {
    // A visibility time-out of a minute is over in a second.
    consuming.emulator.setFaults({ creationMs: 0, queueSecondMs: 20 });
  });
  afterEach(async () => {
    await Promise.all(consumers.splice(0).map((it) => it.stop()));
  });
  afterAll(() => consuming.stop());
  return () => consuming;
}

function rulesFrom(more: string): EventRules {
  const read = readRules(
    Buffer.from(`managementAccountId: "${MANAGEMENT_ACCOUNT}"\ndefaults: {region: eu-west-1}\n${more}`),
  );
  if ('problems' in read) throw new Error(JSON.stringify(read.problems));
  return read.rules;
}

async function startConsumer(
  harness: Harness,
  queue: TestQueue,
  { yaml = '', organizationRoleArn, ...more }: Parameters<Consuming['consume']>[1] & object,
) {
  const over = new AbortController();
  const [log, news]: [LogEntry[], QueueNews[]] = [[], []];
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
  return {
    log,
    news,
    async stop() {
      over.abort();
      await ended;
    },
  };
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { IdentityCenterClient } from '../../client';
import { startWorkerProcess, type Emulator, type WorkerProcess } from '../../sandbox';
import { createQueue, eventOf, writeRules, REGION } from './vending-queue';

export interface QueuePlayOptions {
  address: string;
  client: IdentityCenterClient;
  emulator: Emulator;
  /** Where the rules file is written. */
  folder: string;
  /** How many accounts a pipeline vends. */
  events: number;
  /** The ID of the first of them. */
  firstAccount?: number;
  /** Share of the events that come twice. */
  doubled?: number;
  /** Share of the events that never come. */
  lost?: number;
  workers?: number;
  /** From one kill of a worker to the next. */
  killEveryMs?: number;
  /** From one batch of ten messages to the next. */
  sendEveryMs?: number;
  /** Names the audit. */
  name: string;
  log: (line: string) => void;
}

/** What a play came to. */
export interface QueuePlay {
  accounts: number;
  /** Messages that were sent, and receives that it took to have them all served. */
  sent: number;
  received: number;
  kills: number;
  /** Accounts with an instance before the audit, and those that the audit started. */
  byEvents: number;
  byAudit: number;
  seconds: number;
  problems: string[];
}

/** A second of SQS is over sooner, as what a killed worker has received comes again after a minute. */
const SECOND_MS = 100;

/**
 * Vends accounts whose events come by a queue: some twice, some never, while the workers that consume it are killed again and
 * again and SQS delivers at least once. Then one audit starts what is missing. Every account has to have exactly one instance.
 */
export async function playQueue(options: QueuePlayOptions): Promise<QueuePlay> {
  const { address, client, emulator, folder, events, name, log } = options;
  const {
    doubled = 0.3,
    lost = 0.1,
    workers = 2,
    killEveryMs = 4_000,
    sendEveryMs = 200,
    firstAccount = 200_000_000_000,
  } = options;
  const began = performance.now();
  emulator.setFaults({
    creationMs: 500,
    queueSecondMs: SECOND_MS,
    duplicateMessages: 0.1,
    ignoredDeletes: 0.05,
  });
  const accounts = Array.from({ length: events }, (_, index) => String(firstAccount + index));
  emulator.setOrganization({ accounts: accounts.map((id) => ({ id })) });
  const queue = await createQueue(emulator, name);
  const rules = await writeRules(folder);
  const start = () =>
    startWorkerProcess(address, client.taskQueue, emulator.url, {
      IDENTITY_CENTER_QUEUE_URL: queue.url,
      IDENTITY_CENTER_EVENT_RULES_FILE: rules,
      // Its errors are those of the other workers' ends.
      IDENTITY_CENTER_LOG_LEVEL: 'error',
    });
  const running: WorkerProcess[] = await Promise.all(Array.from({ length: workers }, start));
  const over = new AbortController();
  let kills = 0;
  const killing = (async () => {
    while (!over.signal.aborted) {
      await sleep(killEveryMs, undefined, { signal: over.signal }).catch(() => undefined);
      if (isAborted(over.signal)) return;
      const [oldest] = running.splice(0, 1);
      await oldest?.kill();
      kills += 1;
      running.push(await start());
    }
  })();
  const arriving = accounts.filter((_, index) => index % Math.round(1 / lost) !== 0);
  const twice = arriving.filter((_, index) => index % 10 < Math.round(doubled * 10));
  const messages = shuffled([...arriving, ...twice]);
  await queue.send(messages.map(eventOf), sendEveryMs);
  log(
    `${messages.length} messages of ${accounts.length} accounts were sent; ${accounts.length - arriving.length} events are lost`,
  );
  await until(() => queue.left() === 0);
  over.abort();
  await killing;
  log(`the queue is empty; ${kills} workers were killed`);
  const ended = () => emulator.instances().filter(({ status }) => status === 'ACTIVE').length;
  await until(() => ended() >= arriving.length);
  const byEvents = ended();
  log(`${byEvents} accounts have an instance`);
  const request = { name, rules: { defaults: { region: REGION } }, start: true };
  const audit = await client.audits.result(await client.audits.start(request), { timeout: '1h' });
  await until(() => ended() >= accounts.length);
  await Promise.all(running.map((worker) => worker.stop()));
  const problems = accounts.flatMap((account) => {
    const count = emulator.instances().filter(({ accountId }) => accountId === account).length;
    return count === 1 ? [] : [`account ${account} has ${count} instances`];
  });
  if (queue.dead() > 0) problems.push(`${queue.dead()} messages were given up`);
  const seconds = (performance.now() - began) / 1_000;
  log(`the audit found ${JSON.stringify(audit.counts)}`);
  return {
    accounts: accounts.length,
    sent: messages.length,
    received: queue.received(),
    kills,
    byEvents,
    byAudit: ended() - byEvents,
    seconds,
    problems,
  };
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, at: Math.random() }))
    .sort((one, other) => one.at - other.at)
    .map(({ item }) => item);
}

/** Waits until something holds: for longer than anything takes. */
async function until(holds: () => boolean): Promise<void> {
  const end = performance.now() + 30 * 60_000;
  while (!holds()) {
    if (performance.now() > end) throw new Error('what was waited for has not come about in 30 minutes');
    await sleep(200);
  }
}

function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

import { setTimeout as sleep } from 'node:timers/promises';
import { explainError, NO_DEAD_LETTER_QUEUE, type QueueFacts, type QueueMessage } from '../../activities';
import { defined } from '../../contract';
import type { LookUp } from '../events';
import type { EventRules } from '../rules';
import { isUnreachable, type LogEntry } from '../serving';
import { HiddenMessages } from './hidden';
import type { OpenQueue } from './open-queue';
import type { ConsumerClient } from './serve-task';
import { serveMessage, type ServedMessage } from './serve-message';

/** What is told of a batch of messages, for metrics. */
export interface QueueNews {
  /** Whether SQS has answered. */
  isReadable: boolean;
  served: number;
  /** They come again, or are given up. */
  failed: number;
  /** They were not served, as the consumer ends. */
  givenBack: number;
  /** The age of the oldest message that was received, in seconds; 0: there was none. */
  oldestSeconds: number;
}

export interface ConsumerParts {
  queue: OpenQueue;
  /** Asked before each batch: whoever renews its connection has another. */
  client: () => ConsumerClient;
  rules: EventRules;
  lookUp?: LookUp;
  /** Stops in good order: nothing more is received, and what cannot be served in seconds is given back. */
  signal: AbortSignal;
  log: (entry: LogEntry) => void;
  onNews?: (news: QueueNews) => void;
  timing?: Partial<ConsumerTiming>;
}

/** How a consumer waits; in seconds, as SQS counts. */
export interface ConsumerTiming {
  /** How long a message is hidden at a time, while it is served. */
  hiddenSeconds: number;
  /** How long a message is hidden that could not be served; doubled with each receive. */
  firstPauseSeconds: number;
  longestPauseSeconds: number;
  /** How long a message may take to be served. */
  serveSeconds: number;
}

const TIMING: ConsumerTiming = {
  hiddenSeconds: 60,
  firstPauseSeconds: 15,
  longestPauseSeconds: 900,
  serveSeconds: 30,
};
/** As many as SQS hands out at once. */
const BATCH = 10;
const LONGEST_BACK_OFF_MS = 60_000;
const DELETE_TRIES = 3;
const STOP_WITHIN_MS = 5_000;
const TELL_AGAIN_MS = 60_000;

/**
 * Consumes a queue until the signal. A message is deleted once all that it brings was served; what could not be served comes
 * again after pauses that grow, and goes to the dead-letter queue by the queue's redrive policy in the end. Never throws.
 *
 * Of a FIFO queue one message is received at a time: those behind it in its group would be counted as received each time that
 * it fails, and given up with it.
 */
export async function consumeQueue(parts: ConsumerParts): Promise<void> {
  await new Consumer(parts).consume();
}

class Consumer {
  private readonly timing: ConsumerTiming;
  private facts: QueueFacts | undefined;
  private told = { reason: '', at: 0 };

  constructor(private readonly parts: ConsumerParts) {
    this.timing = { ...TIMING, ...parts.timing };
  }

  async consume(): Promise<void> {
    const { signal } = this.parts;
    await this.lookAtQueue();
    for (let failures = 0; !signal.aborted;) {
      try {
        const messages = await this.receive();
        failures = 0;
        if (messages.length > 0) await this.serve(messages);
      } catch (error) {
        if (isAborted(signal)) return;
        this.parts.onNews?.({ ...NO_NEWS, isReadable: false });
        this.tellOnceInAWhile(
          `${this.parts.queue.url} cannot be read, and is tried again. ${explain(error)}`,
        );
        // Whatever was wrong with them, new ones do no harm.
        this.parts.queue.sqs.forgetCredentials();
        await this.backOff(failures++);
      }
    }
  }

  private async receive(): Promise<QueueMessage[]> {
    const { queue, onNews } = this.parts;
    const messages = await queue.sqs.receive(queue.isFifo ? 1 : BATCH, this.timing.hiddenSeconds);
    if (messages.length === 0) onNews?.(NO_NEWS);
    return messages;
  }

  private async serve(messages: readonly QueueMessage[]): Promise<void> {
    const { queue, signal, onNews, log } = this.parts;
    const { hiddenSeconds } = this.timing;
    const oldest = Math.min(...messages.map(({ sentAt = Date.now() }) => sentAt));
    const hidden = new HiddenMessages(messages, queue.sqs, hiddenSeconds);
    const outcomes: ServedMessage[] = [];
    const serveOne = async (message: QueueMessage) => {
      if (isAborted(signal)) return;
      outcomes.push(await this.serveInTime(message));
    };
    try {
      await Promise.race([Promise.all(messages.map(serveOne)), afterStop(signal)]);
      const served = [...outcomes];
      const failed = served.filter((it) => !it.isServed);
      for (const it of served) for (const entry of it.entries) log(this.withWhatComes(it, entry));
      const done = new Set(served.map(({ message }) => message));
      const notDone = messages.filter((it) => !done.has(it));
      await this.remove(served.flatMap((it) => (it.isServed ? [it.message] : [])));
      await this.hide([
        ...failed.map(({ message }) => ({ message, seconds: this.pauseOf(message) })),
        ...notDone.map((message) => ({ message, seconds: 0 })),
      ]);
      onNews?.({
        isReadable: true,
        served: served.length - failed.length,
        failed: failed.length,
        givenBack: notDone.length,
        oldestSeconds: Math.max(0, (Date.now() - oldest) / 1_000),
      });
      if (failed.some((it) => it.isUnreachable)) await this.untilTemporalAnswers();
    } finally {
      hidden.stop();
    }
  }

  private async serveInTime(message: QueueMessage): Promise<ServedMessage> {
    const { queue, rules, lookUp } = this.parts;
    const client = this.parts.client();
    const { tasks, region } = queue;
    const parts = { client, tasks, region, rules, options: defined({ lookUp }) };
    const deadline = Date.now() + this.timing.serveSeconds * 1_000;
    return client.temporal.withDeadline(deadline, () => serveMessage(parts, message));
  }

  /** Deletes messages. One that stays, as nobody answers, comes again, and joins its own run. */
  private async remove(messages: readonly QueueMessage[]): Promise<void> {
    let left = messages;
    for (let tries = 1; left.length > 0; tries++) {
      try {
        left = await this.parts.queue.sqs.remove(left);
      } catch (error) {
        if (tries === DELETE_TRIES) {
          this.tellOnceInAWhile(
            `${left.length} messages that were served could not be deleted: they come again, and join their runs. ${explain(error)}`,
          );
          return;
        }
      }
      if (tries === DELETE_TRIES) return;
      if (left.length > 0) await sleep(100 * 2 ** tries);
    }
  }

  private async hide(messages: readonly { message: QueueMessage; seconds: number }[]): Promise<void> {
    if (messages.length === 0) return;
    // Where SQS does not hear it, they come again when the time-out that they have is over.
    await this.parts.queue.sqs.hide(messages).catch(() => undefined);
  }

  private pauseOf({ receiveCount }: QueueMessage): number {
    const { firstPauseSeconds, longestPauseSeconds } = this.timing;
    return Math.min(longestPauseSeconds, Math.round(firstPauseSeconds * 2 ** Math.min(20, receiveCount - 1)));
  }

  /** Adds to what is told of a message that could not be served when it comes again, or where it goes. */
  private withWhatComes({ isServed, message }: ServedMessage, entry: LogEntry): LogEntry {
    if (isServed) return entry;
    const { deadLetterQueueArn, maxReceiveCount = Infinity } = this.facts ?? {};
    const { receiveCount } = message;
    const again = `it comes again in ${this.pauseOf(message)} s`;
    if (deadLetterQueueArn === undefined)
      return { ...entry, message: `${entry.message} Receive ${receiveCount}: ${again}.` };
    const next =
      receiveCount < maxReceiveCount
        ? again
        : `it goes to the dead-letter queue ${deadLetterQueueArn.split(':').at(-1)}. Mend what is said here, then have it sent again (aws sqs start-message-move-task --source-arn ${deadLetterQueueArn})`;
    return { ...entry, message: `${entry.message} Receive ${receiveCount} of ${maxReceiveCount}: ${next}.` };
  }

  /** Looks what becomes of messages that cannot be served, and warns where nothing does. */
  private async lookAtQueue(): Promise<void> {
    const { queue, log } = this.parts;
    try {
      this.facts = await queue.sqs.look();
    } catch (error) {
      log({
        level: 'WARN',
        message: `What ${queue.url} does with messages that cannot be served is not known. ${explain(error)}`,
      });
      return;
    }
    if (this.facts.deadLetterQueueArn === undefined)
      log({
        level: 'WARN',
        message: `${queue.url} has no dead-letter queue. ${NO_DEAD_LETTER_QUEUE} Give it one (RedrivePolicy), with maxReceiveCount 5.`,
      });
  }

  /** Receives nothing while Temporal is away: messages would be given up for what is not their fault. */
  private async untilTemporalAnswers(): Promise<void> {
    const { client, signal } = this.parts;
    for (let failures = 0; !signal.aborted; failures++) {
      try {
        const { temporal } = client();
        await temporal.withDeadline(Date.now() + 5_000, () =>
          temporal.workflowService.describeNamespace({ namespace: temporal.options.namespace }),
        );
        return;
      } catch (error) {
        const { message } = error instanceof Error ? error : new Error(String(error));
        this.tellOnceInAWhile(
          `Temporal does not answer, so nothing is received before it does; the messages stay in the queue. ${message}`,
        );
        await this.backOff(failures);
      }
    }
  }

  private async backOff(failures: number): Promise<void> {
    const longest = Math.min(LONGEST_BACK_OFF_MS, 500 * 2 ** Math.min(20, failures));
    const pause = longest * (0.5 + Math.random() / 2);
    await sleep(pause, undefined, { signal: this.parts.signal }).catch(() => undefined);
  }

  private tellOnceInAWhile(message: string): void {
    if (message === this.told.reason && performance.now() - this.told.at < TELL_AGAIN_MS) return;
    this.told = { reason: message, at: performance.now() };
    this.parts.log({ level: 'ERROR', message });
  }
}

const NO_NEWS: QueueNews = { isReadable: true, served: 0, failed: 0, givenBack: 0, oldestSeconds: 0 };

/** Resolves once the consumer has been asked to stop, and those that serve have had their time. */
async function afterStop(signal: AbortSignal): Promise<void> {
  if (!signal.aborted)
    await new Promise((resolve) => {
      signal.addEventListener('abort', resolve, { once: true });
    });
  await sleep(STOP_WITHIN_MS, undefined, { ref: false });
}

function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

function explain(error: unknown): string {
  if (isUnreachable(error)) return String(error);
  const { found, remedy } = explainError(error);
  const isDenied = /not authorized|AccessDenied/i.test(found);
  const next = isDenied
    ? 'Allow what "identity-center iam-policy worker" prints with IDENTITY_CENTER_QUEUE_URL.'
    : remedy;
  return `${found} ${next}`;
}

import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { QueueFacts, QueueMessage } from '../../activities';
import { isNoWorkflow, placeOf, readServerError } from '../../client';
import { defined, TASK_WORKFLOW_PREFIX } from '../../contract';
import type { LookUp } from '../events';
import type { EventRules } from '../rules';
import type { LogEntry } from '../serving';
import { keepHidden } from './hidden';
import type { OpenQueue } from './open-queue';
import type { ConsumerClient } from './serve-task';
import { serveMessage, type ServedMessage } from './serve-message';
import { pauseOf, TIMING, type ConsumerTiming } from './timing';
import { explain, NO_DEAD_LETTERS, withWhatComes } from './words';

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
    const oldest = Math.min(...messages.map(({ sentAt = Date.now() }) => sentAt));
    const show = keepHidden(messages, queue.sqs, this.timing.hiddenSeconds);
    const outcomes: ServedMessage[] = [];
    const serveOne = async (message: QueueMessage) => {
      if (isAborted(signal)) return;
      outcomes.push(await this.serveInTime(message));
    };
    try {
      await untilStopped(signal, Promise.all(messages.map(serveOne)));
    } finally {
      show();
    }
    const served = [...outcomes];
    const failed = served.filter((it) => !it.isServed);
    for (const it of served)
      for (const entry of it.entries)
        log(it.isServed ? entry : withWhatComes(entry, it.message, this.timing, this.facts));
    const done = new Set(served.map(({ message }) => message));
    const notDone = messages.filter((it) => !done.has(it));
    await this.remove(served.flatMap((it) => (it.isServed ? [it.message] : [])));
    await this.hide([
      ...failed.map(({ message }) => ({ message, seconds: pauseOf(message, this.timing) })),
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
        message: `${queue.url} ${NO_DEAD_LETTERS}`,
      });
  }

  /**
   * Receives nothing while Temporal is away: messages would be given up for what is not their fault. A workflow is asked for that
   * there is none of, as the part of Temporal that keeps histories has to answer.
   */
  private async untilTemporalAnswers(): Promise<void> {
    const { client, signal } = this.parts;
    for (let failures = 0; !signal.aborted; failures++) {
      let temporal: Client | undefined;
      try {
        ({ temporal } = client());
        const { workflow } = temporal;
        await temporal.withDeadline(Date.now() + 5_000, () =>
          workflow.getHandle(`${TASK_WORKFLOW_PREFIX}none`).describe(),
        );
        return;
      } catch (error) {
        if (isNoWorkflow(error)) return;
        const said = temporal === undefined ? error : readServerError(error, placeOf(temporal));
        this.tellOnceInAWhile(
          `Temporal does not answer, so nothing is received before it does; the messages stay in the queue. ${explain(said)}`,
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

/** Waits for work; once the consumer is asked to stop, for no more than a few seconds. */
async function untilStopped(signal: AbortSignal, work: Promise<unknown>): Promise<void> {
  const over = new AbortController();
  const stopped = async () => {
    if (!signal.aborted) await once(signal, 'abort', { signal: over.signal });
    await sleep(STOP_WITHIN_MS, undefined, { signal: over.signal });
  };
  try {
    // What ends it early is that the work is done.
    await Promise.race([work, stopped().catch(() => work)]);
  } finally {
    over.abort();
  }
}

function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

import type { Queueing, QueueMessage } from '../../activities';

/**
 * Keeps messages hidden from other consumers until each is settled, however long it is served: SQS shows a message again once
 * its visibility time-out is over.
 */
export class HiddenMessages {
  private readonly open = new Set<QueueMessage>();
  private readonly timer: NodeJS.Timeout;

  /** @param seconds how long the messages are hidden from their receive on, and from each beat on */
  constructor(
    messages: readonly QueueMessage[],
    private readonly sqs: Pick<Queueing, 'hide'>,
    private readonly seconds: number,
    everyMs = (seconds * 1_000) / 3,
  ) {
    for (const message of messages) this.open.add(message);
    this.timer = setInterval(() => void this.beat(), everyMs).unref();
  }

  /** The message is done with, or another time-out holds for it. */
  settle(message: QueueMessage): void {
    this.open.delete(message);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private async beat(): Promise<void> {
    const hidden = [...this.open].map((message) => ({ message, seconds: this.seconds }));
    // A beat that was lost is made up for by the next, and a message that is shown too soon joins its own run.
    if (hidden.length > 0) await this.sqs.hide(hidden).catch(() => undefined);
  }
}

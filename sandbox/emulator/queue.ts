import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { AwsError } from './protocols';
import { invalidValue, readRedrivePolicy } from './redrive-policy';

/** What a queue was made with, as SQS has it: texts. */
export type QueueAttributes = Readonly<Record<string, string>>;

/** A message as it was sent. */
export interface SentMessage {
  body: string;
  delaySeconds?: number | undefined;
  groupId?: string | undefined;
  deduplicationId?: string | undefined;
}

/** A message in a queue. */
export interface QueuedMessage extends SentMessage {
  id: string;
  /** Where it stands in the order of the queue. */
  sequence: number;
  /** Milliseconds since the epoch, as all times here. */
  sentAt: number;
  visibleAt: number;
  receiveCount: number;
  firstReceivedAt?: number;
  lastReceivedAt?: number;
  /** The handle of the last receive: the one that counts. */
  handle?: string;
}

/** What goes wrong with messages, and how long a second of theirs is. */
export interface QueueFaults {
  secondMs: number;
  /** Whether a message that is received is left for another receive to have as well. */
  isDuplicated(): boolean;
  /** Whether a delete that is answered well deletes nothing. */
  isDeleteIgnored(): boolean;
}

const DEFAULTS: QueueAttributes = {
  VisibilityTimeout: '30',
  MaximumMessageSize: '1048576',
  MessageRetentionPeriod: '345600',
  DelaySeconds: '0',
  ReceiveMessageWaitTimeSeconds: '0',
};
const DEDUPLICATED_FOR_SECONDS = 300;
const MOST_SECONDS = 43_200;

/** A queue of SQS: standard, or FIFO. */
export class Queue {
  private messages: QueuedMessage[] = [];
  private readonly deduplicated = new Map<string, { id: string; at: number }>();
  private readonly waiting = new Set<() => void>();
  private sequence = 0;
  private own: QueueAttributes;
  readonly isFifo: boolean;

  /**
   * @param now AWS's clock
   * @param deadLetters finds the queue that an ARN names
   */
  constructor(
    readonly name: string,
    readonly arn: string,
    attributes: QueueAttributes,
    private readonly faults: QueueFaults,
    private readonly deadLetters: (arn: string) => Queue | undefined,
    private readonly now: () => number = Date.now,
  ) {
    this.isFifo = name.endsWith('.fifo');
    this.own = attributes;
  }

  get attributes(): QueueAttributes {
    const now = this.now();
    const count = (isIt: (message: QueuedMessage) => boolean) => String(this.messages.filter(isIt).length);
    return {
      ...DEFAULTS,
      ...this.own,
      QueueArn: this.arn,
      ApproximateNumberOfMessages: count(({ visibleAt }) => visibleAt <= now),
      ApproximateNumberOfMessagesNotVisible: count((it) => it.visibleAt > now && it.receiveCount > 0),
      ApproximateNumberOfMessagesDelayed: count((it) => it.visibleAt > now && it.receiveCount === 0),
    };
  }

  setAttributes(attributes: QueueAttributes): void {
    const all = Object.entries({ ...this.own, ...attributes });
    // An empty text takes an attribute away, such as a redrive policy.
    this.own = Object.fromEntries(all.filter(([, value]) => value !== ''));
  }

  /** The messages that are there, oldest first. */
  list(): QueuedMessage[] {
    return this.messages.map((it) => ({ ...it }));
  }

  /** Takes a message in. Of a FIFO queue, one that was sent already within five minutes is the earlier one. */
  send(sent: SentMessage): { id: string; sequence: number } {
    const now = this.now();
    const duplicateOf = this.isFifo ? this.deduplicate(sent, now) : undefined;
    if (duplicateOf !== undefined) return { id: duplicateOf, sequence: this.sequence };
    const delay = sent.delaySeconds ?? Number(this.attributes['DelaySeconds']);
    const message: QueuedMessage = {
      ...sent,
      id: randomUUID(),
      sequence: ++this.sequence,
      sentAt: now,
      visibleAt: now + this.milliseconds(delay),
      receiveCount: 0,
    };
    if (this.isFifo) this.deduplicated.set(this.deduplicationKey(sent), { id: message.id, at: now });
    this.messages.push(message);
    this.changed();
    return message;
  }

  /** Hands out messages; waits for the first, should there be none. */
  async receive(most: number, visibilitySeconds: number, waitSeconds: number): Promise<QueuedMessage[]> {
    const end = this.now() + this.milliseconds(waitSeconds);
    for (;;) {
      const received = this.take(most, visibilitySeconds);
      const left = end - this.now();
      if (received.length > 0 || left <= 0) return received;
      const next = Math.min(
        ...this.messages.map(({ visibleAt }) => visibleAt - this.now()).filter((it) => it > 0),
      );
      await this.change(Math.min(left, next));
    }
  }

  /** Deletes a message. With a handle of an earlier receive nothing is deleted, and SQS says it all the same. */
  delete(handle: string): void {
    const message = this.find(handle);
    if (message?.handle !== handle) return;
    const isOver = message.visibleAt <= this.now();
    if (this.isFifo && isOver) throw invalidValue(handle, 'ReceiptHandle', 'The receipt handle has expired.');
    if (this.faults.isDeleteIgnored()) return;
    this.messages = this.messages.filter((it) => it !== message);
    this.changed();
  }

  /** Hides a message for so long from now on, or shows it again. @throws AwsError where it is not in flight */
  hide(handle: string, seconds: number): void {
    const message = this.find(handle);
    const now = this.now();
    if (message?.handle !== handle || message.visibleAt <= now)
      throw new AwsError('MessageNotInflight', 'The specified message is not in flight.');
    const { lastReceivedAt = now } = message;
    if (now + this.milliseconds(seconds) > lastReceivedAt + this.milliseconds(MOST_SECONDS))
      throw invalidValue(
        String(seconds),
        'VisibilityTimeout',
        `Total VisibilityTimeout for the message is beyond the limit [${MOST_SECONDS} seconds]`,
      );
    message.visibleAt = now + this.milliseconds(seconds);
    this.changed();
  }

  purge(): void {
    this.messages = [];
    this.changed();
  }

  private take(most: number, visibilitySeconds: number): QueuedMessage[] {
    const now = this.now();
    const oldest = now - this.milliseconds(Number(this.attributes['MessageRetentionPeriod']));
    this.messages = this.messages.filter(({ sentAt }) => sentAt > oldest);
    this.redrive(now);
    const locked = new Set<string | undefined>();
    const received: QueuedMessage[] = [];
    for (const message of [...this.messages]) {
      if (received.length === most) break;
      const isHidden = message.visibleAt > now;
      // Behind one that is in flight, its group waits.
      if (this.isFifo && (isHidden || locked.has(message.groupId))) {
        locked.add(message.groupId);
        continue;
      }
      if (isHidden) continue;
      message.receiveCount += 1;
      message.firstReceivedAt ??= now;
      message.lastReceivedAt = now;
      message.handle = `${message.id}.${randomBytes(24).toString('base64url')}`;
      const isLeft = !this.isFifo && this.faults.isDuplicated();
      if (!isLeft) message.visibleAt = now + this.milliseconds(visibilitySeconds);
      received.push({ ...message });
    }
    return received;
  }

  /** Moves messages that were received as often as the redrive policy lets them be to the dead-letter queue. */
  private redrive(now: number): void {
    const { deadLetterTargetArn, maxReceiveCount } = readRedrivePolicy(this.own['RedrivePolicy']);
    const target = this.deadLetters(deadLetterTargetArn);
    if (target === undefined) return;
    for (const message of this.messages) {
      if (message.visibleAt > now || message.receiveCount < maxReceiveCount) continue;
      this.messages = this.messages.filter((it) => it !== message);
      const moved: QueuedMessage = { ...message };
      delete moved.handle;
      target.messages.push({ ...moved, sequence: ++target.sequence, visibleAt: now, receiveCount: 0 });
      target.changed();
    }
  }

  private deduplicate(sent: SentMessage, now: number): string | undefined {
    const before = this.deduplicated.get(this.deduplicationKey(sent));
    if (before === undefined) return undefined;
    return now - before.at < this.milliseconds(DEDUPLICATED_FOR_SECONDS) ? before.id : undefined;
  }

  private deduplicationKey({ body, deduplicationId }: SentMessage): string {
    if (deduplicationId !== undefined) return deduplicationId;
    if (this.own['ContentBasedDeduplication'] !== 'true')
      throw new AwsError(
        'InvalidParameterValue',
        'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
      );
    return createHash('sha256').update(body).digest('hex');
  }

  private find(handle: string): QueuedMessage | undefined {
    const [, id] = /^([\da-f-]{36})\.[\w-]{32}$/.exec(handle) ?? [];
    if (id === undefined)
      throw new AwsError('ReceiptHandleIsInvalid', 'The input receipt handle is invalid.');
    return this.messages.find((it) => it.id === id);
  }

  private milliseconds(seconds: number): number {
    return seconds * this.faults.secondMs;
  }

  private changed(): void {
    for (const wake of this.waiting) wake();
  }

  /** Resolves once something has changed, or the time is over. */
  private change(withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, Math.max(1, withinMs)).unref();
      this.waiting.add(wake);
    });
  }
}

import type { FaultPlan } from './faults';
import { AwsError } from './protocols';
import { Queue, type QueueAttributes, type QueuedMessage } from './queue';
import { readRedrivePolicy } from './redrive-policy';

/** A queue, for whoever looks into the emulator. */
export interface EmulatedQueue {
  name: string;
  arn: string;
  url: string;
  attributes: QueueAttributes;
  /** Those that are there, in flight or not, oldest first. */
  messages: QueuedMessage[];
}

/** The queues of all accounts. */
export class QueueStore {
  private readonly queues = new Map<string, Queue>();
  /** Where the emulator listens, once it does: URLs of queues begin with it. */
  address = 'http://127.0.0.1';

  constructor(private readonly faults: FaultPlan) {}

  /** Creates a queue; one of that name that has the same attributes is that one. @throws AwsError */
  create(account: string, region: string, name: string, attributes: QueueAttributes): string {
    const key = keyOf(account, name);
    const url = `${this.address}/${key}`;
    const known = this.queues.get(key);
    if (known !== undefined) {
      const differs = Object.entries(attributes).some(([field, value]) => known.attributes[field] !== value);
      if (differs)
        throw new AwsError(
          'QueueNameExists',
          'A queue already exists with the same name and a different value.',
        );
      return url;
    }
    readRedrivePolicy(attributes['RedrivePolicy']);
    const arn = `arn:aws:sqs:${region}:${account}:${name}`;
    const { faults } = this;
    const chance = (field: 'duplicateMessages' | 'ignoredDeletes') =>
      Math.random() < (faults.get(account, field) ?? 0);
    const itsFaults = {
      get secondMs() {
        return faults.get(account, 'queueSecondMs') ?? 1_000;
      },
      isDuplicated: () => chance('duplicateMessages'),
      isDeleteIgnored: () => chance('ignoredDeletes'),
    };
    const find = (target: string) => [...this.queues.values()].find((it) => it.arn === target);
    this.queues.set(key, new Queue(name, arn, attributes, itsFaults, find));
    return url;
  }

  /** Finds the queue of a URL. @throws AwsError where there is none */
  at(url: string): Queue {
    const [, account = '', name = ''] = /\/(\d{12})\/([\w-]+(?:\.fifo)?)\/?$/.exec(url) ?? [];
    return this.named(account, name);
  }

  named(account: string, name: string): Queue {
    const queue = this.queues.get(keyOf(account, name));
    if (queue === undefined) throw new AwsError('QueueDoesNotExist', 'The specified queue does not exist.');
    return queue;
  }

  urlOf(account: string, name: string): string {
    this.named(account, name);
    return `${this.address}/${keyOf(account, name)}`;
  }

  list(): EmulatedQueue[] {
    return [...this.queues].map(([key, queue]) => ({
      name: queue.name,
      arn: queue.arn,
      url: `${this.address}/${key}`,
      attributes: queue.attributes,
      messages: queue.list(),
    }));
  }

  clear(): void {
    for (const queue of this.queues.values()) queue.purge();
    this.queues.clear();
  }
}

function keyOf(account: string, name: string): string {
  return `${account}/${name}`;
}

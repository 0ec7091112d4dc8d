import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  SendMessageBatchCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { randomUUID } from 'node:crypto';
import { emulatorSettings, type Emulator } from '../../sandbox';

/** A queue of a test, with its dead-letter queue, and AWS's own client of both. */
export interface TestQueue {
  readonly sqs: SQSClient;
  readonly url: string;
  readonly deadLetterUrl: string;
  /** Sends each body as a message: a text as it is, anything else as JSON. */
  send(bodies: readonly unknown[], groupOf?: (index: number) => string): Promise<void>;
  /** The bodies that are in the queue, hidden or not. */
  left(): string[];
  /** The bodies that were given up. */
  dead(): string[];
}

export interface TestQueueOptions {
  fifo?: boolean;
  maxReceiveCount?: number;
}

export async function createQueue(
  emulator: Emulator,
  { fifo = false, maxReceiveCount = 3 }: TestQueueOptions = {},
): Promise<TestQueue> {
  const { endpoint, credentials } = emulatorSettings(emulator.url);
  const sqs = new SQSClient({ region: 'eu-west-1', endpoint, credentials });
  const name = `accounts-${randomUUID().slice(0, 8)}`;
  const create = async (QueueName: string, attributes: Record<string, string>) => {
    const Attributes = {
      ...attributes,
      ...(fifo && { FifoQueue: 'true', ContentBasedDeduplication: 'true' }),
    };
    const QueueNameOfKind = fifo ? `${QueueName}.fifo` : QueueName;
    const { QueueUrl = '' } = await sqs.send(
      new CreateQueueCommand({ QueueName: QueueNameOfKind, Attributes }),
    );
    return QueueUrl;
  };
  const deadLetterUrl = await create(`${name}-dead`, {});
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: deadLetterUrl, AttributeNames: ['QueueArn'] }),
  );
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: Attributes?.QueueArn, maxReceiveCount });
  const url = await create(name, { RedrivePolicy });
  const bodiesIn = (queueUrl: string) =>
    emulator
      .queues()
      .filter((it) => it.url === queueUrl)
      .flatMap(({ messages }) => messages.map(({ body }) => body));
  return {
    sqs,
    url,
    deadLetterUrl,
    async send(bodies, groupOf = () => 'all') {
      for (let at = 0; at < bodies.length; at += 10) {
        const Entries = bodies.slice(at, at + 10).map((body, index) => ({
          Id: String(index),
          MessageBody: typeof body === 'string' ? body : JSON.stringify(body),
          ...(fifo && { MessageGroupId: groupOf(at + index) }),
        }));
        const { Failed = [] } = await sqs.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }));
        if (Failed.length > 0) throw new Error(JSON.stringify(Failed));
      }
    },
    left: () => bodiesIn(url),
    dead: () => bodiesIn(deadLetterUrl),
  };
}

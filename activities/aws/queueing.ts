import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
  type Message,
} from '@aws-sdk/client-sqs';
import { defined } from '../../contract';
import type { Call } from './call';

/** The longest that SQS lets a receive wait for a message, in seconds. */
const LONGEST_POLL_SECONDS = 20;

/** A message that was received. */
export interface QueueMessage {
  id: string;
  /** What deletes or hides it, until it is received again. */
  receiptHandle: string;
  body: string;
  /** How often it was received, this time included. */
  receiveCount: number;
  /** Milliseconds since the epoch, by AWS's clock; absent where SQS does not say. */
  sentAt?: number;
}

/** What a queue is. */
export interface QueueFacts {
  /** The dead-letter queue of its redrive policy. */
  deadLetterQueueArn?: string;
  /** So often a message is received before it goes there. */
  maxReceiveCount?: number;
  /** How many messages wait, are in flight, and are delayed, about. */
  messages: { waiting: number; inFlight: number };
}

/** What a consumer does with its queue. Every method throws what a {@link Call} throws. */
export interface Queueing {
  /** Receives up to so many messages, hidden for so long; waits for the first for up to 20 s. */
  receive(most: number, hiddenForSeconds: number): Promise<QueueMessage[]>;
  /** Deletes messages, ten at the most; answers with those that are there still. */
  remove(messages: readonly QueueMessage[]): Promise<QueueMessage[]>;
  /** Hides messages, ten at the most, for so long from now on; 0: another may receive it at once. */
  hide(messages: readonly { message: QueueMessage; seconds: number }[]): Promise<void>;
  look(): Promise<QueueFacts>;
  /** Drops the credentials, so that the next call has new ones. */
  forgetCredentials(): void;
}

/** The client whose calls a consumer takes. */
export const QUEUE_CLIENT = SQSClient;

/** @param poll the same, with the patience that a receive takes */
export function queueing(
  QueueUrl: string,
  call: Call<SQSClient>,
  poll: Call<SQSClient>,
  forgetCredentials: () => void,
): Queueing {
  return {
    forgetCredentials,
    async receive(MaxNumberOfMessages, VisibilityTimeout) {
      const command = new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages,
        VisibilityTimeout,
        WaitTimeSeconds: LONGEST_POLL_SECONDS,
        MessageSystemAttributeNames: ['ApproximateReceiveCount', 'SentTimestamp'],
      });
      const { Messages = [] } = await poll('read', 'ReceiveMessage', (client, options) =>
        client.send(command, options),
      );
      return Messages.flatMap(readMessage);
    },
    async remove(messages) {
      const Entries = messages.map(({ receiptHandle }, index) => ({
        Id: String(index),
        ReceiptHandle: receiptHandle,
      }));
      const { Successful = [] } = await call('write', 'DeleteMessageBatch', (client, options) =>
        client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }), options),
      );
      const removed = new Set(Successful.map(({ Id }) => Id));
      return messages.filter((_message, index) => !removed.has(String(index)));
    },
    async hide(messages) {
      const Entries = messages.map(({ message: { receiptHandle }, seconds }, index) => ({
        Id: String(index),
        ReceiptHandle: receiptHandle,
        VisibilityTimeout: seconds,
      }));
      // One that is not in flight any more is another's, or will be.
      await call('write', 'ChangeMessageVisibilityBatch', (client, options) =>
        client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }), options),
      );
    },
    async look() {
      const { Attributes: all = {} } = await call('read', 'GetQueueAttributes', (client, options) =>
        client.send(
          new GetQueueAttributesCommand({
            QueueUrl,
            AttributeNames: [
              'RedrivePolicy',
              'ApproximateNumberOfMessages',
              'ApproximateNumberOfMessagesNotVisible',
            ],
          }),
          options,
        ),
      );
      return {
        ...readRedrivePolicy(all.RedrivePolicy),
        messages: {
          waiting: Number(all.ApproximateNumberOfMessages ?? 0),
          inFlight: Number(all.ApproximateNumberOfMessagesNotVisible ?? 0),
        },
      };
    },
  };
}

/** One that lacks what SQS always gives cannot be deleted: it comes again. */
function readMessage({
  MessageId: id,
  ReceiptHandle: receiptHandle,
  Body,
  Attributes,
}: Message): QueueMessage[] {
  if (id === undefined || receiptHandle === undefined) return [];
  const sentAt = Number(Attributes?.SentTimestamp);
  return [
    defined({
      id,
      receiptHandle,
      body: Body ?? '',
      receiveCount: Number(Attributes?.ApproximateReceiveCount) || 1,
      sentAt: Number.isFinite(sentAt) ? sentAt : undefined,
    }),
  ];
}

function readRedrivePolicy(text: string | undefined): Omit<QueueFacts, 'messages'> {
  if (text === undefined || text === '') return {};
  const { deadLetterTargetArn, maxReceiveCount } = JSON.parse(text) as Record<string, unknown>;
  return defined({
    deadLetterQueueArn: typeof deadLetterTargetArn === 'string' ? deadLetterTargetArn : undefined,
    maxReceiveCount: Number(maxReceiveCount) || undefined,
  });
}

import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { defined } from '../../../contract';
import { AwsError, jsonProtocol, type Protocol } from '../protocols';
import type { Queue, QueuedMessage, SentMessage } from '../queue';
import { invalidValue, readRedrivePolicy } from '../redrive-policy';
import { operation, type Operation, type Service, type ServiceContext } from '../service';
import {
  createQueueInput,
  deleteBatchInput,
  deleteInput,
  getAttributesInput,
  getQueueUrlInput,
  hideBatchInput,
  hideInput,
  MOST_BYTES,
  purgeInput,
  receiveInput,
  sendBatchInput,
  sendInput,
  setAttributesInput,
} from './sqs-inputs';

const MOST_IN_BATCH = 10;

/** What errors were called in the query protocol, which SQS still says in a header. */
const QUERY_CODES: Readonly<Record<string, string>> = {
  QueueDoesNotExist: 'AWS.SimpleQueueService.NonExistentQueue',
  QueueNameExists: 'QueueAlreadyExists',
  MessageNotInflight: 'AWS.SimpleQueueService.MessageNotInflight',
  TooManyEntriesInBatchRequest: 'AWS.SimpleQueueService.TooManyEntriesInBatchRequest',
  EmptyBatchRequest: 'AWS.SimpleQueueService.EmptyBatchRequest',
  BatchEntryIdsNotDistinct: 'AWS.SimpleQueueService.BatchEntryIdsNotDistinct',
  BatchRequestTooLong: 'AWS.SimpleQueueService.BatchRequestTooLong',
};

function sqsProtocol(): Protocol {
  const json = jsonProtocol('AmazonSQS', '1.0');
  return {
    ...json,
    error(requestId, error) {
      const { headers, status } = json.error(requestId, error);
      const code = QUERY_CODES[error.code] ?? error.code;
      return {
        status,
        headers: { ...headers, 'x-amzn-query-error': `${code};${status < 500 ? 'Sender' : 'Receiver'}` },
        body: JSON.stringify({ __type: `com.amazonaws.sqs#${error.code}`, message: error.message }),
      };
    },
    errors: { ...json.errors, validation: 'InvalidParameterValue' },
  };
}

/** SQS: queues of the caller's account, standard and FIFO, with dead-letter queues; messages have no attributes of their own. */
export function createSqs({ queues }: ServiceContext): Service {
  return {
    protocol: sqsProtocol(),
    prefix: 'sqs',
    throttled: false,
    operations: {
      CreateQueue: operation({
        schema: createQueueInput,
        perform({ QueueName, Attributes = {} }, { account, region }) {
          const isFifo = QueueName.endsWith('.fifo');
          if (isFifo !== (Attributes['FifoQueue'] === 'true'))
            throw invalidValue(QueueName, 'QueueName', 'The name of a FIFO queue can only end in .fifo.');
          return { QueueUrl: queues.create(account, region, QueueName, Attributes) };
        },
      }),
      GetQueueUrl: operation({
        schema: getQueueUrlInput,
        perform: ({ QueueName, QueueOwnerAWSAccountId }, { account }) => ({
          QueueUrl: queues.urlOf(QueueOwnerAWSAccountId ?? account, QueueName),
        }),
      }),
      GetQueueAttributes: operation({
        schema: getAttributesInput,
        perform({ QueueUrl, AttributeNames = [] }) {
          const all = Object.entries(queues.at(QueueUrl).attributes);
          const asked = (name: string) => AttributeNames.includes('All') || AttributeNames.includes(name);
          return { Attributes: Object.fromEntries(all.filter(([name]) => asked(name))) };
        },
      }),
      SetQueueAttributes: operation({
        schema: setAttributesInput,
        perform({ QueueUrl, Attributes }) {
          readRedrivePolicy(Attributes['RedrivePolicy']);
          queues.at(QueueUrl).setAttributes(Attributes);
          return {};
        },
      }),
      SendMessage: operation({
        schema: sendInput,
        perform: ({ QueueUrl, ...message }) => send(queues.at(QueueUrl), message),
      }),
      SendMessageBatch: batch(sendBatchInput, 'SendMessage', (url, entry) => send(queues.at(url), entry)),
      ReceiveMessage: operation({
        schema: receiveInput,
        perform: ({ QueueUrl, ...input }) => receive(queues.at(QueueUrl), input),
      }),
      DeleteMessage: operation({
        schema: deleteInput,
        perform({ QueueUrl, ReceiptHandle }) {
          queues.at(QueueUrl).delete(ReceiptHandle);
          return {};
        },
      }),
      DeleteMessageBatch: batch(deleteBatchInput, 'DeleteMessage', (url, { ReceiptHandle }) => {
        queues.at(url).delete(ReceiptHandle);
        return {};
      }),
      ChangeMessageVisibility: operation({
        schema: hideInput,
        perform({ QueueUrl, ReceiptHandle, VisibilityTimeout }) {
          queues.at(QueueUrl).hide(ReceiptHandle, VisibilityTimeout);
          return {};
        },
      }),
      ChangeMessageVisibilityBatch: batch(hideBatchInput, 'ChangeMessageVisibility', (url, entry) => {
        queues.at(url).hide(entry.ReceiptHandle, entry.VisibilityTimeout ?? 0);
        return {};
      }),
      PurgeQueue: operation({
        schema: purgeInput,
        perform({ QueueUrl }) {
          queues.at(QueueUrl).purge();
          return {};
        },
      }),
    },
  };
}

/** An operation on several messages: each comes about, or not, by itself. */
function batch<Entry extends { Id: string }>(
  schema: z.ZodType<{ QueueUrl: string; Entries: Entry[] }>,
  action: string,
  perform: (url: string, entry: Entry) => object,
): Operation {
  return operation({
    schema,
    // The permission is that of the operation on one.
    actions: [`sqs:${action}`],
    perform({ QueueUrl, Entries }) {
      if (Entries.length === 0)
        throw new AwsError('EmptyBatchRequest', 'There should be at least one entry in the request.');
      if (Entries.length > MOST_IN_BATCH)
        throw new AwsError(
          'TooManyEntriesInBatchRequest',
          `Maximum number of entries per request are ${MOST_IN_BATCH}. You have sent ${Entries.length}.`,
        );
      if (new Set(Entries.map(({ Id }) => Id)).size < Entries.length)
        throw new AwsError('BatchEntryIdsNotDistinct', 'Id must be unique within the request.');
      if (Entries.reduce((sum, entry) => sum + bytesOf(entry), 0) > MOST_BYTES)
        throw new AwsError(
          'BatchRequestTooLong',
          `Batch requests cannot be longer than ${MOST_BYTES} bytes.`,
        );
      const [Successful, Failed]: [object[], object[]] = [[], []];
      for (const entry of Entries) {
        const { Id } = entry;
        try {
          Successful.push({ Id, ...perform(QueueUrl, entry) });
        } catch (error) {
          if (!(error instanceof AwsError) || error.code === 'QueueDoesNotExist') throw error;
          const { code: Code, message: Message } = error;
          Failed.push({ Id, Code, Message, SenderFault: true });
        }
      }
      return { Successful, Failed };
    },
  });
}

function bytesOf(entry: object): number {
  return 'MessageBody' in entry ? Buffer.byteLength(String(entry.MessageBody)) : 0;
}

function send(
  queue: Queue,
  {
    MessageBody: body,
    DelaySeconds: delaySeconds,
    MessageGroupId: groupId,
    MessageDeduplicationId: deduplicationId,
  }: Omit<z.output<typeof sendInput>, 'QueueUrl'>,
): object {
  if (Buffer.byteLength(body) > Number(queue.attributes['MaximumMessageSize']))
    throw new AwsError(
      'InvalidParameterValue',
      'One or more parameters are invalid. Reason: Message must be shorter.',
    );
  if (queue.isFifo && groupId === undefined)
    throw new AwsError('MissingParameter', 'The request must contain the parameter MessageGroupId.');
  const message: SentMessage = { body, delaySeconds, groupId, deduplicationId };
  const { id, sequence } = queue.send(message);
  return defined({
    MessageId: id,
    MD5OfMessageBody: md5Of(body),
    SequenceNumber: queue.isFifo ? sequenceNumber(sequence) : undefined,
  });
}

async function receive(
  queue: Queue,
  {
    MaxNumberOfMessages: most = 1,
    VisibilityTimeout: visibility = Number(queue.attributes['VisibilityTimeout']),
    WaitTimeSeconds: wait = Number(queue.attributes['ReceiveMessageWaitTimeSeconds']),
    AttributeNames = [],
    MessageSystemAttributeNames = [],
  }: Omit<z.output<typeof receiveInput>, 'QueueUrl'>,
): Promise<object> {
  if (most < 1 || most > MOST_IN_BATCH)
    throw invalidValue(String(most), 'MaxNumberOfMessages', 'Must be between 1 and 10, if provided.');
  if (wait < 0 || wait > 20)
    throw invalidValue(String(wait), 'WaitTimeSeconds', 'Must be >= 0 and <= 20, if provided.');
  const asked = [...AttributeNames, ...MessageSystemAttributeNames];
  const received = await queue.receive(most, visibility, wait);
  // An empty queue is answered without the list.
  return received.length === 0 ? {} : { Messages: received.map((it) => describe(it, asked)) };
}

function describe(message: QueuedMessage, asked: readonly string[]): object {
  const all = defined({
    SenderId: 'AIDAEMULATOR',
    SentTimestamp: String(Math.round(message.sentAt)),
    ApproximateReceiveCount: String(message.receiveCount),
    ApproximateFirstReceiveTimestamp: String(Math.round(message.firstReceivedAt ?? message.sentAt)),
    MessageGroupId: message.groupId,
    MessageDeduplicationId: message.deduplicationId,
    SequenceNumber: message.groupId === undefined ? undefined : sequenceNumber(message.sequence),
  });
  const attributes = Object.entries(all).filter(([name]) => asked.includes('All') || asked.includes(name));
  return defined({
    MessageId: message.id,
    ReceiptHandle: message.handle,
    MD5OfBody: md5Of(message.body),
    Body: message.body,
    Attributes: attributes.length === 0 ? undefined : Object.fromEntries(attributes),
  });
}

function md5Of(body: string): string {
  return createHash('md5').update(body).digest('hex');
}

function sequenceNumber(sequence: number): string {
  return String(sequence).padStart(20, '0');
}

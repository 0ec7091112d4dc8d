import {
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  type Message,
} from '@aws-sdk/client-sqs';
import { startEmulator, type Emulator } from '../../../../sandbox';
import { createQueue, type TestQueue } from '../../../support/queue';

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({ port: 0 });
});
afterEach(() => {
  emulator.reset();
});
afterAll(() => emulator.close());

async function receive(
  { sqs, url }: Pick<TestQueue, 'sqs' | 'url'>,
  more: Partial<ConstructorParameters<typeof ReceiveMessageCommand>[0]> = {},
): Promise<Message[]> {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: url,
      MaxNumberOfMessages: 10,
      MessageSystemAttributeNames: ['All'],
      ...more,
    }),
  );
  return Messages;
}

const bodies = (messages: Message[]) => messages.map(({ Body }) => Body);

test('the client of AWS sends, receives and deletes; it takes the checksums', async () => {
  const queue = await createQueue(emulator);
  const { sqs, url: QueueUrl } = queue;
  const sent = await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'one ünd "two"' }));
  const [message] = await receive(queue);
  expect(message).toMatchObject({
    MessageId: sent.MessageId,
    Body: 'one ünd "two"',
    Attributes: { ApproximateReceiveCount: '1', SentTimestamp: expect.stringMatching(/^\d{13}$/) as string },
  });
  await expect(receive(queue)).resolves.toEqual([]);
  await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle }));
  expect(queue.left()).toEqual([]);
  const { QueueUrl: found } = await sqs.send(
    new GetQueueUrlCommand({ QueueName: QueueUrl.split('/').at(-1) }),
  );
  expect(found).toBe(QueueUrl);
});

test('a batch: each entry comes about by itself', async () => {
  const queue = await createQueue(emulator);
  const { sqs, url: QueueUrl } = queue;
  await queue.send(Array.from({ length: 12 }, (_, index) => `m${index}`));
  const received = await receive(queue);
  expect(received).toHaveLength(10);
  const Entries = [...received.slice(0, 2).map(({ ReceiptHandle }) => ReceiptHandle), 'made-up'].map(
    (ReceiptHandle, index) => ({ Id: String(index), ReceiptHandle }),
  );
  const { Successful, Failed } = await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  expect(Successful?.map(({ Id }) => Id)).toEqual(['0', '1']);
  expect(Failed).toMatchObject([{ Id: '2', Code: 'ReceiptHandleIsInvalid', SenderFault: true }]);
  expect(queue.left()).toHaveLength(10);
  const twice = [1, 2].map(() => ({ Id: 'same', MessageBody: 'x' }));
  await expect(sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries: twice }))).rejects.toMatchObject({
    name: 'BatchEntryIdsNotDistinct',
  });
});

test('a long poll waits for a message, and for one that becomes visible again', async () => {
  emulator.setFaults({ queueSecondMs: 50 });
  const queue = await createQueue(emulator);
  const { sqs, url: QueueUrl } = queue;
  const waiting = receive(queue, { WaitTimeSeconds: 20 });
  await queue.send(['late']);
  await expect(waiting.then(bodies)).resolves.toEqual(['late']);
  await expect(receive(queue, { WaitTimeSeconds: 20 }).then(bodies)).resolves.toEqual([]);
  const [again] = await receive(queue, { WaitTimeSeconds: 20 });
  expect(again).toMatchObject({ Body: 'late', Attributes: { ApproximateReceiveCount: '2' } });
  await expect(sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 21 }))).rejects.toMatchObject({
    name: 'InvalidParameterValue',
  });
});

test('a message is hidden and shown as asked, for twelve hours from its receive at the most', async () => {
  const queue = await createQueue(emulator);
  const { sqs, url: QueueUrl } = queue;
  await queue.send(['one']);
  const [first] = await receive(queue, { VisibilityTimeout: 600 });
  const hide = (ReceiptHandle: string | undefined, VisibilityTimeout: number) =>
    sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout }));
  await hide(first?.ReceiptHandle, 43_100);
  await hide(first?.ReceiptHandle, 0);
  await expect(hide(first?.ReceiptHandle, 60)).rejects.toMatchObject({ name: 'MessageNotInflight' });
  const [second] = await receive(queue);
  // The handle of an earlier receive deletes nothing, and SQS does not say so.
  await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: first?.ReceiptHandle }));
  expect(queue.left()).toEqual(['one']);
  emulator.setFaults({ queueSecondMs: 1 });
  await new Promise((resolve) => setTimeout(resolve, 5));
  await expect(hide(second?.ReceiptHandle, 43_200)).rejects.toThrow(
    'Total VisibilityTimeout for the message is beyond the limit [43200 seconds]',
  );
});

test('what was received as often as the redrive policy allows goes to the dead-letter queue', async () => {
  emulator.setFaults({ queueSecondMs: 1 });
  const queue = await createQueue(emulator, { maxReceiveCount: 2 });
  await queue.send(['poison']);
  const now = { VisibilityTimeout: 0 };
  await expect(receive(queue, now)).resolves.toHaveLength(1);
  await expect(receive(queue, now)).resolves.toHaveLength(1);
  await expect(receive(queue, now)).resolves.toHaveLength(0);
  expect([queue.left(), queue.dead()]).toEqual([[], ['poison']]);
  const { sqs, url: QueueUrl } = queue;
  const wrong = { RedrivePolicy: '{"maxReceiveCount": 0}' };
  await expect(
    sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: wrong })),
  ).rejects.toMatchObject({ name: 'InvalidParameterValue' });
  const AttributeNames = ['ApproximateNumberOfMessages' as const];
  await expect(
    sqs.send(new GetQueueAttributesCommand({ QueueUrl: queue.deadLetterUrl, AttributeNames })),
  ).resolves.toMatchObject({ Attributes: { ApproximateNumberOfMessages: '1' } });
});

test('a FIFO queue keeps the order of a group, waits for what is in flight, and takes a message once', async () => {
  const queue = await createQueue(emulator, { fifo: true });
  const { sqs, url: QueueUrl } = queue;
  const groups = ['a', 'a', 'b', 'a'];
  await queue.send(['a1', 'a2', 'b1', 'a1'], (index) => groups[index] ?? '');
  // The last has the body of the first: within five minutes it is that one.
  expect(queue.left()).toEqual(['a1', 'a2', 'b1']);
  const [first] = await receive(queue, { MaxNumberOfMessages: 1 });
  expect(first).toMatchObject({ Body: 'a1', Attributes: { MessageGroupId: 'a' } });
  await expect(receive(queue).then(bodies)).resolves.toEqual(['b1']);
  await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: first?.ReceiptHandle }));
  await expect(receive(queue).then(bodies)).resolves.toEqual(['a2']);
  await expect(sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }))).rejects.toMatchObject({
    name: 'MissingParameter',
  });
});

test('it delivers at least once, as the faults say: duplicates, ignored deletes, lost answers', async () => {
  const queue = await createQueue(emulator);
  const { sqs, url: QueueUrl } = queue;
  const remove = (message: Message | undefined) =>
    sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle }));
  await queue.send(['twice']);
  emulator.setFaults({ duplicateMessages: 1 });
  await receive(queue);
  emulator.setFaults({ ignoredDeletes: 1 });
  const [second] = await receive(queue);
  expect(second).toMatchObject({ Body: 'twice', Attributes: { ApproximateReceiveCount: '2' } });
  await remove(second);
  expect(queue.left()).toEqual(['twice']);
  emulator.setFaults({ loseResponse: { operation: 'DeleteMessage', times: 1 } });
  await remove(second);
  expect(queue.left()).toEqual([]);
  expect(emulator.calls({ operation: 'DeleteMessage' }).map(({ outcome }) => outcome)).toEqual([
    'ok',
    'lost',
    'ok',
  ]);
});

test('a queue that is not there, or purged', async () => {
  const queue = await createQueue(emulator);
  await queue.send(['one']);
  await queue.sqs.send(new PurgeQueueCommand({ QueueUrl: queue.url }));
  expect(queue.left()).toEqual([]);
  await expect(receive({ ...queue, url: `${queue.url}-other` })).rejects.toMatchObject({
    name: 'QueueDoesNotExist',
    message: 'The specified queue does not exist.',
  });
});

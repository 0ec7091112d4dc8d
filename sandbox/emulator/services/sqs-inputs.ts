import { z } from 'zod';
import { optional, text } from '../validation';

// The limits of the sqs service model, 2012-11-05.
export const MOST_BYTES = 1024 * 1024;

const attributes = z.record(z.string(), z.string());
const queueUrl = z.string();
const seconds = (most: number) => z.number().int().min(0).max(most);
const id = text(1, 80, /^[\w-]+$/);
const fifoId = text(1, 128, /^[\w!"#$%&'()*+,\-./:;<=>?@[\]^`{|}~\\]+$/);

export const createQueueInput = z.looseObject({
  QueueName: text(1, 80, /^[\w-]{1,75}(\.fifo)?$|^[\w-]{1,80}$/),
  Attributes: optional(attributes),
});
export const getQueueUrlInput = z.looseObject({
  QueueName: z.string(),
  QueueOwnerAWSAccountId: optional(z.string()),
});
export const getAttributesInput = z.strictObject({
  QueueUrl: queueUrl,
  AttributeNames: optional(z.array(z.string())),
});
export const setAttributesInput = z.strictObject({ QueueUrl: queueUrl, Attributes: attributes });

const message = {
  MessageBody: z.string().min(1, 'The request must contain the parameter MessageBody.'),
  DelaySeconds: optional(seconds(900)),
  MessageGroupId: optional(fifoId),
  MessageDeduplicationId: optional(fifoId),
  MessageAttributes: optional(z.record(z.string(), z.unknown())),
};
export const sendInput = z.strictObject({ QueueUrl: queueUrl, ...message });
export const sendBatchInput = z.strictObject({
  QueueUrl: queueUrl,
  Entries: z.array(z.strictObject({ Id: id, ...message })),
});
export const receiveInput = z.strictObject({
  QueueUrl: queueUrl,
  MaxNumberOfMessages: optional(z.number().int()),
  VisibilityTimeout: optional(seconds(43_200)),
  WaitTimeSeconds: optional(z.number().int()),
  AttributeNames: optional(z.array(z.string())),
  MessageSystemAttributeNames: optional(z.array(z.string())),
  MessageAttributeNames: optional(z.array(z.string())),
  ReceiveRequestAttemptId: optional(z.string()),
});
export const deleteInput = z.strictObject({ QueueUrl: queueUrl, ReceiptHandle: z.string() });
export const deleteBatchInput = z.strictObject({
  QueueUrl: queueUrl,
  Entries: z.array(z.strictObject({ Id: id, ReceiptHandle: z.string() })),
});
export const hideInput = z.strictObject({
  QueueUrl: queueUrl,
  ReceiptHandle: z.string(),
  VisibilityTimeout: seconds(43_200),
});
export const hideBatchInput = z.strictObject({
  QueueUrl: queueUrl,
  Entries: z.array(
    z.strictObject({ Id: id, ReceiptHandle: z.string(), VisibilityTimeout: optional(seconds(43_200)) }),
  ),
});
export const purgeInput = z.strictObject({ QueueUrl: queueUrl });

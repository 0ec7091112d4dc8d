import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { AwsError, queryProtocol } from '../protocols';
import { operation, type Service } from '../service';
import { optional, text } from '../validation';

const MOST_BYTES = 256 * 1024;

// The limits of the sns service model, 2010-03-31.
const publishInput = z.looseObject({
  TopicArn: text(1, 2048, /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]+(\.fifo)?$/),
  Message: z.string().min(1),
  MessageGroupId: optional(text(1, 128, /^[!-~]+$/)),
  MessageDeduplicationId: optional(text(1, 128, /^[!-~]+$/)),
});

/** SNS: every topic exists, and nobody subscribes; what is published is in the call log. */
export function createSns(): Service {
  return {
    protocol: queryProtocol('http://sns.amazonaws.com/doc/2010-03-31/'),
    prefix: 'sns',
    throttled: false,
    operations: {
      Publish: operation({
        schema: publishInput,
        details: ({ TopicArn, Message }) => ({ target: TopicArn, sent: Message }),
        perform({ TopicArn, Message, MessageGroupId }) {
          const invalid = (why: string) => new AwsError('InvalidParameter', `Invalid parameter: ${why}`);
          if (Buffer.byteLength(Message) > MOST_BYTES) throw invalid('Message too long');
          if (TopicArn.endsWith('.fifo') && MessageGroupId === undefined)
            throw invalid('The MessageGroupId parameter is required for FIFO topics');
          return { MessageId: randomUUID() };
        },
      }),
    },
  };
}

import { explainError, NO_DEAD_LETTER_QUEUE, type QueueFacts, type QueueMessage } from '../../activities';
import { IdentityCenterError } from '../../client';
import type { LogEntry } from '../serving';
import { pauseOf, type ConsumerTiming } from './timing';

export const NO_DEAD_LETTERS = `has no dead-letter queue. ${NO_DEAD_LETTER_QUEUE} Give it one (RedrivePolicy), with maxReceiveCount 5.`;

/** Adds to what is told of a message that could not be served when it comes again, or where it goes. */
export function withWhatComes(
  entry: LogEntry,
  message: QueueMessage,
  timing: ConsumerTiming,
  { deadLetterQueueArn, maxReceiveCount = Infinity }: Partial<QueueFacts> = {},
): LogEntry {
  const { receiveCount } = message;
  const again = `it comes again in ${pauseOf(message, timing)} s`;
  if (deadLetterQueueArn === undefined)
    return { ...entry, message: `${entry.message} Receive ${receiveCount}: ${again}.` };
  const name = deadLetterQueueArn.split(':').at(-1) ?? '';
  const next =
    receiveCount < maxReceiveCount
      ? again
      : `it goes to the dead-letter queue ${name}. Mend what is said here, then have it sent again (aws sqs start-message-move-task --source-arn ${deadLetterQueueArn})`;
  return { ...entry, message: `${entry.message} Receive ${receiveCount} of ${maxReceiveCount}: ${next}.` };
}

/** Says what an error of a call to SQS, Step Functions or Temporal means, and the next step. */
export function explain(error: unknown): string {
  if (error instanceof IdentityCenterError) return error.message;
  const { found, remedy } = explainError(error);
  const isDenied = /not authorized|AccessDenied/i.test(found);
  return `${found} ${isDenied ? ALLOW_IT : remedy}`;
}

const ALLOW_IT = 'Allow what "identity-center iam-policy worker" prints with IDENTITY_CENTER_QUEUE_URL.';

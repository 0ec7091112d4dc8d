import type { Queueing, QueueMessage } from '../../activities';

/**
 * Keeps messages hidden from other consumers for as long as they are served: SQS shows a message again once its visibility
 * time-out is over.
 *
 * @param seconds how long they are hidden from their receive on, and from each renewal on
 * @returns ends it
 */
export function keepHidden(
  messages: readonly QueueMessage[],
  sqs: Pick<Queueing, 'hide'>,
  seconds: number,
): () => void {
  const renew = () => {
    // One that was lost is made up for by the next, and a message that is shown too soon joins its own run.
    sqs.hide(messages.map((message) => ({ message, seconds }))).catch(() => undefined);
  };
  const timer = setInterval(renew, (seconds * 1_000) / 3).unref();
  return () => {
    clearInterval(timer);
  };
}

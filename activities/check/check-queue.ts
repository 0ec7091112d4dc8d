import type { Check } from '../../contract';
import type { Queueing } from '../aws/queueing';
import { look } from './look';

/** So often a message has to come before it is given up: a worker that ends gives back what it has, which counts. */
const FEWEST_RECEIVES = 3;
const CHECK = 'queue';

/** Looks at the queue that the worker consumes: whether it is there, and what becomes of messages that cannot be served. */
export async function checkQueue(url: string, queue: Pick<Queueing, 'look'>): Promise<Check> {
  let advice: { ok: boolean; remedy?: string } = { ok: true };
  const check = await look(CHECK, async () => {
    const { deadLetterQueueArn, maxReceiveCount = 0, messages } = await queue.look();
    const waiting = `${messages.waiting} messages wait, ${messages.inFlight} are in flight`;
    if (deadLetterQueueArn === undefined) {
      advice = {
        ok: false,
        remedy: `${NO_DEAD_LETTER_QUEUE} Give it one (RedrivePolicy), with maxReceiveCount 5.`,
      };
      return `${url}: it has no dead-letter queue; ${waiting}`;
    }
    if (maxReceiveCount < FEWEST_RECEIVES)
      advice = {
        ok: false,
        remedy: `Set maxReceiveCount of its RedrivePolicy to 5 or more: a message that meets the end of a worker twice would be given up.`,
      };
    return `${url}: after ${maxReceiveCount} receives a message goes to ${deadLetterQueueArn}; ${waiting}`;
  });
  return check.ok ? { ...check, ...advice } : check;
}

/** What the lack of a dead-letter queue means. */
export const NO_DEAD_LETTER_QUEUE =
  'Messages that cannot be served come again until SQS drops them, and then nobody has them.';

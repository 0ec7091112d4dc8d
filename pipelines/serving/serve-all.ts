import { IdentityCenterError } from '../../client';
import { oneLine } from '../../contract';
import {
  answerDelivery,
  startFromDelivery,
  type Delivery,
  type EventAnswer,
  type EventClient,
  type EventOutcome,
  type StartOptions,
} from '../events';
import type { EventRules } from '../rules';

/** What came of an event: its outcome, or why it could not be served. */
export type Served = EventOutcome | NotServed;

export interface NotServed {
  answer?: undefined;
  outcome: 'nothing';
  message: string;
  /** The server, or what has to answer beside it, was away: other events would find the same. */
  isUnreachable: boolean;
}

/** So many events are served at once. */
const AT_ONCE = 10;

/**
 * Serves events, or what brings them, each for itself; never throws.
 *
 * @param inOrder one after the other, and none behind one that could not be served
 */
export async function serveAll<T>(
  items: readonly T[],
  inOrder: boolean,
  serve: (item: T) => Promise<EventOutcome>,
): Promise<Served[]> {
  const served: Served[] = [];
  let next = 0;
  const serveNext = async (): Promise<void> => {
    for (;;) {
      const index = next++;
      const item = items[index];
      if (item === undefined) return;
      // Behind one that has to come again, the rest of its queue has to wait.
      const isBehind = inOrder && served.some((it) => !isServed(it));
      served[index] = isBehind ? notServed(new Error(BEHIND)) : await serve(item).catch(notServed);
    }
  };
  const workers = Math.min(inOrder ? 1 : AT_ONCE, items.length);
  await Promise.all(Array.from({ length: workers }, serveNext));
  return served;
}

const BEHIND = 'It was left for later: a message before it in the queue has to be delivered again first.';

/** Does what an event asks for, as {@link startFromDelivery}; an error says which account it is about. */
export async function serveDelivery(
  client: EventClient,
  delivery: Delivery,
  rules: EventRules,
  options: StartOptions,
): Promise<EventOutcome> {
  return startFromDelivery(client, delivery, rules, options).catch((error: unknown) => {
    throw new Error(describeError(error, answerDelivery(delivery, rules)), { cause: error });
  });
}

function describeError(error: unknown, answer: EventAnswer): string {
  const message = error instanceof Error ? error.message : String(error);
  if (!('accountId' in answer) || message.includes(answer.accountId ?? '')) return message;
  return `Account ${answer.accountId}: its event could not be served, and should be delivered again. ${message}`;
}

export function notServed(error: unknown): NotServed {
  const message = error instanceof Error ? error.message : String(error);
  return { outcome: 'nothing', message: oneLine(message, 2_000), isUnreachable: isUnreachable(error) };
}

/** Tells whether an error says that Temporal, or a worker that has to answer, is away. */
export function isUnreachable(error: unknown): boolean {
  for (let inner = error, depth = 0; inner instanceof Error && depth < 5; inner = inner.cause, depth += 1)
    if (inner instanceof IdentityCenterError) return inner.category === 'unreachable';
  return false;
}

const FOR_PEOPLE: readonly string[] = ['unreadable', 'refused', 'undecided'];

/** Tells whether an event is done with; one that a person should look at is not. */
export function isServed(served: Served): boolean {
  return served.answer !== undefined && !isForPeople(served.answer);
}

/** Tells whether a person should look at an event: nothing was started. */
export function isForPeople({ answer }: EventAnswer): boolean {
  return FOR_PEOPLE.includes(answer);
}

import { defined, type Problem } from '../../contract';
import { isHolder, ownOf, readJson, type Holder } from './json';

/** An event as it was delivered: what was sent, unchecked, or why nobody can tell. */
export type Delivery = {
  /** The message of the queue that brought it, for the queue to hear of; absent where it came by itself. */
  messageId?: string;
} & ({ event: unknown } | { problem: Problem });

/** SNS in SQS in a batch, each as a JSON text, is five; a text may be one of a text. */
const MOST_WRAPPINGS = 10;
/** Entries of all lists together: Lambda gives 10,000 records at once, and whoever may write to a queue writes what they like. */
const MOST_ENTRIES = { atOnce: 10_000, ofMessage: 1_000 };

/**
 * Takes events out of what they were delivered in: by themselves, in records of SQS (as Lambda, EventBridge Pipes,
 * `aws sqs receive-message` and the AWS SDK give them), in messages of SNS, also inside such a record, and in lists of all of
 * these. Nothing is left out: what cannot be read is told, with the message that brought it. Never throws.
 */
export function deliveriesIn(input: unknown): Delivery[] {
  try {
    return unwrap(input, { field: 'event', wrappings: 0, left: bounded(MOST_ENTRIES.atOnce) });
  } catch {
    // Only an object of a program can be like that: a getter that throws, a revoked proxy.
    return [{ problem: { field: 'event', message: 'cannot be read' } }];
  }
}

/** Where a value was found. */
interface At {
  field: string;
  wrappings: number;
  /** How many entries there may be, and how many of them are left for this list and those after it. */
  left: { most: number; entries: number };
  messageId?: string | undefined;
}

function bounded(most: number): At['left'] {
  return { most, entries: most };
}

function unwrap(value: unknown, at: At): Delivery[] {
  if (at.wrappings > MOST_WRAPPINGS) return told(at, 'is wrapped too often');
  const inside = (inner: unknown, field: string, messageId = at.messageId) => {
    const isNewMessage = at.messageId === undefined && messageId !== undefined;
    const left = isNewMessage ? bounded(MOST_ENTRIES.ofMessage) : at.left;
    return unwrap(inner, { field, wrappings: at.wrappings + 1, left, messageId });
  };
  if (typeof value === 'string') {
    const read = readJson(value);
    return 'problem' in read ? told(at, read.problem) : inside(read.value, at.field);
  }
  const list = listIn(value);
  if (list !== undefined) {
    const { items, field } = list;
    const name = `${at.field}${field}`;
    if (items.length === 0) return told({ ...at, field: name }, 'is an empty list');
    at.left.entries -= items.length;
    if (at.left.entries < 0)
      return told({ ...at, field: name }, `is more than ${at.left.most} entries in all: send fewer at once`);
    return items.flatMap((item, index) => inside(item, `${name}[${index}]`));
  }
  if (!isHolder(value)) return told(at, 'must be an event: a JSON object');
  const message = messageIn(value);
  if (message !== undefined) {
    const { body, field, messageId } = message;
    return inside(body, `${at.field}.${field}`, messageId ?? at.messageId);
  }
  return [{ ...named(at), event: value }];
}

/** Finds the list that a value is, or holds as a batch does. */
function listIn(value: unknown): { items: unknown[]; field: string } | undefined {
  // A copy has no holes, which some loops pass over.
  if (Array.isArray(value)) return { items: Array.from(value as unknown[]), field: '' };
  if (!isHolder(value)) return undefined;
  const own = ownOf(value);
  for (const field of ['Records', 'Messages'] as const) {
    const items = own[field];
    if (Array.isArray(items)) return { items: Array.from(items as unknown[]), field: `.${field}` };
  }
  return undefined;
}

/** Finds what a record of SQS, or a message of SNS, brings. */
function messageIn(value: Holder): { body: unknown; field: string; messageId?: string } | undefined {
  const of = (body: unknown, field: string, id: unknown) => ({
    body,
    field,
    ...defined({ messageId: typeof id === 'string' && id !== '' ? id : undefined }),
  });
  const own = ownOf(value);
  const { body, messageId, Body, MessageId, Sns, Type, Message } = own;
  if (body !== undefined && (messageId !== undefined || own['eventSource'] === 'aws:sqs'))
    return of(body, 'body', messageId);
  if (Body !== undefined && MessageId !== undefined) return of(Body, 'Body', MessageId);
  if (isHolder(Sns) && Sns['Message'] !== undefined) return of(Sns['Message'], 'Sns.Message', undefined);
  // In a record of SQS, the queue knows the record's ID, not this one.
  if (Type === 'Notification' && Message !== undefined) return of(Message, 'Message', undefined);
  return undefined;
}

function told(at: At, message: string): Delivery[] {
  return [{ ...named(at), problem: { field: at.field, message } }];
}

function named({ messageId }: At) {
  return defined({ messageId });
}

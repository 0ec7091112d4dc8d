import { IdentityCenterError } from '../../client';
import { defined, oneLine } from '../../contract';
import {
  answerDelivery,
  deliveriesIn,
  startFromDelivery,
  type Delivery,
  type EventAnswer,
  type EventClient,
  type EventOutcome,
  type LookUp,
} from '../events';
import type { EventRules } from '../rules';

/** What the handler needs to serve events. */
export interface HandlerParts {
  /** Connects to Temporal; asked again where it has failed. */
  connect: () => Promise<EventClient>;
  /** Reads the rules; asked again where it has failed. */
  readRules: () => EventRules | Promise<EventRules>;
  lookUp?: LookUp;
  /** Told what came of each event, for people. */
  log: (entry: LogEntry) => void;
}

/** A line of the log. */
export interface LogEntry {
  level: 'INFO' | 'WARN' | 'ERROR';
  message: string;
  accountId?: string;
  answer?: string;
  outcome?: string;
  messageId?: string;
  workflowId?: string;
  runId?: string;
}

/** What Lambda hands to the queue: the messages that are to be delivered again. */
export interface BatchResponse {
  batchItemFailures: { itemIdentifier: string }[];
}

/** What a caller without a queue gets: what came of each event. */
export interface EventsResponse {
  events: Pick<EventOutcome, 'outcome' | 'message'>[];
}

export type Handler = (event: unknown) => Promise<BatchResponse | EventsResponse>;

/** Thrown where no queue would deliver an event again: Lambda does, and then hands it to the destination on failure. */
export class EventsNotServedError extends IdentityCenterError {
  override readonly name = 'EventsNotServedError';
  readonly category = 'failed';

  constructor(readonly messages: readonly string[]) {
    super(messages.join(' | '));
  }
}

/** So many events of a batch are served at once. */
const AT_ONCE = 10;

/**
 * Makes the handler of a Lambda function. It starts or joins runs and returns; no run is waited for. An event for which nothing
 * could be done (Temporal does not answer, it cannot be read, the rules refuse it) is not lost: of a queue, its message is
 * reported as failed, so that it is delivered again and goes to the dead-letter queue in the end; else the invocation fails.
 */
export function createHandler(parts: HandlerParts): Handler {
  const client = onDemand(parts.connect);
  const rules = keep(() => Promise.resolve(parts.readRules()));
  const options = defined({ lookUp: parts.lookUp });
  return async (event) => {
    const deliveries = deliveriesIn(event);
    const served = await serveAll(deliveries, isInOrder(event), async (delivery) => {
      const read = await rules();
      return startFromDelivery(client, delivery, read, options).catch((error: unknown) => {
        throw new Error(describeError(error, answerDelivery(delivery, read)), { cause: error });
      });
    });
    served.forEach((it, index) => {
      parts.log(logEntryOf(it, deliveries[index]?.messageId));
    });
    const failed = served.flatMap((it, index) => (isServed(it) ? [] : [{ it, delivery: deliveries[index] }]));
    const messageIds = failed.map(({ delivery }) => delivery?.messageId);
    // Without the ID of a message, all of its batch has to come again.
    if (failed.length > 0 && !(isBatchOfQueue(event) && messageIds.every((it) => it !== undefined)))
      throw new EventsNotServedError(failed.map(({ it }) => it.message));
    if (!isBatchOfQueue(event))
      return { events: served.map(({ outcome, message }) => ({ outcome, message })) };
    return {
      batchItemFailures: [...new Set(messageIds)].flatMap((id) =>
        id === undefined ? [] : [{ itemIdentifier: id }],
      ),
    };
  };
}

/** Makes something once it is asked for, and keeps it; where that fails, the next who asks has it tried again. */
function keep<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () =>
    (made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    }));
}

/** A client that connects once a run is to be started: most of what comes through a bus asks for none. */
function onDemand(connect: () => Promise<EventClient>): EventClient {
  const client = keep(connect);
  return {
    start: async (request) => (await client()).start(request),
    startDeprovision: async (request) => (await client()).startDeprovision(request),
    status: async (accountId) => (await client()).status(accountId),
    retry: async (accountId) => (await client()).retry(accountId),
  };
}

function describeError(error: unknown, answer: EventAnswer): string {
  const message = error instanceof Error ? error.message : String(error);
  if (!('accountId' in answer) || message.includes(answer.accountId)) return message;
  return `Account ${answer.accountId}: its event could not be served, and should be delivered again. ${message}`;
}

/** What came of an event: its outcome, or why it could not be served. */
type Served = EventOutcome | NotServed;

interface NotServed {
  answer?: undefined;
  outcome: 'nothing';
  message: string;
}

async function serveAll(
  deliveries: readonly Delivery[],
  inOrder: boolean,
  start: (delivery: Delivery) => Promise<EventOutcome>,
): Promise<Served[]> {
  const served: Served[] = [];
  let next = 0;
  const serveNext = async (): Promise<void> => {
    for (;;) {
      const index = next++;
      const delivery = deliveries[index];
      if (delivery === undefined) return;
      // Behind one that has to come again, the rest of its queue has to wait.
      const isBehind = inOrder && served.some((it) => !isServed(it));
      served[index] = isBehind ? notServed(new Error(BEHIND)) : await start(delivery).catch(notServed);
    }
  };
  const workers = Math.min(inOrder ? 1 : AT_ONCE, deliveries.length);
  await Promise.all(Array.from({ length: workers }, serveNext));
  return served;
}

const BEHIND = 'It was left for later: a message before it in the queue has to be delivered again first.';

function notServed(error: unknown): NotServed {
  const message = error instanceof Error ? error.message : String(error);
  return { outcome: 'nothing', message: oneLine(message, 2_000) };
}

const FOR_PEOPLE: readonly string[] = ['unreadable', 'refused', 'undecided'];

/** Tells whether an event is done with; one that a person should look at is not. */
function isServed(served: Served): boolean {
  return served.answer !== undefined && !FOR_PEOPLE.includes(served.answer.answer);
}

function logEntryOf(served: Served, messageId: string | undefined): LogEntry {
  const { message, outcome } = served;
  const entry: LogEntry = { level: 'INFO', message, outcome };
  if (messageId !== undefined) entry.messageId = messageId;
  if (served.answer === undefined) return { ...entry, level: 'ERROR' };
  const { answer, run } = served;
  entry.answer = answer.answer;
  if ('accountId' in answer) entry.accountId = answer.accountId;
  if (run !== undefined) [entry.workflowId, entry.runId] = [run.workflowId, run.runId];
  if (!isServed(served)) return { ...entry, level: 'ERROR' };
  return { ...entry, level: answer.answer === 'vendingFailed' ? 'WARN' : 'INFO' };
}

/** The records of a batch; EventBridge Pipes send them as a list. */
function recordsOf(event: unknown): unknown[] {
  if (Array.isArray(event)) return event as unknown[];
  const { Records: records } = (typeof event === 'object' ? (event ?? {}) : {}) as { Records?: unknown };
  return Array.isArray(records) ? records : [];
}

/** Tells whether the events come from a queue, whose reader takes a list of the messages that have failed. */
function isBatchOfQueue(event: unknown): boolean {
  return recordsOf(event).some((it) => (it as { eventSource?: unknown } | null)?.eventSource === 'aws:sqs');
}

/** A FIFO queue wants whatever follows a failed message to be reported as failed too. */
function isInOrder(event: unknown): boolean {
  return recordsOf(event).some((it) => {
    const { eventSourceARN: arn } = (it ?? {}) as { eventSourceARN?: unknown };
    return typeof arn === 'string' && arn.endsWith('.fifo');
  });
}

import { IdentityCenterError } from '../../client';
import { defined } from '../../contract';
import { deliveriesIn, type EventClient, type EventOutcome, type LookUp } from '../events';
import type { EventRules } from '../rules';
import { isServed, keep, logEntryOf, onDemand, serveAll, serveDelivery, type LogEntry } from '../serving';

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
    const served = await serveAll(deliveries, isInOrder(event), async (delivery) =>
      serveDelivery(client, delivery, await rules(), options),
    );
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

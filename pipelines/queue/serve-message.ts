import type { QueueMessage } from '../../activities';
import { isServed, logEntryOf, notServed, serveAll, serveDelivery, type LogEntry } from '../serving';
import { readMessage } from './message';
import { serveTask, type TaskParts } from './serve-task';
import { explain } from './words';

/** What came of a message. */
export interface ServedMessage {
  message: QueueMessage;
  /** Whether it is done with, and can be deleted. */
  isServed: boolean;
  /** Temporal, or AWS, was away: other messages would find the same. */
  isUnreachable: boolean;
  /** One for each event that it brought. */
  entries: LogEntry[];
}

/** Serves what a message brings: all of its events, or its task. Never throws. */
export async function serveMessage(parts: TaskParts, message: QueueMessage): Promise<ServedMessage> {
  const content = readMessage(message.body);
  const { id: messageId } = message;
  if ('task' in content) {
    try {
      const entry = await serveTask(parts, content.task);
      return { message, isServed: true, isUnreachable: false, entries: [{ ...entry, messageId }] };
    } catch (error) {
      const served = notServed(isOfAws(error) ? new Error(wordsOf(error), { cause: error }) : error);
      const { isUnreachable } = served;
      return { message, isServed: false, isUnreachable, entries: [logEntryOf(served, messageId)] };
    }
  }
  const { client, rules, options } = parts;
  const all = await serveAll(content.deliveries, false, (it) => serveDelivery(client, it, rules, options));
  return {
    message,
    isServed: all.every(isServed),
    isUnreachable: all.some((it) => it.answer === undefined && it.isUnreachable),
    entries: all.map((it) => logEntryOf(it, messageId)),
  };
}

function isOfAws(error: unknown): boolean {
  return error instanceof Error && error.name === 'AwsCallError';
}

function wordsOf(error: unknown): string {
  return `The task of a state machine could not be served. ${explain(error)}`;
}

import { isServed, type Served } from './serve-all';

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

/** Says what came of an event, for people. */
export function logEntryOf(served: Served, messageId: string | undefined): LogEntry {
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

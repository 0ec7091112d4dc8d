import { z } from 'zod';
import { describeProblems, readBy } from '../../contract';
import { deliveriesIn, type Delivery } from '../events';

/** A task of Step Functions that waits for a token: what it brings, or what is wrong with it. */
export type Task = { taskToken: string } & (
  { event: Delivery } | { accountId: string; request: unknown } | { problem: string }
);

/** What a message of a queue brings. */
export type Content = { task: Task } | { deliveries: Delivery[] };

const taskSchema = z
  .strictObject({
    taskToken: z.string(),
    event: z.unknown().optional(),
    accountId: z
      .string('must be a text in quotes: a number would lose its zeros')
      .regex(/^\d{12}$/, 'must be an AWS account ID: 12 digits')
      .optional(),
    // Read by whoever knows the rules.
    request: z.unknown().optional(),
  })
  .refine(
    ({ event, accountId, request }) =>
      event === undefined ? accountId !== undefined : accountId === undefined && request === undefined,
    { message: 'must bring an event, or an accountId and, if need be, a request', path: ['event'] },
  );

/**
 * Reads the body of a message: a task of Step Functions (`{taskToken, event}` or `{taskToken, accountId, request?}`), or events
 * in whatever they come in. Never throws.
 */
export function readMessage(body: string): Content {
  const taskToken = taskTokenIn(body);
  if (taskToken === undefined) return { deliveries: deliveriesIn(body) };
  const read = readBy(taskSchema, JSON.parse(body));
  if ('problems' in read) return { task: { taskToken, problem: describeProblems(read.problems, 'task') } };
  const { event, accountId, request = {} } = read.request;
  if (accountId !== undefined) return { task: { taskToken, accountId, request } };
  const [delivery, second] = deliveriesIn(event);
  if (delivery === undefined || second !== undefined)
    return { task: { taskToken, problem: 'event: must be one event, not several' } };
  return { task: { taskToken, event: delivery } };
}

function taskTokenIn(body: string): string | undefined {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, 'taskToken')) return undefined;
    const { taskToken } = value as { taskToken: unknown };
    return typeof taskToken === 'string' && taskToken !== '' ? taskToken : undefined;
  } catch {
    return undefined;
  }
}

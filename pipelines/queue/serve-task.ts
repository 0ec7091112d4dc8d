import { createHash } from 'node:crypto';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { whyForgotten, type StateMachineTasks } from '../../activities';
import { placeOf, readServerError, type IdentityCenterClient, type StartedRun } from '../../client';
import {
  ANSWER_TASK_WORKFLOW,
  defined,
  TASK_WORKFLOW_PREFIX,
  type TaskOutput,
  type TaskRequest,
} from '../../contract';
import { startFromAccount, startFromDelivery, type EventOutcome, type StartOptions } from '../events';
import type { EventRules } from '../rules';
import { isForPeople, isUnreachable, type LogEntry } from '../serving';
import type { Task } from './message';

/** The part of the client that a consumer needs. */
export type ConsumerClient = Pick<
  IdentityCenterClient,
  'start' | 'startDeprovision' | 'status' | 'retry' | 'temporal' | 'taskQueue'
>;

export interface TaskParts {
  client: ConsumerClient;
  tasks: StateMachineTasks;
  /** Where the state machines are. */
  region: string;
  rules: EventRules;
  options: StartOptions;
}

/**
 * Serves a task of Step Functions: starts or joins the run that it asks for and leaves the answer to a workflow, or answers at
 * once. Its token is shown to AWS first, so that nothing is started for one that nobody waits for, or that was made up.
 *
 * @throws what says that the message has to come again: AWS or Temporal is away
 */
export async function serveTask(parts: TaskParts, task: Task): Promise<LogEntry> {
  const { tasks, rules } = parts;
  const { taskToken } = task;
  if (rules.tasks === 'refuse')
    throw new Error(
      'It is a task of Step Functions, and the rules say "tasks: refuse". Change them, or send events.',
    );
  return untilForgotten(async () => {
    await tasks.beat(taskToken);
    if ('problem' in task) return fail(tasks, taskToken, 'InvalidRequest', task.problem);
    let outcome: EventOutcome;
    try {
      outcome = await start(parts, task);
    } catch (error) {
      if (isUnreachable(error)) throw error;
      const { name, message } = error instanceof Error ? error : new Error(String(error));
      return fail(tasks, taskToken, name.replace(/Error$/, ''), message);
    }
    const { answer, run, message } = outcome;
    if (run !== undefined) {
      await leaveAnswer(parts, taskToken, run);
      const { accountId, workflowId, runId } = run;
      const words = `${message} Its state machine is answered when the run has ended.`;
      return { level: 'INFO', message: words, outcome: outcome.outcome, accountId, workflowId, runId };
    }
    if (isForPeople(answer) || answer.answer === 'vendingFailed' || answer.answer === 'notOurs')
      return fail(tasks, taskToken, answer.answer, message);
    const accountId = 'accountId' in answer ? answer.accountId : undefined;
    const output: TaskOutput = { status: 'NOTHING_TO_DO', message, ...defined({ accountId }) };
    await tasks.succeed(taskToken, output);
    return { level: 'INFO', message: `${message} Its state machine goes on.`, ...defined({ accountId }) };
  });
}

async function start({ client, rules, options }: TaskParts, task: Exclude<Task, { problem: string }>) {
  if ('event' in task) return startFromDelivery(client, task.event, rules, options);
  return startFromAccount(client, task, rules, options);
}

/** Starts the workflow that answers at the end of the run; one token has one, however often its message comes. */
async function leaveAnswer(
  { client: { temporal, taskQueue }, region }: TaskParts,
  taskToken: string,
  { accountId, runId }: StartedRun,
): Promise<void> {
  const request: TaskRequest = { taskToken, region, accountId, runId };
  try {
    await temporal.workflow.start(ANSWER_TASK_WORKFLOW, {
      workflowId: `${TASK_WORKFLOW_PREFIX}${createHash('sha256').update(taskToken).digest('hex').slice(0, 32)}`,
      taskQueue,
      args: [request],
      workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
      staticSummary: `answers the state machine that waits for account ${accountId}`,
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError))
      throw readServerError(error, placeOf(temporal));
  }
}

async function fail(
  tasks: StateMachineTasks,
  taskToken: string,
  error: string,
  cause: string,
): Promise<LogEntry> {
  await tasks.fail(taskToken, error, cause);
  return { level: 'ERROR', message: `${cause} Its state machine was told: ${error}.` };
}

/** AWS knows a token until its task is answered, or its time is over. */
async function untilForgotten(serve: () => Promise<LogEntry>): Promise<LogEntry> {
  try {
    return await serve();
  } catch (error) {
    const why = whyForgotten(error);
    if (why === undefined) throw error;
    return {
      level: 'WARN',
      message: `No state machine waits for this task any more, or its token never was one (${why}): its message is deleted. A run that it has started goes on; the execution of the state machine says what became of the task.`,
    };
  }
}

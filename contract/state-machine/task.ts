import { z } from 'zod';
import { readBy, type ReadRequest } from '../validation';

/** Workflow type that follows the run of an account, and then answers the task of Step Functions that waits for it. */
export const ANSWER_TASK_WORKFLOW = 'answerTask';

/** Before the hash of the token, in the workflow ID of what answers a task: so a task is answered once. */
export const TASK_WORKFLOW_PREFIX = 'identity-center-task/';

/** The argument of {@link ANSWER_TASK_WORKFLOW}. */
export interface TaskRequest {
  taskToken: string;
  /** Where the state machine is. */
  region: string;
  accountId: string;
  /** The run that the task waits for. */
  runId: string;
}

/** What a state machine goes on with: the output of its task. */
export interface TaskOutput {
  /** `ACTIVE`: the account has its instance; `DELETED`: it has none any more; `NOTHING_TO_DO`: no run was asked for. */
  status: 'ACTIVE' | 'DELETED' | 'NOTHING_TO_DO';
  accountId?: string;
  workflowId?: string;
  runId?: string;
  region?: string;
  instanceArn?: string;
  identityStoreId?: string;
  /** How the run came to it: `created`, `alreadyProvisioned`, `adopted`, `deleted`, `nothingThere`. */
  outcome?: string;
  /** Where nothing was to be done: why. */
  message?: string;
}

/** The end of a run, as a task is told it: its output, or its error and cause. */
export type TaskEnd = { output: TaskOutput } | { error: string; cause: string };

/** Says that AWS does not know the token any more, and why. */
export interface ForgottenTask {
  forgotten: string;
}

/** What {@link ANSWER_TASK_WORKFLOW} returns. */
export interface TaskAnswer {
  /** `forgotten`: nobody waits for an answer any more, or the token never was one. */
  answer: 'succeeded' | 'failed' | 'forgotten';
  /** What AWS said of a token that it does not know, or the error of the task. */
  reason?: string;
}

const requestSchema: z.ZodType<TaskRequest> = z.strictObject({
  taskToken: z.string().min(1).max(2_048),
  region: z.string().min(1).max(64),
  accountId: z.string().regex(/^\d{12}$/, 'must be an AWS account ID: 12 digits'),
  runId: z.string().min(1).max(200),
});

/** Reads the argument of {@link ANSWER_TASK_WORKFLOW}. */
export function readTaskRequest(input: unknown): ReadRequest<TaskRequest> {
  return readBy(requestSchema, input);
}

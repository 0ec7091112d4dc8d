import { activityInfo, cancellationSignal } from '@temporalio/activity';
import type { TaskAnswer, TaskEnd, TaskRequest } from '../../contract';
import { spentBefore, startDeadline } from '../attempt-deadline';
import { whyForgotten } from '../aws/state-machine';
import { nextDelayMs, type BackOff } from '../back-off';
import { classify, failedAs } from '../errors/classify';
import { callFailure } from '../errors/failure';
import { wantsFreshCredentials } from '../errors/fresh-credentials';
import { AwsCallError, isA } from '../errors/thrown';
import { withoutAccount, type ActivityDependencies } from '../in-account';

export interface SendTaskAnswerInput {
  request: TaskRequest;
  end: TaskEnd;
}

const BACK_OFF: BackOff = { initialIntervalMs: 2_000, backoffCoefficient: 2, maximumIntervalMs: 5 * 60_000 };
const DENIED = ['permissionMissing', 'explicitDeny', 'roleRefused'] as const;

/** Answers a task of Step Functions; is tried again where AWS does not take the answer. */
export async function sendTaskAnswer(
  deps: ActivityDependencies,
  { request: { taskToken, region, accountId }, end }: SendTaskAnswerInput,
): Promise<TaskAnswer> {
  return withoutAccount(async () => {
    const tasks = await deps.openTasks(region, {
      cancellation: cancellationSignal(),
      timeToAnswer: startDeadline(deps),
      onAnswer: () => undefined,
    });
    try {
      if ('output' in end) {
        await tasks.succeed(taskToken, end.output);
        return { answer: 'succeeded' };
      }
      await tasks.fail(taskToken, end.error, end.cause);
      return { answer: 'failed', reason: end.error };
    } catch (error) {
      const forgotten = whyForgotten(error);
      // As where the answer came in, and its own answer was lost.
      if (forgotten !== undefined) return { answer: 'forgotten', reason: forgotten };
      if (wantsFreshCredentials(error) || failedAs(error, 'permissionMissing')) tasks.forgetCredentials();
      const info = activityInfo();
      const leftMs = info.scheduleToCloseTimeoutMs - spentBefore(info);
      const answer = classify(error);
      const operation = isA(error, AwsCallError) ? error.operation : info.activityType;
      const nextRetryDelay = nextDelayMs(BACK_OFF, info.attempt, deps.random(), answer.retryAfterMs, leftMs);
      const remedy = failedAs(error, ...DENIED)
        ? 'Allow what "identity-center iam-policy worker" prints with the queue of the worker; it is tried for a day.'
        : 'It is tried for a day.';
      throw callFailure(accountId, operation, { ...answer, remedy }, { nextRetryDelay });
    }
  });
}

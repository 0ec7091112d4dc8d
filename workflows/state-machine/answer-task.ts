import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../../activities';
import { readTaskRequest, type TaskAnswer } from '../../contract';
import { readArgument } from '../shared/argument';
import { ATTEMPT } from '../shared/attempt';
import { stateVersioning } from '../shared/versioning';

const { followTask } = proxyActivities<Activities>({
  ...ATTEMPT,
  // A look that shows an open run carries its own delay: these are for attempts that died without a word.
  retry: { initialInterval: '5s', maximumInterval: '1m' },
  summary: 'waits for the end of the run, and beats the heart of the task',
});

const { sendTaskAnswer } = proxyActivities<Activities>({
  ...ATTEMPT,
  scheduleToCloseTimeout: '1d',
  retry: { initialInterval: '5s', maximumInterval: '5m' },
  summary: 'answers the task of Step Functions',
});

/**
 * Answers a task of Step Functions that waits for the run of an account, however long that takes: a message of SQS cannot
 * stay invisible for as long as a run may be held.
 */
export async function answerTask(input: unknown): Promise<TaskAnswer> {
  const request = readArgument(readTaskRequest, input, 'send the message again');
  const end = await followTask(request);
  if ('forgotten' in end) return { answer: 'forgotten', reason: end.forgotten };
  return sendTaskAnswer({ request, end });
}

// It may take days, and goes with the version that is current.
stateVersioning('AUTO_UPGRADE', answerTask);

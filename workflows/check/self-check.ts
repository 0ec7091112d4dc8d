import { ApplicationFailure, proxyActivities, sleep } from '@temporalio/workflow';
import type { WorkerActivities } from '../../activities';
import {
  readCheckRequest,
  SELF_CHECK_FAILED,
  WORKER_CLOCK_CHECK,
  type Check,
  type WorkerChecks,
} from '../../contract';
import { readArgument } from '../shared/argument';
import { ATTEMPT } from '../shared/attempt';
import { askWorker } from './ask-worker';
import { stateVersioning } from '../shared/versioning';

const { checkReplay } = proxyActivities<WorkerActivities>({
  ...ATTEMPT,
  startToCloseTimeout: '5m',
  retry: { maximumAttempts: 3 },
  summary: 'replays the recorded histories',
});

/** From one look at AWS to the next: a roll-out is not to fail for good because AWS did not answer once. */
const PAUSES = ['5s', '15s', '40s', '2m'] as const;

/**
 * Says whether a new version of the workers can serve: it goes on with the runs of the released versions, its clock is right,
 * AWS knows it and, where an account is named, its role gets in. Reads only; fails where anything is wrong.
 */
export async function identityCenterSelfCheck(argument: unknown = {}): Promise<WorkerChecks> {
  const request = readArgument(readCheckRequest, argument, 'check again');
  const replay = await checkReplay();
  const ask = async (): Promise<WorkerChecks> => {
    const { checks, ...worker } = await askWorker(request);
    return { ...worker, checks: [replay, ...checks] };
  };
  let answer = await ask();
  for (const pause of PAUSES) {
    if (isWell(answer.checks) || isPastWaiting(answer.checks)) break;
    await sleep(pause);
    answer = await ask();
  }
  if (isWell(answer.checks)) return answer;
  throw selfCheckFailed(answer);
}

// It is about the version that is asked.
stateVersioning('PINNED', identityCenterSelfCheck);

function isWell(checks: readonly Check[]): boolean {
  return checks.every(({ ok }) => ok);
}

/** What does not lie with AWS is not mended by time. */
function isPastWaiting(checks: readonly Check[]): boolean {
  return checks.some(({ check, ok }) => !ok && ['replay', WORKER_CLOCK_CHECK].includes(check));
}

function selfCheckFailed(answer: WorkerChecks): ApplicationFailure {
  const failed = answer.checks.filter(({ ok }) => !ok);
  const words = failed.map(({ check, found, remedy = '' }) => `${check}: ${found}. ${remedy}`.trim());
  return ApplicationFailure.nonRetryable(
    `This version is not ready to serve. ${words.join(' ')}`,
    SELF_CHECK_FAILED,
    answer,
  );
}

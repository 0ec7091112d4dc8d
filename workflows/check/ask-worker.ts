import { isCancellation, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../../activities';
import type { CheckRequest, WorkerChecks } from '../../contract';
import { ATTEMPT } from '../shared/attempt';
import { lastWords } from '../shared/failure';

const { checkAws } = proxyActivities<Activities>({
  ...ATTEMPT,
  scheduleToCloseTimeout: '30s',
  // A failed check is an answer; whoever asked waits.
  retry: { maximumAttempts: 1 },
  summary: 'looks what the worker may do in AWS',
});

/** Has a worker look who it is to AWS and what it may do there; that it did not come back is a failed check. */
export async function askWorker(request: CheckRequest): Promise<WorkerChecks> {
  try {
    return await checkAws(request);
  } catch (error) {
    if (isCancellation(error)) throw error;
    const found = `the worker has not looked within 30 s (${lastWords(error) ?? 'no attempt came back'})`;
    const remedy =
      'Look at its log. It may have more to do than it can (IDENTITY_CENTER_MAX_CONCURRENT_CALLS, the rate of the queue).';
    return { checks: [{ check: 'AWS identity', ok: false, found, remedy }] };
  }
}

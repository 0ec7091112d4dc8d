import type { RetryPolicy } from '@temporalio/common';
import type { BackOff } from '../../activities';
import { milliseconds, NON_RETRYABLE_TYPES, type ProvisionRequest } from '../../contract';

type Timing = Pick<ProvisionRequest['timing'], 'retry'>;

/** The first and the longest delay after an attempt that died without a word: the server has waited for it already. */
const LOST_ATTEMPT_RETRY_MS = [250, 4_000] as const;

/** How activities space their attempts, as a request says it: full jitter under an exponential ceiling. */
export function backOff({ retry }: Timing): BackOff {
  return {
    initialIntervalMs: milliseconds(retry.initialInterval),
    backoffCoefficient: retry.backoffCoefficient,
    maximumIntervalMs: milliseconds(retry.maximumInterval),
  };
}

/**
 * The retry policy of the activities that call AWS.
 *
 * What stops is stated by AWS's names: ValidationException, ConflictException, IdempotentParameterMismatch,
 * ServiceQuotaExceededException and the others whose row of the table of failures says `stop`. All else is tried again,
 * ThrottlingException first of all: that failure, like each that an activity reports, carries its own delay, as
 * {@link backOff} spaces it. The intervals of the policy are for attempts that died without a word.
 */
export function retryPolicy(timing: Timing): RetryPolicy {
  const { initialIntervalMs, backoffCoefficient, maximumIntervalMs } = backOff(timing);
  const [first, longest] = LOST_ATTEMPT_RETRY_MS;
  const initialInterval = Math.min(initialIntervalMs, first);
  return {
    nonRetryableErrorTypes: [...NON_RETRYABLE_TYPES],
    initialInterval,
    backoffCoefficient,
    maximumInterval: Math.max(initialInterval, Math.min(maximumIntervalMs, longest)),
  };
}

import type { RetryPolicy } from '@temporalio/common';
import type { BackOff } from '../../activities';
import { milliseconds, NON_RETRYABLE_TYPES, type ProvisionRequest } from '../../contract';

type Timing = Pick<ProvisionRequest['timing'], 'retry'>;

/** Ceiling of the delay after an attempt that died without a word. */
const LOST_ATTEMPT_RETRY_MS = 4_000;

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
  const initialInterval = Math.min(initialIntervalMs, LOST_ATTEMPT_RETRY_MS);
  return {
    nonRetryableErrorTypes: [...NON_RETRYABLE_TYPES],
    initialInterval,
    backoffCoefficient,
    maximumInterval: Math.max(initialInterval, Math.min(maximumIntervalMs, LOST_ATTEMPT_RETRY_MS)),
  };
}

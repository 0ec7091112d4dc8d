import {
  ActivityCancellationType,
  isCancellation,
  proxyActivities,
  workflowInfo,
} from '@temporalio/workflow';
import type { ActiveInstance, Activities, FoundInstance } from '../activities';
import { milliseconds, NON_RETRYABLE_TYPES, type ProvisionRequest, type SituationName } from '../contract';
import { stepFailure } from './failure';

/** The instance that a run goes on with. */
export interface Target {
  instanceArn: string;
  region: string;
  /** Not made for this workflow ID and this Region: taken over by `existing: "adopt"`. */
  adopted: boolean;
}

/** What a run can do in the account. Each step throws an ApplicationFailure with its row of the table, or a cancellation. */
export interface Steps {
  /** @param timeoutMs what is left of `createTimeout` */
  createInstance(clientToken: string, timeoutMs: number): Promise<string>;
  /** The instance of the account over all Regions, once it has settled. */
  findInstance(): Promise<FoundInstance | undefined>;
  waitForActive(target: Target): Promise<ActiveInstance>;
  /** @param createdSince ISO 8601; an older instance is kept */
  deleteInstance(target: Target, createdSince?: string): Promise<'gone' | 'kept'>;
}

/**
 * The longest an attempt may take: the role, the call, and a look after a denial. With `LOST_ATTEMPT_RETRY_MS` the call
 * of a killed worker is tried again within 30 s.
 */
const ATTEMPT_TIMEOUT = '25s';

/** Ceiling of the delay after an attempt that died without a word. */
const LOST_ATTEMPT_RETRY_MS = 4_000;

/**
 * The steps of a request, as activities. Each failure that an activity reports says itself when to try again (full jitter
 * within `timing.retry`); the retry policy states what is never tried again, and spaces attempts that died without a word.
 */
export function stepsFor(request: ProvisionRequest): Steps {
  const { accountId, region, name, tags, timing } = request;
  const { workflowId } = workflowInfo();
  const backOff = {
    initialIntervalMs: milliseconds(timing.retry.initialInterval),
    backoffCoefficient: timing.retry.backoffCoefficient,
    maximumIntervalMs: milliseconds(timing.retry.maximumInterval),
  };
  const initialInterval = Math.min(backOff.initialIntervalMs, LOST_ATTEMPT_RETRY_MS);
  const retry = {
    initialInterval,
    backoffCoefficient: backOff.backoffCoefficient,
    maximumInterval: Math.max(initialInterval, Math.min(backOff.maximumIntervalMs, LOST_ATTEMPT_RETRY_MS)),
    nonRetryableErrorTypes: [...NON_RETRYABLE_TYPES],
  };
  const input = {
    accountId,
    region,
    backOff,
    accountReadyTimeoutMs: milliseconds(timing.accountReadyTimeout),
  };
  const pollIntervalMs = milliseconds(timing.pollInterval);
  const settling = proxyActivities<Activities>({
    startToCloseTimeout: ATTEMPT_TIMEOUT,
    scheduleToCloseTimeout: milliseconds(timing.activeTimeout),
    heartbeatTimeout: '20s',
    retry,
  });

  async function step<T>(timedOut: SituationName, activity: Promise<T>): Promise<T> {
    try {
      return await activity;
    } catch (error) {
      throw isCancellation(error) ? error : stepFailure(error, timedOut, accountId);
    }
  }

  return {
    async createInstance(clientToken, timeoutMs) {
      const creating = proxyActivities<Activities>({
        startToCloseTimeout: ATTEMPT_TIMEOUT,
        scheduleToCloseTimeout: timeoutMs,
        // A write in flight is not torn down: a cancelled run waits for its answer.
        cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
        retry,
      });
      const call = creating.createInstance({
        ...input,
        workflowId,
        clientToken,
        ...(name !== undefined && { name }),
        ...(tags !== undefined && { tags }),
      });
      return (await step('createTimeout', call)).instanceArn;
    },
    findInstance: () =>
      // A denial of the look is no sign of a new account: CreateInstance has had its time to wait for that.
      step(
        'activeTimeout',
        settling.findInstance({ ...input, accountReadyTimeoutMs: 0, workflowId, pollIntervalMs }),
      ),
    waitForActive: (target) =>
      step(
        'activeTimeout',
        settling.waitForActive({
          ...input,
          region: target.region,
          instanceArn: target.instanceArn,
          pollIntervalMs,
        }),
      ),
    deleteInstance: (target, createdSince) =>
      step(
        'activeTimeout',
        settling.deleteInstance({
          ...input,
          region: target.region,
          instanceArn: target.instanceArn,
          pollIntervalMs,
          ...(createdSince !== undefined && { createdSince }),
        }),
      ),
  };
}

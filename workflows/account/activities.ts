import {
  ActivityCancellationType,
  CancellationScope,
  CancelledFailure,
  isCancellation,
  patched,
  proxyActivities,
  workflowInfo,
} from '@temporalio/workflow';
import type { ActiveInstance, Activities, BackOff, FoundInstance } from '../../activities';
import {
  isFleetId,
  milliseconds,
  NON_RETRYABLE_TYPES,
  type ProvisionRequest,
  type Situation,
} from '../../contract';
import { isFinal, stepFailure, wasLost } from '../shared/failure';
import type { Steering, StepKind } from './interruptible';

/** The instance that a run goes on with. */
export interface Target {
  instanceArn: string;
  region: string;
  /** Not made for this workflow ID and this Region: taken over by `existing: "adopt"`. */
  adopted: boolean;
}

/** What a run can do in the account. Each step throws an ApplicationFailure with its row of the table, or a cancellation. */
export interface Steps {
  /**
   * @param until when to stop trying, on the clock of {@link Steering.now}
   * @param onAnswerLost told where the last call, cut short or not, was not answered
   */
  createInstance(clientToken: string, until: number, onAnswerLost: () => void): Promise<string>;
  /** The instance of the account over all Regions, once it has settled. */
  findInstance(): Promise<FoundInstance | undefined>;
  waitForActive(target: Target): Promise<ActiveInstance>;
  /** @param createdSince ISO 8601; an older instance is kept */
  deleteInstance(
    target: Pick<Target, 'instanceArn' | 'region'>,
    createdSince?: string,
  ): Promise<'gone' | 'kept'>;
}

/** What steps need of a request. */
export type StepRequest = Pick<ProvisionRequest, 'accountId' | 'region' | 'name' | 'tags' | 'timing'>;

/**
 * The longest an attempt may take: the role, the call, and a look after a denial. With `LOST_ATTEMPT_RETRY_MS` the call
 * of a killed worker is tried again within 30 s.
 */
const ATTEMPT_TIMEOUT = '25s';

/** Ceiling of the delay after an attempt that died without a word. */
const LOST_ATTEMPT_RETRY_MS = 4_000;

/** What an activity is scheduled with, beside what all have. */
interface Schedule {
  /** What the timeline shows. */
  summary: string;
  timeoutMs: number;
  heartbeatTimeout?: '20s';
}

/**
 * The steps of a request, as activities. Each failure that an activity reports says itself when to try again (full jitter
 * within `timing.retry`); the retry policy states what is never tried again, and spaces attempts that died without a word.
 */
export function stepsFor(request: StepRequest, steering: Steering): Steps {
  const { accountId, region, name, tags, timing } = request;
  const { workflowId, parent } = workflowInfo();
  const fleetPage = parent !== undefined && isFleetId(parent.workflowId) ? parent.workflowId : undefined;
  const backOff = backOffOf(timing);
  const initialInterval = Math.min(backOff.initialIntervalMs, LOST_ATTEMPT_RETRY_MS);
  const retry = {
    initialInterval,
    backoffCoefficient: backOff.backoffCoefficient,
    maximumInterval: Math.max(initialInterval, Math.min(backOff.maximumIntervalMs, LOST_ATTEMPT_RETRY_MS)),
    nonRetryableErrorTypes: [...NON_RETRYABLE_TYPES],
  };
  const pollIntervalMs = milliseconds(timing.pollInterval);
  const activeTimeoutMs = milliseconds(timing.activeTimeout);

  /** What every activity is given, when its step began `spentMs` ago. */
  const inputAfter = (spentMs: number) => ({
    accountId,
    region,
    backOff,
    accountReadyTimeoutMs: Math.max(0, milliseconds(timing.accountReadyTimeout) - spentMs),
    ...(fleetPage !== undefined && { fleetPage }),
  });

  function activities(kind: StepKind, { timeoutMs, ...schedule }: Schedule) {
    return proxyActivities<Activities>({
      ...schedule,
      startToCloseTimeout: ATTEMPT_TIMEOUT,
      scheduleToCloseTimeout: Math.max(1, timeoutMs),
      // A write in flight is not torn down: whoever cuts it short waits for its answer.
      ...(kind === 'write' && {
        cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
      }),
      retry,
    });
  }

  /** A step whose time is `activeTimeout`: the instance settles meanwhile, and the activity shows that it lives. */
  const settling = (kind: StepKind, summary: string, spentMs: number) =>
    activities(kind, { summary, timeoutMs: activeTimeoutMs - spentMs, heartbeatTimeout: '20s' });

  async function step<T>(
    kind: StepKind,
    timedOut: Situation,
    attempt: (spentMs: number) => Promise<T>,
  ): Promise<T> {
    try {
      return await steering.step(kind, attempt);
    } catch (error) {
      if (isCancellation(error)) throw error;
      // A call in flight that ends without a result is not tried again: only because the run is cancelled.
      if (
        CancellationScope.current().consideredCancelled &&
        !isFinal(error) &&
        patched('cancelled-in-flight')
      )
        throw new CancelledFailure('the run is cancelled');
      throw stepFailure(error, timedOut, accountId);
    }
  }

  return {
    async createInstance(clientToken, until, onAnswerLost) {
      const { instanceArn } = await step('write', 'createTimeout', async (spentMs) => {
        const { createInstance } = activities('write', {
          summary: `creates the instance in ${region}`,
          timeoutMs: until - steering.now(),
        });
        try {
          return await createInstance({
            ...inputAfter(spentMs),
            workflowId,
            clientToken,
            ...(name !== undefined && { name }),
            ...(tags !== undefined && { tags }),
          });
        } catch (error) {
          if (wasLost(error)) onAnswerLost();
          throw error;
        }
      });
      return instanceArn;
    },
    findInstance: () =>
      step('read', 'activeTimeout', (spentMs) =>
        settling('read', 'looks for an instance of the account, over all Regions', spentMs).findInstance({
          ...inputAfter(spentMs),
          // A denial of the look is no sign of a new account: CreateInstance has had its time to wait for that.
          accountReadyTimeoutMs: 0,
          workflowId,
          pollIntervalMs,
        }),
      ),
    waitForActive: ({ instanceArn, region: its }) =>
      step('read', 'activeTimeout', (spentMs) =>
        settling('read', `waits until ${shortOf(instanceArn)} is ACTIVE`, spentMs).waitForActive({
          ...inputAfter(spentMs),
          region: its,
          instanceArn,
          pollIntervalMs,
        }),
      ),
    deleteInstance: ({ instanceArn, region: its }, createdSince) =>
      step('write', 'activeTimeout', (spentMs) =>
        settling(
          'write',
          `deletes ${shortOf(instanceArn)}, and waits until it is gone`,
          spentMs,
        ).deleteInstance({
          ...inputAfter(spentMs),
          region: its,
          instanceArn,
          pollIntervalMs,
          ...(createdSince !== undefined && { createdSince }),
        }),
      ),
  };
}

/** How activities space their attempts, as a request says it. */
export function backOffOf({ retry }: ProvisionRequest['timing']): BackOff {
  return {
    initialIntervalMs: milliseconds(retry.initialInterval),
    backoffCoefficient: retry.backoffCoefficient,
    maximumIntervalMs: milliseconds(retry.maximumInterval),
  };
}

/** The ID of an instance, as the timeline has room for. */
function shortOf(instanceArn: string): string {
  return instanceArn.slice(instanceArn.lastIndexOf('/') + 1);
}

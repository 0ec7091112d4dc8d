import {
  ActivityCancellationType,
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  isCancellation,
  proxyActivities,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities, FoundInstance, SettledInstance } from '../../activities';
import { defined, isFleetId, milliseconds, type ProvisionRequest, type Situation } from '../../contract';
import { activityFailure, isFinal, isUnanswered, runFailure, situationOf } from '../shared/failure';
import { backOff, retryPolicy } from '../shared/retry';
import type { ActivityKind, Interruptible } from './interruptible';

/** The longest an attempt may take: the role, the call, and a look after a denial. */
const ATTEMPT_TIMEOUT = '25s';

/** What an activity is scheduled with, beside what all have. */
interface Schedule {
  /** What the timeline shows. */
  summary: string;
  timeoutMs: number;
  heartbeatTimeout?: '20s';
}

/** What CreateInstance is asked for. */
export interface AskedInstance {
  clientToken: string;
  name?: string;
  tags?: Record<string, string>;
}

/** Hears of the calls of a CreateInstance. */
export interface CreateListener {
  /** Called before a call may be sent. */
  sent(): void;
  /** Called where the last call, cut short or not, was not answered. */
  unanswered(): void;
}

/** How CreateInstance ended. */
export type CreateOutcome =
  | { status: 'created'; instanceArn: string }
  /** A conflict with an instance, or with a write that has not propagated. */
  | { status: 'conflict'; failure: ApplicationFailure }
  /** Refused for good. */
  | { status: 'refused'; failure: ApplicationFailure }
  | { status: 'timedOut'; failure: ApplicationFailure };

type Settled<Status> = Extract<SettledInstance, { status: Status }>;

export type ActiveInstance = Settled<'active'>;

/** An instance that AWS could not make, and what a run says that stops there. */
export type CreateFailed = Settled<'createFailed'> & { failure: ApplicationFailure };

/** What has become of an instance. */
type WaitOutcome = ActiveInstance | CreateFailed | (Settled<'gone'> & { failure: ApplicationFailure });

/** An instance, as activities are told of it. */
interface InstanceAddress {
  instanceArn: string;
  region: string;
}

/**
 * What a run can do in its account. Outcomes that the run goes on from are values; thrown are the cancellation of the run,
 * an abort, and failures that end or hold the run.
 */
export interface AccountActivities {
  /** @param until when to stop trying, on the clock of {@link Interruptible.now} */
  createInstance(asked: AskedInstance, until: number, listener: CreateListener): Promise<CreateOutcome>;
  /** Looks for the instance of the account over all Regions, once it has settled. */
  findInstance(): Promise<FoundInstance | undefined>;
  waitForActive(instance: InstanceAddress): Promise<WaitOutcome>;
  /** @param createdSince ISO 8601; an older instance is kept */
  deleteInstance(instance: InstanceAddress, createdSince?: string): Promise<'gone' | 'kept'>;
}

/** What a request says of the account, and of the time that it may take. */
type AccountRequest = Pick<ProvisionRequest, 'accountId' | 'timing'> & { region?: string | undefined };

/** Binds the activities to an account, and to the steering of its run. */
export function accountActivities(
  { accountId, region, timing }: AccountRequest,
  work: Interruptible,
): AccountActivities {
  const { workflowId, parent } = workflowInfo();
  const fleetPage = parent !== undefined && isFleetId(parent.workflowId) ? parent.workflowId : undefined;
  const pollIntervalMs = milliseconds(timing.pollInterval);
  const activeTimeoutMs = milliseconds(timing.activeTimeout);

  /** What every activity is given, `spentMs` after it was first scheduled. */
  const inputAfter = (spentMs: number) =>
    defined({
      accountId,
      region,
      backOff: backOff(timing),
      accountReadyTimeoutMs: Math.max(0, milliseconds(timing.accountReadyTimeout) - spentMs),
      fleetPage,
    });

  const scheduled = (kind: ActivityKind, { timeoutMs, ...schedule }: Schedule) =>
    proxyActivities<Activities>({
      ...schedule,
      startToCloseTimeout: ATTEMPT_TIMEOUT,
      scheduleToCloseTimeout: Math.max(1, timeoutMs),
      // A write in flight is not torn down: whoever cuts it short waits for its answer.
      cancellationType:
        kind === 'write'
          ? ActivityCancellationType.WAIT_CANCELLATION_COMPLETED
          : ActivityCancellationType.TRY_CANCEL,
      retry: retryPolicy(timing),
    });

  /** For what takes as long as the instance takes to settle: the activity shows meanwhile that it lives. */
  const settling = (kind: ActivityKind, summary: string, spentMs: number) =>
    scheduled(kind, { summary, timeoutMs: activeTimeoutMs - spentMs, heartbeatTimeout: '20s' });

  /** Runs an activity, anew each time it is cut short; throws what it failed with as the failure of the run. */
  async function run<T>(
    kind: ActivityKind,
    timedOut: Situation,
    attempt: (spentMs: number) => Promise<T>,
  ): Promise<T> {
    try {
      return await work.run(kind, attempt);
    } catch (error) {
      if (isCancellation(error)) throw error;
      // A call in flight that ends without a result is not tried again: only because the run is cancelled.
      if (CancellationScope.current().consideredCancelled && !isFinal(error))
        throw new CancelledFailure('the run is cancelled');
      throw activityFailure(error, timedOut, accountId);
    }
  }

  return {
    async createInstance(asked, until, listener) {
      const attempt = async (spentMs: number) => {
        const { createInstance } = scheduled('write', {
          summary: `creates the instance${region === undefined ? '' : ` in ${region}`}`,
          timeoutMs: until - work.now(),
        });
        listener.sent();
        try {
          return await createInstance({ ...inputAfter(spentMs), workflowId, ...asked });
        } catch (error) {
          if (isUnanswered(error)) listener.unanswered();
          throw error;
        }
      };
      try {
        return { status: 'created', ...(await run('write', 'createTimeout', attempt)) };
      } catch (error) {
        if (error instanceof ApplicationFailure) return refusal(error);
        throw error;
      }
    },
    findInstance: () =>
      run('read', 'activeTimeout', (spentMs) =>
        settling('read', 'looks for an instance of the account, over all Regions', spentMs).findInstance({
          ...inputAfter(spentMs),
          // A denial of the look is no sign of a new account: CreateInstance has had its time to wait for that.
          accountReadyTimeoutMs: 0,
          workflowId,
          pollIntervalMs,
        }),
      ),
    async waitForActive({ instanceArn, region: its }) {
      const settled = await run('read', 'activeTimeout', (spentMs) =>
        settling('read', `waits until ${shortName(instanceArn)} is ACTIVE`, spentMs).waitForActive({
          ...inputAfter(spentMs),
          region: its,
          instanceArn,
          pollIntervalMs,
        }),
      );
      switch (settled.status) {
        case 'active':
          return settled;
        case 'createFailed': {
          const detail = `${instanceArn}: ${settled.reason}`;
          const parts = {
            situation: 'createFailed',
            accountId,
            operation: 'CreateInstance',
            detail,
          } as const;
          return { ...settled, failure: runFailure(parts) };
        }
        case 'gone': {
          const parts = { situation: 'instanceGone', accountId, operation: 'DescribeInstance' } as const;
          return { ...settled, failure: runFailure({ ...parts, detail: instanceArn }) };
        }
      }
    },
    deleteInstance: ({ instanceArn, region: its }, createdSince) =>
      run('write', 'activeTimeout', (spentMs) =>
        settling(
          'write',
          `deletes ${shortName(instanceArn)}, and waits until it is gone`,
          spentMs,
        ).deleteInstance({
          ...inputAfter(spentMs),
          region: its,
          instanceArn,
          pollIntervalMs,
          ...defined({ createdSince }),
        }),
      ),
  };
}

/** Turns what CreateInstance ended with into a value; throws what the run has to stop with. */
function refusal(failure: ApplicationFailure): CreateOutcome {
  switch (situationOf(failure)) {
    case 'aborted':
    case 'wrongAccount':
      throw failure;
    case 'createTimeout':
      return { status: 'timedOut', failure };
    case 'conflict':
      return { status: 'conflict', failure };
    default:
      return { status: 'refused', failure };
  }
}

/** The ID of an instance, as the timeline has room for. */
function shortName(instanceArn: string): string {
  return instanceArn.slice(instanceArn.lastIndexOf('/') + 1);
}

import {
  ActivityCancellationType,
  type ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  isCancellation,
  proxyActivities,
  workflowInfo,
} from '@temporalio/workflow';
import type {
  ActiveInstance,
  Activities,
  CreateAnswer,
  FoundInstance,
  SettledInstance,
} from '../../activities';
import {
  defined,
  milliseconds,
  type AskedFor,
  type CreateNews,
  type ProvisionRequest,
  type Situation,
} from '../../contract';
import { ATTEMPT } from '../shared/attempt';
import { activityFailure, createNews, isFinal, isUnanswered, runFailure } from '../shared/failure';
import { backOff, retryPolicy } from '../shared/retry';
import { fleetPage } from './fleet-place';
import type { ActivityKind, Interruptible } from './interruptible';

/** What an activity is scheduled with, beside what all have. */
interface Schedule {
  /** What the timeline shows. */
  summary: string;
  timeoutMs: number;
}

/** What CreateInstance is asked for. */
export interface AskedInstance {
  clientToken: string;
  region: string;
  name?: string;
  tags?: Record<string, string>;
}

/** Knows, and hears, of the calls of CreateInstance. */
export interface CreateListener {
  /** What the account had before the run's first call, where that is known. */
  readonly existedBefore: readonly string[] | undefined;
  /** Whether a call with a token was not answered. */
  isLost(clientToken: string): boolean;
  /** Called before a call may be sent. */
  sent(): void;
  /** Called with what a look has shown before the first call. */
  looked(existedBefore: readonly string[]): void;
  /**
   * Called where the activity has ended without an instance, cut short or not.
   *
   * @param news `undefined`: nobody can tell
   * @param unanswered whether its last call was not answered
   */
  failed(asked: AskedInstance, news: CreateNews | undefined, unanswered: boolean): void;
}

/** From when to when, on the clock of {@link Interruptible.now}, something is tried. */
export interface CreateSpan {
  since: number;
  until: number;
}

/** CreateInstance is not through, and the run has to know of a failure before it goes on. */
interface ToldFailure {
  failure: ApplicationFailure;
  goOnAfterMs: number;
}

type Settled<Status> = Extract<SettledInstance, { status: Status }>;

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
  /** @param placeGiven others go on in the fleet's window meanwhile */
  createInstance(
    asked: AskedInstance,
    span: CreateSpan,
    listener: CreateListener,
    placeGiven: boolean,
  ): Promise<CreateAnswer | ToldFailure>;
  /** Lists the ARNs of what the account has, over all Regions. */
  listInstances(span: CreateSpan): Promise<string[]>;
  /**
   * Looks for the instance of the account over all Regions, once it has settled.
   *
   * @param wanted `any`: somebody else's may be taken over or deleted, so an organization's is refused
   */
  findInstance(wanted: 'own' | 'any'): Promise<FoundInstance | undefined>;
  /** @param asked what the instance is compared with, where the run may not have made it just so */
  waitForActive(instance: InstanceAddress, asked?: AskedFor): Promise<WaitOutcome>;
  deleteInstance(instance: InstanceAddress): Promise<void>;
}

/** What a request says of the account, and of the time that it may take. */
type AccountRequest = Pick<ProvisionRequest, 'accountId' | 'timing'> & { region?: string | undefined };

/** Binds the activities to an account, and to the steering of its run. */
export function accountActivities(
  { accountId, region, timing }: AccountRequest,
  work: Interruptible,
): AccountActivities {
  const { workflowId } = workflowInfo();
  const pollIntervalMs = milliseconds(timing.pollInterval);
  const activeTimeoutMs = milliseconds(timing.activeTimeout);

  /** What every activity is given, `spentMs` after it was first scheduled. */
  const inputAfter = (spentMs: number) =>
    defined({
      accountId,
      region,
      backOff: backOff(timing),
      accountReadyTimeoutMs: Math.max(0, milliseconds(timing.accountReadyTimeout) - spentMs),
      fleetPage: fleetPage(),
    });

  const scheduled = (kind: ActivityKind, { timeoutMs, ...schedule }: Schedule) =>
    proxyActivities<Activities>({
      ...schedule,
      ...ATTEMPT,
      scheduleToCloseTimeout: Math.max(1, timeoutMs),
      // A write in flight is not torn down: whoever cuts it short waits for its answer.
      cancellationType:
        kind === 'write'
          ? ActivityCancellationType.WAIT_CANCELLATION_COMPLETED
          : ActivityCancellationType.TRY_CANCEL,
      retry: retryPolicy(timing),
    });

  /** For what takes as long as the instance takes to settle. */
  const settling = (kind: ActivityKind, summary: string, spentMs: number) =>
    scheduled(kind, { summary, timeoutMs: activeTimeoutMs - spentMs });

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
    createInstance: (asked, { since, until }, listener, placeGiven) =>
      run('write', 'createTimeout', async () => {
        const { createInstance } = scheduled('write', {
          summary: `creates the instance in ${asked.region}, and looks whether it is ACTIVE`,
          timeoutMs: until - work.now(),
        });
        const input = defined({
          ...inputAfter(work.now() - since),
          workflowId,
          ...asked,
          existedBefore: listener.existedBefore,
          lostBefore: listener.isLost(asked.clientToken) || undefined,
          placeGiven: placeGiven || undefined,
        });
        listener.sent();
        try {
          const answer = await createInstance(input);
          listener.looked(answer.existedBefore);
          return answer;
        } catch (error) {
          const news = createNews(error);
          if (news?.existedBefore !== undefined && news.instanceArn !== undefined) {
            const { existedBefore, instanceArn } = news;
            listener.looked(existedBefore);
            return { existedBefore, instanceArn };
          }
          listener.failed(asked, news, isUnanswered(error));
          if (news?.goOnAfterMs === undefined) throw error;
          return {
            failure: activityFailure(error, 'createTimeout', accountId),
            goOnAfterMs: news.goOnAfterMs,
          };
        }
      }),
    listInstances: ({ since, until }) =>
      run('read', 'createTimeout', () =>
        scheduled('read', {
          summary: 'looks at what the account has, before anything is sent',
          timeoutMs: until - work.now(),
        }).listInstances(inputAfter(work.now() - since)),
      ),
    findInstance: (wanted) =>
      run('read', 'activeTimeout', (spentMs) =>
        settling('read', 'looks for an instance of the account, over all Regions', spentMs).findInstance({
          ...inputAfter(spentMs),
          // A denial of the look is no sign of a new account: CreateInstance has had its time to wait for that.
          accountReadyTimeoutMs: 0,
          workflowId,
          wanted,
          pollIntervalMs,
        }),
      ),
    async waitForActive({ instanceArn, region: its }, asked) {
      const settled = await run('read', 'activeTimeout', (spentMs) =>
        settling('read', `waits until ${shortName(instanceArn)} is ACTIVE`, spentMs).waitForActive(
          defined({ ...inputAfter(spentMs), region: its, instanceArn, pollIntervalMs, asked }),
        ),
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
    deleteInstance: ({ instanceArn, region: its }) =>
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
        }),
      ),
  };
}

/** The ID of an instance, as the timeline has room for. */
function shortName(instanceArn: string): string {
  return instanceArn.slice(instanceArn.lastIndexOf('/') + 1);
}

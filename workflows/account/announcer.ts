import {
  ApplicationFailure,
  CancellationScope,
  ChildWorkflowCancellationType,
  isCancellation,
  ParentClosePolicy,
  patched,
  startChild,
  workflowInfo,
  WorkflowIdReusePolicy,
} from '@temporalio/workflow';
import {
  accountIdOf,
  ANNOUNCE_WORKFLOW,
  announcementIdOf,
  announcementWorkflowIdOf,
  bundleOptions,
  defined,
  describeFailure,
  MAX_ANNOUNCEMENTS,
  type AnnouncedRun,
  type AnnouncementNews,
  type AnnouncementType,
  type AnnounceRequest,
  type DeprovisionResult,
  type ProvisionResult,
} from '../../contract';
import { fleetName } from './asked';

/** What a run knows of its instance by now. */
type Subject = Pick<AnnouncedRun, 'region' | 'instanceArn'>;

const GIVE_UP_AFTER = '1d';

/**
 * Announces the end of a run, and each hold when it begins, to the receivers that its workers have: by a workflow of its own
 * for each, so that the run waits for no receiver. Without receivers a run makes no event more.
 */
export class Announcer {
  private subject: () => Subject = () => ({});
  private readonly starting: Promise<void>[] = [];
  private readonly news: AnnouncementNews[] = [];
  private holds = 0;
  private ends = 0;

  /** Takes what is said of the instance from a run, once there is one. */
  follow(subject: () => Subject): void {
    this.subject = subject;
  }

  /** Runs a run to its end, and announces how that was not what was asked for; a success the run announces itself. */
  async announceEnd<R>(run: () => Promise<R>): Promise<R> {
    try {
      return await run();
    } catch (error) {
      if (isCancellation(error)) this.announceAnEnd('run.cancelled');
      // A mistake in the code ends no run: its task is tried again.
      else if (error instanceof ApplicationFailure)
        this.announceAnEnd('run.failed', { failure: describeFailure(error) });
      throw error;
    } finally {
      // The server does not start the child of a run that has ended.
      await Promise.all(this.starting);
    }
  }

  /**
   * Announces that the run has come to what was asked for, and returns once that is under way: until then the run is open.
   *
   * @returns whether that took its time, in which the run may have been cancelled or aborted
   */
  async announceSuccess(result: ProvisionResult | DeprovisionResult): Promise<boolean> {
    const { outcome, region, instanceArn } = result;
    const identityStoreId = 'identityStoreId' in result ? result.identityStoreId : undefined;
    this.announceAnEnd('run.succeeded', defined({ outcome, region, instanceArn, identityStoreId }));
    const isAnnounced = this.starting.length > 0;
    await Promise.all(this.starting);
    return isAnnounced;
  }

  /** Announces that the run is held, until a time (ISO 8601). */
  announceHold(failure: ApplicationFailure, heldUntil: string): void {
    this.holds += 1;
    this.announce(`held-${this.holds}`, 'run.held', { failure: describeFailure(failure, 'hold'), heldUntil });
  }

  progress(): { announcements?: AnnouncementNews[] } {
    return this.news.length === 0 ? {} : { announcements: this.news };
  }

  /** What is announced after a success, as it was cancelled before it was over, is another announcement. */
  private announceAnEnd(type: AnnouncementType, more?: Partial<AnnouncedRun>): void {
    this.ends += 1;
    this.announce(this.ends === 1 ? 'end' : `end-${this.ends}`, type, more);
  }

  private announce(what: string, type: AnnouncementType, more: Partial<AnnouncedRun> = {}): void {
    const { workflowId, runId, workflowType } = workflowInfo();
    const accountId = accountIdOf(workflowId);
    // The ID is that of no account, and the run has ended for that.
    if (accountId === undefined) return;
    const receivers = receiversOf(type);
    if (!isAnnounced(what, receivers.length > 0)) return;
    const timestamp = new Date().toISOString();
    const announcement = {
      id: announcementIdOf(workflowId, runId, what),
      version: 1 as const,
      type,
      timestamp,
      data: {
        accountId,
        workflowType,
        workflowId,
        runId,
        ...defined({ fleet: fleetName() }),
        ...this.subject(),
        ...more,
      },
    };
    const announcer = announcementWorkflowIdOf(accountId, runId, what);
    this.news.push({ type, at: timestamp, workflowId: announcer });
    if (this.news.length > MAX_ANNOUNCEMENTS) this.news.shift();
    this.starting.push(start(announcer, { announcement, receivers, giveUpAfter: GIVE_UP_AFTER }));
  }
}

/** Names those of the receivers of this worker that are told of something. */
function receiversOf(type: AnnouncementType): string[] {
  const { receivers = [] } = bundleOptions();
  return receivers.filter(({ types }) => types.includes(type)).map(({ name }) => name);
}

/**
 * Says whether something is announced. What the worker has is no fact that a replay on another worker would find: so the worker
 * that comes to it first has it recorded, as the marker of a patch is, and each replay goes by the record. Where the worker has
 * no receiver, nothing is recorded.
 */
function isAnnounced(what: string, hasReceivers: boolean): boolean {
  return (workflowInfo().unsafe.isReplaying || hasReceivers) && patched(`announces ${what}`);
}

/** Starts the workflow that announces, and returns once it has started, whatever becomes of the run. */
async function start(workflowId: string, request: AnnounceRequest): Promise<void> {
  try {
    await CancellationScope.nonCancellable(() =>
      startChild(ANNOUNCE_WORKFLOW, {
        workflowId,
        args: [request],
        parentClosePolicy: ParentClosePolicy.ABANDON,
        cancellationType: ChildWorkflowCancellationType.ABANDON,
        workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
      }),
    );
  } catch {
    // It is announced already; or cannot be, which fails no run.
  }
}

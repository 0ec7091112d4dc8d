import { WorkflowFailedError, type Client } from '@temporalio/client';
import { CancelledFailure } from '@temporalio/common';
import {
  DEFAULT_TASK_QUEUE,
  isOpenStatus,
  readCorrection,
  readEnvironment,
  readReason,
  workflowIdOf,
  type AccountStatus,
  type Correction,
  type DeprovisionRequestInput,
  type DeprovisionResult,
  type ProvisionRequestInput,
  type ProvisionResult,
  type Steer,
  type SteeredProgress,
  type TemporalExtensions,
} from '../contract';
import { connectToTemporal } from './connection';
import {
  NoRunError,
  NoWorkerError,
  RunCancelledError,
  RunFailedError,
  RunHeldError,
  SteeringRefusedError,
  StillRunningError,
} from './account/errors';
import type { ListFilter } from './account/find-runs';
import { listAccounts, type AccountSummary } from './account/list';
import { DEPROVISION, PROVISION, RunStarter, type StartedRun } from './account/start-or-join';
import { describeRun, failureOfRun, readStatus } from './account/status';
import { Audits } from './audit/audits';
import { Fleets } from './fleet/fleets';
import { endOrHold } from './held';
import { sendUpdate } from './send-update';
import { readTemporalSettings, type ReadTemporalSettings, type TemporalSettings } from './settings';
import { readQueueRate, setQueueRate } from './task-queue';
import { translateErrors } from './translate-errors';
import { checkWait, Wait, type ResultOptions, type WaitOptions, type WatchOptions } from './wait';
import { watchStatus } from './watch';

export interface IdentityCenterClientOptions {
  /**
   * The client has the connection of a worker of its task queue (`NativeConnection`), in this process: the server hands that
   * worker the first task of a run with the answer to the start, and nobody polls for it. Default: no.
   */
  startsEagerly?: boolean;
}

/**
 * Starts, follows, steers and ends the runs of accounts. Beside what each method names, all throw a
 * {@link TemporalServerError} where the server is lost, or refuses: its `code` says which.
 */
export class IdentityCenterClient {
  private readonly starter: RunStarter;
  /** Many accounts at once. */
  readonly fleets: Fleets;
  /** Every account of an organization, looked after. */
  readonly audits: Audits;

  /**
   * @param temporal a client of the Temporal SDK, connected to the namespace of the runs
   * @param taskQueue the task queue that the workers poll; default: `IDENTITY_CENTER_TASK_QUEUE`, else `identity-center`
   */
  constructor(
    readonly temporal: Client,
    readonly taskQueue: string = readEnvironment(process.env)['IDENTITY_CENTER_TASK_QUEUE'] ??
      DEFAULT_TASK_QUEUE,
    { startsEagerly = false }: IdentityCenterClientOptions = {},
  ) {
    this.starter = new RunStarter(temporal, taskQueue, startsEagerly);
    this.fleets = translateErrors(new Fleets(temporal, taskQueue), temporal);
    this.audits = translateErrors(new Audits(temporal, taskQueue), temporal);
    return translateErrors(this, temporal);
  }

  /**
   * Connects as `TEMPORAL_…` and Temporal's profiles say, else to 127.0.0.1:7233. Keys and certificates that are renewed
   * in their files, or by what reads them, are taken up while it is connected.
   *
   * @param settings how, or what reads it: it is asked again at calls, once in five seconds at the most
   * @param extensions codecs and plugins, the same as those of the workers; default: those of the package
   * @throws TemporalSettingsError; TemporalUnreachableError after 5 s without an answer, saying why there is none
   */
  static async connect(
    settings: TemporalSettings | ReadTemporalSettings = readTemporalSettings,
    extensions?: TemporalExtensions,
  ): Promise<IdentityCenterClient> {
    return new IdentityCenterClient(await connectToTemporal(settings, extensions));
  }

  async close(): Promise<void> {
    await this.temporal.connection.close();
  }

  /**
   * Starts the run of an account, or joins its open run.
   *
   * @throws InvalidRequestError, RequestDiffersError, OtherRunOpenError, OtherTaskQueueError, NotStartedError
   */
  async start(request: ProvisionRequestInput): Promise<StartedRun> {
    return this.starter.startOrJoin(PROVISION, request);
  }

  /** As {@link start}, for a run that deletes the instance of an account. */
  async startDeprovision(request: DeprovisionRequestInput): Promise<StartedRun> {
    return this.starter.startOrJoin(DEPROVISION, request);
  }

  /**
   * Waits for the end of a run that provisions, or until it is held; a run goes on whoever has ceased to wait for it.
   *
   * @throws RunFailedError, RunCancelledError; RunHeldError, but with `waitHeld`; StillRunningError at the time-out
   */
  async result(run: StartedRun, options: ResultOptions = {}): Promise<ProvisionResult> {
    return (await this.endOf(run, options)) as ProvisionResult;
  }

  /**
   * Starts the run of an account, or joins its open run, and waits as {@link result} does. Throws what `start` and `result`
   * throw.
   */
  async provision(request: ProvisionRequestInput, options: ResultOptions = {}): Promise<ProvisionResult> {
    checkWait(options);
    return this.result(await this.start(request), options);
  }

  /**
   * Deletes the instance of an account that carries the tag of its runs, and waits until it is gone. Throws what `start`
   * and `result` throw.
   */
  async deprovision(request: DeprovisionRequestInput, options: WaitOptions = {}): Promise<DeprovisionResult> {
    checkWait(options);
    // Such a run is never held.
    const run = await this.startDeprovision(request);
    return (await this.endOf(run, { ...options, waitHeld: true })) as DeprovisionResult;
  }

  /**
   * Says where a run of an account stands; default: its latest.
   *
   * @throws NoRunError
   */
  async status(accountId: string, runId?: string): Promise<AccountStatus> {
    return readStatus(this.temporal, accountId, runId);
  }

  /**
   * Yields the status of a run each time that it changes, until the run has ended, through holds; default: the latest run.
   *
   * @throws NoRunError; StillRunningError at the time-out, which is not before the first status
   */
  watch(
    accountId: string,
    { runId, intervalMs = 300, ...limits }: WatchOptions & { runId?: string } = {},
  ): AsyncGenerator<AccountStatus, void, void> {
    return watchStatus(
      this.temporal,
      // The run that was there at first, should the account be started anew meanwhile.
      (before) => this.status(accountId, before?.runId ?? runId),
      { intervalMs, ...limits },
      (timeout, last) => new StillRunningError(accountId, timeout, last),
    );
  }

  /**
   * Lists the accounts that have had a run, each with its latest, the latest first: what the runs know that Temporal keeps
   * (the retention of the namespace). AWS is asked nothing.
   *
   * @throws StagesUnknownError at the end, where there are open runs of which nobody says whether they are in the stage
   * @throws NotSearchableError, InvalidRequestError
   */
  list(filter: ListFilter = {}): AsyncGenerator<AccountSummary, void, void> {
    return listAccounts(this.temporal, filter);
  }

  /**
   * Asks the open run of an account to stop; it ends as its `onCancel` says.
   *
   * @throws NoRunError where no run is open
   */
  async cancel(accountId: string): Promise<{ workflowId: string; runId: string }> {
    const { status, workflowId, runId } = await describeRun(this.temporal, accountId);
    if (!isOpenStatus(status.name)) throw new NoRunError(accountId, 'no open run');
    await this.temporal.workflow.getHandle(workflowId, runId).cancel();
    return { workflowId, runId };
  }

  /**
   * Pauses a run: no new write to AWS until {@link resume}; a call that is under way finishes. This and the next three
   * answer with the run's new progress, and a note where it was so already.
   *
   * @throws SteeringRefusedError, NoRunError, NoWorkerError
   */
  async pause(accountId: string): Promise<SteeredProgress> {
    return this.steer(accountId, 'pause');
  }

  /** Lets a paused run go on. Throws what {@link pause} throws. */
  async resume(accountId: string): Promise<SteeredProgress> {
    return this.steer(accountId, 'resume');
  }

  /**
   * Tries again now: cuts a back-off short, or leaves a hold. Throws what {@link pause} throws.
   *
   * @param correction what a held run is to ask for from now on
   */
  async retry(accountId: string, correction?: Correction): Promise<SteeredProgress> {
    const read = readCorrection(correction);
    if (typeof read === 'string') throw new SteeringRefusedError(accountId, 'retry', read);
    return this.steer(accountId, 'retry', read.correction);
  }

  /** Ends a held or paused run as failed. Throws what {@link pause} throws. */
  async abort(accountId: string, reason: string): Promise<SteeredProgress> {
    const read = readReason(reason);
    if (typeof read === 'string') throw new SteeringRefusedError(accountId, 'abort', read);
    return this.steer(accountId, 'abort', read.reason);
  }

  /**
   * Limits the calls to Identity Center of all workers of the task queue, while they run. The first limit takes a second and
   * a half: when it resolves, every worker keeps to it.
   *
   * @param callsPerSecond more than 0; `undefined`: what the workers' own setting says
   * @throws RangeError
   */
  async setRate(callsPerSecond: number | undefined): Promise<void> {
    await setQueueRate(this.temporal, this.taskQueue, callsPerSecond);
  }

  /** Reads what {@link setRate} set, in calls per second; `undefined`: nothing. */
  async rate(): Promise<number | undefined> {
    return readQueueRate(this.temporal, this.taskQueue);
  }

  private steer(accountId: string, steer: Steer, argument?: unknown): Promise<SteeredProgress> {
    return sendUpdate<SteeredProgress>(this.temporal, workflowIdOf(accountId), steer, argument, {
      none: () => new NoRunError(accountId, 'no open run'),
      refused: (reason) => new SteeringRefusedError(accountId, steer, reason),
      unanswered: () => new NoWorkerError(accountId, steer),
    });
  }

  private async endOf(run: StartedRun, options: ResultOptions): Promise<unknown> {
    const { accountId, workflowId, runId } = run;
    const wait = new Wait(this.temporal, options);
    wait.startClock((timeout) => new StillRunningError(accountId, timeout));
    try {
      return await wait.during((over) => {
        const end = wait.resultOf(this.temporal.workflow.getHandle(workflowId, runId), over);
        return endOrHold(end, options, () => wait.during(() => this.lookForHold(run), over), over);
      });
    } catch (error) {
      if (!(error instanceof WorkflowFailedError)) throw error;
      if (!(error.cause instanceof CancelledFailure))
        throw new RunFailedError(accountId, failureOfRun(error));
      throw new RunCancelledError(accountId, (await this.status(accountId, runId)).instanceArn);
    } finally {
      wait.end();
    }
  }

  private async lookForHold({ accountId, runId }: StartedRun): Promise<Error | 'look again' | 'never'> {
    const found = await this.status(accountId, runId);
    if (!isOpenStatus(found.status) || found.request?.onFailure === 'fail') return 'never';
    return found.stage === 'held' ? new RunHeldError(found) : 'look again';
  }
}

import { WorkflowFailedError, type Client } from '@temporalio/client';
import { CancelledFailure } from '@temporalio/common';
import {
  accountIdOf,
  DEFAULT_TASK_QUEUE,
  PROVISION_WORKFLOW,
  type ProvisionRequestInput,
  type ProvisionResult,
  type Stage,
} from '../contract';
import { connectToTemporal, readTemporalSettings, type TemporalSettings } from './connection';
import { NoRunError, RunCancelledError, RunFailedError } from './errors';
import { startOrJoin, type StartedRun } from './start-or-join';
import { failureOfRun, readStatus, stageOf, type AccountStatus } from './status';

/** An account in a list. Times are ISO 8601. */
export interface AccountSummary {
  accountId: string;
  runId: string;
  /** `undefined`: the run is open, and no worker says where it stands. */
  stage: Stage | undefined;
  startedAt: string;
  closedAt?: string;
}

/** Starts, follows and ends the provisioning of accounts. */
export class IdentityCenterClient {
  /**
   * @param temporal a client of the Temporal SDK, connected to the namespace of the runs
   * @param taskQueue the task queue that the workers poll
   */
  constructor(
    readonly temporal: Client,
    private readonly taskQueue: string = process.env['IDENTITY_CENTER_TASK_QUEUE'] ?? DEFAULT_TASK_QUEUE,
  ) {}

  /**
   * Connects as `TEMPORAL_…` and Temporal's profiles say, else to a running `identity-center up`.
   *
   * @throws TemporalUnreachableError after 5 s without an answer
   */
  static async connect(settings: TemporalSettings = readTemporalSettings()): Promise<IdentityCenterClient> {
    return new IdentityCenterClient(await connectToTemporal(settings));
  }

  async close(): Promise<void> {
    await this.temporal.connection.close();
  }

  /**
   * Starts the run of an account, or joins its open run.
   *
   * @throws InvalidRequestError, RequestDiffersError, OtherRunOpenError
   */
  async start(request: ProvisionRequestInput): Promise<StartedRun> {
    return startOrJoin(this.temporal, this.taskQueue, request);
  }

  /**
   * Waits for the end of a run.
   *
   * @throws RunFailedError, RunCancelledError
   */
  async result({ accountId, workflowId, runId }: StartedRun): Promise<ProvisionResult> {
    try {
      return (await this.temporal.workflow.getHandle(workflowId, runId).result()) as ProvisionResult;
    } catch (error) {
      if (!(error instanceof WorkflowFailedError)) throw error;
      if (error.cause instanceof CancelledFailure) throw new RunCancelledError(accountId);
      throw new RunFailedError(accountId, failureOfRun(error));
    }
  }

  /** Starts the run of an account, or joins its open run, and waits for its end. Throws what `start` and `result` throw. */
  async provision(request: ProvisionRequestInput): Promise<ProvisionResult> {
    return this.result(await this.start(request));
  }

  /**
   * Where the latest run of an account stands.
   *
   * @throws NoRunError
   */
  async status(accountId: string, runId?: string): Promise<AccountStatus> {
    return readStatus(this.temporal, accountId, runId);
  }

  /**
   * The status of a run each time that it changes, until the run has ended.
   *
   * @param intervalMs milliseconds between two looks
   * @throws NoRunError
   */
  async *watch(
    accountId: string,
    runId?: string,
    intervalMs = 300,
  ): AsyncGenerator<AccountStatus, void, void> {
    let shown = '';
    for (;;) {
      const status = await this.status(accountId, runId);
      const seen = JSON.stringify(status);
      if (seen !== shown) yield status;
      if (status.status !== 'RUNNING') return;
      shown = seen;
      await new Promise((resolve) => setTimeout(resolve, intervalMs));
    }
  }

  /** The accounts that have had a run, each with its latest, the latest first. */
  async *list(filter: { stage?: Stage; failed?: boolean } = {}): AsyncGenerator<AccountSummary, void, void> {
    const seen = new Set<string>();
    let workersAnswer = true;
    for await (const run of this.temporal.workflow.list({
      query: `WorkflowType = '${PROVISION_WORKFLOW}'`,
    })) {
      const accountId = accountIdOf(run.workflowId);
      if (accountId === undefined || seen.has(accountId)) continue;
      seen.add(accountId);
      if (filter.failed === true && stageOf(run.status.name) !== 'failed') continue;
      const stage =
        stageOf(run.status.name) ?? (workersAnswer ? await this.openStage(accountId, run.runId) : undefined);
      if (stage === undefined) workersAnswer = false;
      if (filter.stage !== undefined && stage !== filter.stage) continue;
      yield {
        accountId,
        runId: run.runId,
        stage,
        startedAt: run.startTime.toISOString(),
        ...(run.closeTime && { closedAt: run.closeTime.toISOString() }),
      };
    }
  }

  /**
   * Asks the open run of an account to stop; it ends as its `onCancel` says.
   *
   * @throws NoRunError where no run is open
   */
  async cancel(accountId: string): Promise<{ workflowId: string; runId: string }> {
    const { status, workflowId, runId } = await this.status(accountId);
    if (status !== 'RUNNING') throw new NoRunError(accountId, 'no open run');
    await this.temporal.workflow.getHandle(workflowId, runId).cancel();
    return { workflowId, runId };
  }

  private async openStage(accountId: string, runId: string): Promise<Stage | undefined> {
    const { stage, notice } = await this.status(accountId, runId);
    return notice === undefined ? stage : undefined;
  }
}

import { createHash } from 'node:crypto';
import {
  ServiceError,
  WorkflowFailedError,
  WorkflowNotFoundError,
  type Client,
  type WorkflowExecutionDescription,
  type WorkflowHandle,
} from '@temporalio/client';
import {
  ADJUST_UPDATE,
  fleetIdOf,
  NO_CALLS,
  OUTCOMES_QUERY,
  PROGRESS_QUERY,
  readFleetRequest,
  UNFINISHED_QUERY,
  type AccountOutcome,
  type AccountPlan,
  type FleetAdjustment,
  type FleetSteer,
  type FleetProgress,
  type FleetRequestInput,
  type FleetResult,
  type ProvisionRequestInput,
  type UnfinishedAccount,
} from '../../contract';
import {
  FleetFailedError,
  FleetRefusedError,
  FleetUnansweredError,
  InvalidRequestError,
  NoFleetError,
} from '../errors';
import { paginate, sendPages } from './pages';
import { planAccounts } from './plan';
import { startOrJoinFleet, type StartedFleet } from './start';
import { sendUpdate } from '../account/steer';

const ANSWER_MS = 10_000;

/** What is asked of a fleet; see {@link FleetRequest}. */
export interface FleetInput extends Pick<FleetRequestInput, 'name' | 'maxConcurrent' | 'stopAfterFailures'> {
  accounts: readonly ProvisionRequestInput[];
}

/** Where a fleet stands. */
export interface FleetStatus extends FleetProgress {
  workflowId: string;
  /** Temporal's status of the latest execution. */
  status: string;
  /** When the fleet ended, ISO 8601; absent while it is open. */
  endedAt?: string;
}

/** Starts, follows and steers fleets. */
export class Fleets {
  constructor(
    private readonly temporal: Client,
    private readonly taskQueue: string,
  ) {}

  /**
   * Starts a fleet, or joins the open one of that name, and gives it the pages that it lacks: what was interrupted here goes
   * on by the same call.
   *
   * @throws InvalidRequestError, FleetDiffersError; FleetUnansweredError where no worker takes the pages of a large fleet
   */
  async start({ accounts, ...options }: FleetInput): Promise<StartedFleet> {
    const pages = paginate(accounts);
    const digest = createHash('sha256').update(JSON.stringify(accounts)).digest('hex');
    const read = readFleetRequest({ ...options, digest, pages: pages.length });
    if ('problems' in read) throw new InvalidRequestError(read.problems);
    const { request } = read;
    const handle = this.handle(request.name);
    const started = await startOrJoinFleet(this.temporal, this.taskQueue, request);
    const open = started.joined ? await this.status(request.name) : undefined;
    if (open?.stage === 'cancelling')
      throw new FleetRefusedError(
        request.name,
        'start',
        'the fleet is being cancelled: start it again once it has ended',
      );
    try {
      await sendPages(handle, pages, open?.pages.arrived ?? 0, async () => {
        const { status, pages } = await this.status(request.name);
        // One that has ended meanwhile takes none, and says so.
        return status === 'RUNNING' ? pages.arrived : Infinity;
      });
    } catch (error) {
      throw error instanceof WorkflowNotFoundError ? new NoFleetError(request.name) : error;
    }
    return { ...started, ...(open && { stage: open.stage }) };
  }

  /**
   * What a fleet would do with accounts, one by one in their order: looks, at the rate of all calls, and writes nothing to
   * AWS.
   *
   * @throws NoPollerError, PlanFailedError
   */
  plan(accounts: FleetInput['accounts']): AsyncGenerator<AccountPlan, void, void> {
    return planAccounts(this.temporal, this.taskQueue, accounts);
  }

  /**
   * Where the latest fleet of a name stands; costs the same for ten accounts as for a hundred thousand.
   *
   * @throws NoFleetError, FleetFailedError, FleetUnansweredError
   */
  async status(name: string): Promise<FleetStatus> {
    const handle = this.handle(name);
    const { status, workflowId, closeTime } = await this.describe(name);
    if (status.name === 'FAILED') throw new FleetFailedError(name, await reasonOf(handle));
    // A worker of an earlier release counts no calls.
    const progress = await this.ask<Omit<FleetProgress, 'calls'> & { calls?: FleetProgress['calls'] }>(
      name,
      handle,
      PROGRESS_QUERY,
    );
    const { calls = NO_CALLS } = progress;
    const endedAt = closeTime?.toISOString();
    return { ...progress, calls, workflowId, status: status.name, ...(endedAt && { endedAt }) };
  }

  /** The status each time that it changes, until the fleet has ended. Throws what {@link status} throws. */
  async *watch(name: string, intervalMs = 1_000): AsyncGenerator<FleetStatus, void, void> {
    let shown = '';
    for (;;) {
      const status = await this.status(name);
      const seen = JSON.stringify(status);
      if (seen !== shown) yield status;
      if (status.status !== 'RUNNING') return;
      shown = seen;
      await new Promise((resolve) => setTimeout(resolve, intervalMs));
    }
  }

  /**
   * Waits for the end of a fleet; `undefined` where it was cancelled.
   *
   * @throws NoFleetError
   */
  async result(name: string): Promise<FleetResult | undefined> {
    try {
      return (await this.handle(name).result()) as FleetResult;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) throw new NoFleetError(name);
      if (error instanceof WorkflowFailedError) return undefined;
      throw error;
    }
  }

  /** What became of each account that has ended, page by page. Throws what {@link status} throws. */
  async *outcomes(name: string): AsyncGenerator<AccountOutcome, void, void> {
    yield* this.askPages<AccountOutcome>(name, OUTCOMES_QUERY);
  }

  /** The accounts that have not ended, page by page: held, open, waiting. Throws what {@link status} throws. */
  async *unfinished(name: string): AsyncGenerator<UnfinishedAccount, void, void> {
    yield* this.askPages<UnfinishedAccount>(name, UNFINISHED_QUERY);
  }

  /** @throws FleetRefusedError, FleetUnansweredError, NoFleetError */
  async order(name: string, order: FleetSteer): Promise<FleetProgress> {
    return this.update(name, order);
  }

  /** Changes a fleet while it runs. Throws what {@link order} throws. */
  async adjust(name: string, adjustment: FleetAdjustment): Promise<FleetProgress> {
    return this.update(name, ADJUST_UPDATE, adjustment);
  }

  /**
   * Asks a fleet to stop: no account is begun, the open runs end as their `onCancel` says, then the fleet ends.
   *
   * @throws NoFleetError
   */
  async cancel(name: string): Promise<void> {
    // The server takes a cancel of one that has ended without a word.
    const { status } = await this.describe(name);
    if (status.name !== 'RUNNING') throw new NoFleetError(name);
    await this.handle(name).cancel();
  }

  private async *askPages<T>(name: string, query: string): AsyncGenerator<T, void, void> {
    const { pages, pageIdPrefix } = await this.status(name);
    for (let page = 0; page < pages.arrived; page += 1)
      yield* await this.ask<T[]>(name, this.temporal.workflow.getHandle(`${pageIdPrefix}${page}`), query);
  }

  /** The server has answered, so what is late is a worker. */
  private async ask<T>(name: string, handle: WorkflowHandle, query: string): Promise<T> {
    try {
      return await this.temporal.connection.withDeadline(Date.now() + ANSWER_MS, () =>
        handle.query<T>(query),
      );
    } catch (error) {
      throw error instanceof ServiceError ? new FleetUnansweredError(name) : error;
    }
  }

  private async describe(name: string): Promise<WorkflowExecutionDescription> {
    try {
      return await this.handle(name).describe();
    } catch (error) {
      throw error instanceof WorkflowNotFoundError ? new NoFleetError(name) : error;
    }
  }

  private handle(name: string): WorkflowHandle {
    return this.temporal.workflow.getHandle(fleetIdOf(name));
  }

  private update(name: string, update: string, argument?: unknown): Promise<FleetProgress> {
    return sendUpdate<FleetProgress>(this.temporal, fleetIdOf(name), update, argument, {
      none: () => new NoFleetError(name),
      refused: (reason) => new FleetRefusedError(name, update, reason),
      unanswered: () => new FleetUnansweredError(name),
    });
  }
}

/** Why a workflow failed. */
async function reasonOf(handle: WorkflowHandle): Promise<string> {
  try {
    await handle.result();
    return '';
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    return (error.cause ?? error).message;
  }
}

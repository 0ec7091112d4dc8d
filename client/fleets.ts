import { createHash } from 'node:crypto';
import {
  WorkflowExecutionAlreadyStartedError,
  WorkflowFailedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  type Client,
  type WorkflowHandle,
} from '@temporalio/client';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow';
import {
  ADD_PAGE_SIGNAL,
  ADJUST_UPDATE,
  diffRequests,
  FLEET_WORKFLOW,
  fleetIdOf,
  OUTCOMES_QUERY,
  PROGRESS_QUERY,
  readFleetRequest,
  SEARCH_ATTRIBUTES,
  type AccountOutcome,
  type FleetAdjustment,
  type FleetOrder,
  type FleetPage,
  type FleetProgress,
  type FleetRequest,
  type FleetRequestInput,
  type FleetResult,
  type ProvisionRequestInput,
} from '../contract';
import { FleetDiffersError, FleetRefusedError, InvalidRequestError, NoFleetError } from './errors';
import { paginate } from './fleet-pages';
import { isUnknownSearchAttribute } from './search-attributes';

/** What is asked of a fleet; see {@link FleetRequest}. */
export interface FleetInput extends Pick<FleetRequestInput, 'name' | 'maxConcurrent' | 'stopAfterFailures'> {
  accounts: readonly ProvisionRequestInput[];
}

/** A fleet that was started, or was open already. */
export interface StartedFleet {
  name: string;
  workflowId: string;
  /** The first execution; a fleet goes on in others, under the same workflow ID. */
  runId: string;
  joined: boolean;
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
   * @throws InvalidRequestError, FleetDiffersError
   */
  async start({ accounts, ...options }: FleetInput): Promise<StartedFleet> {
    const pages = paginate(accounts);
    const digest = createHash('sha256').update(JSON.stringify(accounts)).digest('hex');
    const read = readFleetRequest({ ...options, digest, pages: pages.length });
    if ('problems' in read) throw new InvalidRequestError(read.problems);
    const { request } = read;
    const handle = this.handle(request.name);
    const started = await this.startOrJoin(request);
    const arrived = started.joined ? (await this.status(request.name)).pages.arrived : 0;
    for (const [page, accounts] of pages.entries())
      if (page >= arrived) await handle.signal<[FleetPage]>(ADD_PAGE_SIGNAL, { page, accounts });
    return started;
  }

  /**
   * Where the latest fleet of a name stands; costs the same for ten accounts as for a hundred thousand.
   *
   * @throws NoFleetError
   */
  async status(name: string): Promise<FleetStatus> {
    const handle = this.handle(name);
    try {
      const { status, workflowId, closeTime } = await handle.describe();
      const progress = await handle.query<FleetProgress>(PROGRESS_QUERY);
      const endedAt = closeTime?.toISOString();
      return { ...progress, workflowId, status: status.name, ...(endedAt && { endedAt }) };
    } catch (error) {
      throw error instanceof WorkflowNotFoundError ? new NoFleetError(name) : error;
    }
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
    const { pages, pageIdPrefix } = await this.status(name);
    for (let page = 0; page < pages.arrived; page += 1)
      yield* await this.temporal.workflow
        .getHandle(`${pageIdPrefix}${page}`)
        .query<AccountOutcome[]>(OUTCOMES_QUERY);
  }

  /** @throws FleetRefusedError, NoFleetError */
  async order(name: string, order: FleetOrder): Promise<FleetProgress> {
    return this.update(name, order, (handle) => handle.executeUpdate<FleetProgress, []>(order));
  }

  /** Changes a fleet while it runs. Throws what {@link order} throws. */
  async adjust(name: string, adjustment: FleetAdjustment): Promise<FleetProgress> {
    return this.update(name, 'adjust', (handle) =>
      handle.executeUpdate<FleetProgress, [FleetAdjustment]>(ADJUST_UPDATE, { args: [adjustment] }),
    );
  }

  /**
   * Asks a fleet to stop: no account is begun, the open runs end as their `onCancel` says, then the fleet ends.
   *
   * @throws NoFleetError
   */
  async cancel(name: string): Promise<void> {
    try {
      await this.handle(name).cancel();
    } catch (error) {
      throw error instanceof WorkflowNotFoundError ? new NoFleetError(name) : error;
    }
  }

  private handle(name: string): WorkflowHandle {
    return this.temporal.workflow.getHandle(fleetIdOf(name));
  }

  private async startOrJoin(request: FleetRequest, searchable = true): Promise<StartedFleet> {
    const { name } = request;
    const workflowId = fleetIdOf(name);
    try {
      const { firstExecutionRunId: runId } = await this.temporal.workflow.start(FLEET_WORKFLOW, {
        workflowId,
        taskQueue: this.taskQueue,
        args: [request],
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        workflowIdConflictPolicy: 'FAIL',
        staticSummary: `fleet ${name}`,
        ...(searchable && { typedSearchAttributes: [{ key: SEARCH_ATTRIBUTES.fleet, value: name }] }),
      });
      return { name, workflowId, runId, joined: false };
    } catch (error) {
      if (searchable && isUnknownSearchAttribute(error)) return this.startOrJoin(request, false);
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
    const differences = diffRequests(await this.requestOf(workflowId), request);
    if (differences.length > 0)
      throw new FleetDiffersError(
        name,
        differences.map(({ field }) => (field === 'digest' ? 'accounts' : field)),
      );
    const { runId } = await this.handle(name).describe();
    return { name, workflowId, runId, joined: true };
  }

  private async requestOf(workflowId: string): Promise<object> {
    const { history } = await this.temporal.workflowService.getWorkflowExecutionHistory({
      namespace: this.temporal.options.namespace,
      execution: { workflowId },
      maximumPageSize: 1,
    });
    const payloads = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads;
    const [request] = await decodeArrayFromPayloads(this.temporal.options.loadedDataConverter, payloads);
    return request as object;
  }

  private async update(
    name: string,
    order: string,
    send: (handle: WorkflowHandle) => Promise<FleetProgress>,
  ): Promise<FleetProgress> {
    try {
      return await send(this.handle(name));
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) throw new NoFleetError(name);
      if (error instanceof WorkflowUpdateFailedError)
        throw new FleetRefusedError(name, order, error.cause?.message ?? error.message);
      throw error;
    }
  }
}

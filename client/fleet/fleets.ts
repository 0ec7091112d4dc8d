import { WorkflowFailedError, type Client } from '@temporalio/client';
import {
  ADJUST_UPDATE,
  areOnlyHeldLeft,
  fleetIdOf,
  isOpenStatus,
  OUTCOMES_QUERY,
  UNFINISHED_QUERY,
  type AccountOutcome,
  type AccountPlan,
  type FleetAdjustment,
  type FleetResult,
  type FleetSteer,
  type SteeredFleet,
  type UnfinishedAccount,
} from '../../contract';
import { sendUpdate } from '../send-update';
import { endOrHold } from '../held';
import { isNoWorkflow } from '../server-errors';
import { Wait, type ResultOptions, type WaitOptions, type WatchOptions } from '../wait';
import { watchStatus } from '../watch';
import {
  FleetHeldError,
  FleetRefusedError,
  FleetStillRunningError,
  FleetUnansweredError,
  NoFleetError,
} from './errors';
import { listFleets, type FleetFilter, type FleetSummary } from './list';
import { planAccounts } from './plan';
import { readSkipped, type SkippedAccount } from './skipped';
import { startFleet, type FleetInput, type StartedFleet } from './start';
import { askFleet, describeFleet, readFleetStatus, type FleetStatus } from './status';

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
   * @throws InvalidRequestError, FleetDiffersError, FleetRefusedError; FleetUnansweredError where no worker takes the pages
   *   of a large fleet
   */
  async start(input: FleetInput): Promise<StartedFleet> {
    return startFleet(this.temporal, this.taskQueue, input);
  }

  /**
   * Says what a fleet would do with accounts, one by one in their order: looks, at the rate of all calls, and writes nothing
   * to AWS.
   *
   * @throws NoPollerError where no worker polls the task queue for 10 s
   * @throws PlanFailedError; PlanBrokenOffError at the time-out
   */
  plan(accounts: FleetInput['accounts'], options: WaitOptions = {}): AsyncGenerator<AccountPlan, void, void> {
    return planAccounts(this.temporal, this.taskQueue, accounts, options);
  }

  /** Lists the fleets that Temporal knows, of each name the latest, the latest first. */
  list(filter: FleetFilter = {}): AsyncGenerator<FleetSummary, void, void> {
    return listFleets(this.temporal, filter);
  }

  /**
   * Says where the latest fleet of a name stands; costs the same for ten accounts as for a hundred thousand.
   *
   * @throws NoFleetError, FleetFailedError, FleetUnansweredError
   */
  async status(name: string): Promise<FleetStatus> {
    return readFleetStatus(this.temporal, name);
  }

  /**
   * Yields the status each time that it changes, until the fleet has ended, through holds. Throws what {@link status}
   * throws.
   *
   * @throws FleetStillRunningError at the time-out, which is not before the first status
   */
  watch(
    name: string,
    { intervalMs = 1_000, ...limits }: WatchOptions = {},
  ): AsyncGenerator<FleetStatus, void, void> {
    return watchStatus(
      this.temporal,
      () => this.status(name),
      { intervalMs, ...limits },
      (timeout, last) => new FleetStillRunningError(name, timeout, last),
    );
  }

  /**
   * Waits for the end of a fleet, or until only held accounts are left; `undefined` where it was cancelled. It goes on
   * whoever has ceased to wait for it.
   *
   * @throws NoFleetError; FleetHeldError, but with `waitHeld`; FleetStillRunningError at the time-out
   */
  async result(name: string, options: ResultOptions = {}): Promise<FleetResult | undefined> {
    const wait = new Wait(this.temporal, options);
    wait.startClock((timeout) => new FleetStillRunningError(name, timeout));
    try {
      return (await wait.during((over) => {
        const end = wait.resultOf(this.temporal.workflow.getHandle(fleetIdOf(name)), over);
        return endOrHold(end, options, () => wait.during(() => this.lookForHold(name), over), over);
      })) as FleetResult;
    } catch (error) {
      if (isNoWorkflow(error)) throw new NoFleetError(name, 'no fleet');
      if (error instanceof WorkflowFailedError) return undefined;
      throw error;
    } finally {
      wait.end();
    }
  }

  /**
   * Yields what became of each account that has ended, page by page. Throws what {@link status} throws.
   *
   * @param onForgotten called with a page that Temporal has forgotten, as the retention of the namespace says; it is left out
   */
  outcomes(name: string, onForgotten?: (page: number) => void): AsyncGenerator<AccountOutcome, void, void> {
    return this.askPages<AccountOutcome>(name, OUTCOMES_QUERY, onForgotten);
  }

  /** Lists the accounts that the manifest of a fleet made it skip. Throws what {@link status} throws. */
  async skipped(name: string): Promise<SkippedAccount[]> {
    await describeFleet(this.temporal, name);
    return readSkipped(this.temporal, name);
  }

  /**
   * Yields the accounts that have not ended, page by page: held, not ready, open, waiting. Throws what {@link status} throws.
   *
   * @param onForgotten as for {@link outcomes}
   */
  unfinished(
    name: string,
    onForgotten?: (page: number) => void,
  ): AsyncGenerator<UnfinishedAccount, void, void> {
    return this.askPages<UnfinishedAccount>(name, UNFINISHED_QUERY, onForgotten);
  }

  /**
   * Steers a fleet: `pause`, `resume`, `retry`; answers with the progress that came of it, a note where it was so already,
   * and what is tried again.
   *
   * @throws FleetRefusedError, FleetUnansweredError, NoFleetError
   */
  async steer(name: string, steer: FleetSteer): Promise<SteeredFleet> {
    return this.update(name, steer);
  }

  /** Changes a fleet while it runs. Throws what {@link steer} throws. */
  async adjust(name: string, adjustment: FleetAdjustment): Promise<SteeredFleet> {
    return this.update(name, ADJUST_UPDATE, adjustment);
  }

  /**
   * Asks a fleet to stop: no account is begun, the open runs end as their `onCancel` says, then the fleet ends.
   *
   * @throws NoFleetError
   */
  async cancel(name: string): Promise<void> {
    // The server takes a cancel of one that has ended without a word.
    const { status } = await describeFleet(this.temporal, name);
    if (!isOpenStatus(status.name)) throw new NoFleetError(name, 'no open fleet');
    await this.temporal.workflow.getHandle(fleetIdOf(name)).cancel();
  }

  private async *askPages<T>(
    name: string,
    query: string,
    onForgotten?: (page: number) => void,
  ): AsyncGenerator<T, void, void> {
    const { pages, pageIdPrefix } = await this.status(name);
    for (let page = 0; page < pages.arrived; page += 1) {
      const accounts = await askFleet<T[]>(this.temporal, name, `${pageIdPrefix}${page}`, query).catch(
        (error: unknown) => {
          if (!isNoWorkflow(error)) throw error;
          return undefined;
        },
      );
      if (accounts === undefined) onForgotten?.(page);
      else yield* accounts;
    }
  }

  private async lookForHold(name: string): Promise<Error | 'look again' | 'never'> {
    const found = await this.status(name);
    if (!isOpenStatus(found.status)) return 'never';
    return areOnlyHeldLeft(found) ? new FleetHeldError(found) : 'look again';
  }

  private update(name: string, update: string, argument?: unknown): Promise<SteeredFleet> {
    return sendUpdate<SteeredFleet>(this.temporal, fleetIdOf(name), update, argument, {
      none: () => new NoFleetError(name, 'no open fleet'),
      refused: (reason) => new FleetRefusedError(name, update, reason),
      unanswered: () => new FleetUnansweredError(name),
    });
  }
}

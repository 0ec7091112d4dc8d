import type { WorkflowHandle } from '@temporalio/client';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  FleetUnansweredError,
  NoFleetError,
  workflowIdOf,
  type FleetStatus,
  type IdentityCenterClient,
  type ProvisionRequestInput,
} from '../client';
import { ADD_PAGE_SIGNAL, FLEET_WORKFLOW, fleetIdOf, type FleetSteer } from '../contract';
import { persist, played, type PlayedDeed } from './deeds';
import type { FleetDeed, FleetPlan } from './fleet-plan';
import { readRecords, type FleetHistory } from './fleet-record';
import { lookAt } from './play';

/** What was done to a fleet, and what came of it. */
export interface FleetPlayed extends FleetHistory {
  plan: FleetPlan;
  deeds: PlayedDeed[];
}

/** A report of a page comes every 5 s; before it an order that was obeyed does not show. */
const OBEYED_MS = 6_000;
const LOOK_MS = 1_000;
const MOST_RETRIES = 1;
/** A fleet that stands still for so long waits for runs that wait for a person. */
const STANDS_STILL_MS = 20_000;

/** What a plan says, and what is done where nothing goes on without a person. */
type Deed = FleetDeed | { does: 'helpRuns' };
type Help = 'start' | 'resume' | 'retry' | 'helpRuns';

/** Does to one fleet what its plan says, and waits until it has ended. */
export class FleetPlayer {
  private readonly deeds: PlayedDeed[] = [];
  private readonly handle: WorkflowHandle;

  /** @param requestOf what is asked for an account */
  constructor(
    private readonly client: IdentityCenterClient,
    private readonly plan: FleetPlan,
    private readonly requestOf: (accountId: string) => ProvisionRequestInput,
  ) {
    this.handle = client.temporal.workflow.getHandle(fleetIdOf(plan.name));
  }

  /** @param deadline milliseconds since the epoch, by which the fleet is to have ended */
  async play(deadline: number): Promise<void> {
    await sleep(this.plan.startsAt);
    await this.carryOut({ does: 'start' });
    for (const { afterMs, deed } of this.plan.deeds) {
      await sleep(afterMs);
      await this.carryOut(deed);
    }
    await this.settle(deadline);
    if (!this.plan.again) return;
    await this.carryOut({ does: 'start' });
    await this.settle(deadline);
  }

  async record(): Promise<FleetPlayed> {
    const read = await persist(() => readRecords(this.client.temporal, this.plan.name));
    return { plan: this.plan, deeds: this.deeds, ...read };
  }

  private async carryOut(deed: Deed): Promise<void> {
    this.deeds.push(await played(deed, () => this.attempt(deed)));
  }

  private async attempt(deed: Deed): Promise<void> {
    const { client, handle, plan } = this;
    const { fleets } = client;
    switch (deed.does) {
      case 'start':
        await (plan.bySignals ? this.startBySignals() : this.start());
        return;
      case 'cancel':
        await persist(() => fleets.cancel(plan.name));
        return;
      case 'terminate':
        await persist(() => handle.terminate('chaos'));
        return;
      case 'adjust':
        await persist(() => fleets.adjust(plan.name, { maxConcurrent: deed.maxConcurrent }));
        return;
      case 'helpRuns':
        await this.helpRuns();
        return;
      case 'pause':
      case 'resume':
      case 'retry':
        await this.order(deed.does);
    }
  }

  private async order(order: FleetSteer): Promise<void> {
    const { name, bySignals } = this.plan;
    await persist<unknown>(() =>
      bySignals ? this.handle.signal(order) : this.client.fleets.steer(name, order),
    );
  }

  private async start(): Promise<void> {
    const { name, maxConcurrent, stopAfterFailures, pages } = this.plan;
    const accounts = pages.flat().map(this.requestOf);
    await persist(() =>
      this.client.fleets.start({
        ...{ name, accounts, maxConcurrent },
        ...(stopAfterFailures !== undefined && { stopAfterFailures }),
      }),
    );
  }

  /** As docs/fleets.md says for other languages; all pages anew, whichever have arrived. */
  private async startBySignals(): Promise<void> {
    const { name, maxConcurrent, stopAfterFailures, pages } = this.plan;
    await persist(() =>
      this.client.temporal.workflow.start(FLEET_WORKFLOW, {
        workflowId: fleetIdOf(name),
        taskQueue: this.client.taskQueue,
        args: [{ name, pages: pages.length, maxConcurrent, stopAfterFailures }],
        workflowIdConflictPolicy: 'USE_EXISTING',
      }),
    );
    for (const [page, ids] of pages.entries())
      await persist(() => this.handle.signal(ADD_PAGE_SIGNAL, { page, accounts: ids.map(this.requestOf) }));
  }

  /**
   * Aborts what is held, and lets go on what a fleet that was terminated has left paused. What this fleet has itself paused
   * it has to resume itself.
   */
  private async helpRuns(): Promise<void> {
    const status = await this.look();
    const { pageIdPrefix } = typeof status === 'object' ? status : { pageIdPrefix: '' };
    for (const id of this.plan.pages.flat()) {
      const { status, stage, paused } = await persist(() => lookAt(this.client, id));
      if (status !== 'RUNNING' || (!paused && stage !== 'held')) continue;
      const run = this.client.temporal.workflow.getHandle(workflowIdOf(id));
      const { parentExecution } = await persist(() => run.describe());
      const isOwn = parentExecution?.workflowId?.startsWith(pageIdPrefix) === true;
      if (stage === 'held') await persist(() => run.signal('abort', 'chaos'));
      else if (!isOwn) await persist(() => run.signal('resume'));
    }
  }

  /** Waits for the end of the fleet; does what a person would where nothing goes on without one. */
  private async settle(deadline: number): Promise<void> {
    let [retries, seen, since] = [0, '', Date.now()];
    while (Date.now() < deadline) {
      const status = await this.look();
      const shown = JSON.stringify(status);
      if (shown !== seen) [seen, since] = [shown, Date.now()];
      if (typeof status === 'object' && status.status !== 'RUNNING') return;
      const help = status && this.helpFor(status, retries, Date.now() - since);
      if (help === 'retry') retries += 1;
      if (help !== undefined) await this.carryOut({ does: help });
      await sleep(help === undefined ? LOOK_MS : OBEYED_MS);
    }
  }

  private helpFor(status: FleetStatus | 'none', retries: number, stillMs: number): Help | undefined {
    if (status === 'none') return 'start';
    const { stage, pages, waiting, open, held } = status;
    if (stage !== 'cancelling' && pages.arrived < pages.expected) return 'start';
    // One that is stopping does not say whether it is paused.
    const lastly = this.deeds.findLast(({ deed }) => /"(pause|resume)"/.test(deed))?.deed ?? '';
    if (stage === 'paused' || (stage === 'stopping' && lastly.includes('pause'))) return 'resume';
    if (stage !== 'cancelling' && held > 0 && open === held && waiting === 0)
      return retries < MOST_RETRIES ? 'retry' : 'helpRuns';
    return stillMs > STANDS_STILL_MS ? 'helpRuns' : undefined;
  }

  private async look(): Promise<FleetStatus | 'none' | undefined> {
    try {
      return await persist(() => this.client.fleets.status(this.plan.name));
    } catch (error) {
      if (error instanceof NoFleetError) return 'none';
      if (error instanceof FleetUnansweredError) return undefined;
      throw error;
    }
  }
}

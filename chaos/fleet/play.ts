import type { WorkflowHandle } from '@temporalio/client';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  NoFleetError,
  workflowIdOf,
  type FleetStatus,
  type IdentityCenterClient,
  type ProvisionRequestInput,
} from '../../client';
import { ADD_PAGE_SIGNAL, defined, FLEET_WORKFLOW, fleetIdOf, type FleetSteer } from '../../contract';
import { lookAt } from '../account/play';
import { isUnreadable, readOrReason, recordAction, retryWhileAway } from '../actions';
import { sendGarbage } from '../garbage';
import type { Patience } from '../patience';
import { readRecords, type FleetEvidence } from './evidence';
import type { FleetAction, FleetPlan } from './plan';

/** A page reports every 5 s: before that it does not show that a fleet was steered. */
const STEERED_MS = 6_000;
const LOOK_MS = 1_000;
const MOST_RETRIES = 1;
/** A fleet that stands still for so long waits for runs that wait for a person. */
const STANDS_STILL_MS = 20_000;

/** What a plan says, and `helpRuns`, where nothing goes on without a person. */
type Action = FleetAction | { type: 'helpRuns' };
type Help = 'start' | 'resume' | 'retry' | 'helpRuns';

/** Does to one fleet what its plan says, and waits until it has ended. */
export class FleetPlayer {
  private readonly actions: FleetEvidence['actions'] = [];
  private readonly handle: WorkflowHandle;

  /** @param request the request for an account */
  constructor(
    private readonly client: IdentityCenterClient,
    private readonly plan: FleetPlan,
    private readonly request: (accountId: string) => ProvisionRequestInput,
  ) {
    this.handle = client.temporal.workflow.getHandle(fleetIdOf(plan.name));
  }

  /** @param patience how long the fleet is waited for */
  async play(patience: Patience): Promise<void> {
    await sleep(this.plan.startsAt);
    await this.act({ type: 'start' });
    for (const { afterMs, action } of this.plan.actions) {
      await sleep(afterMs);
      await this.act(action);
    }
    await this.settle(patience);
    if (!this.plan.again) return;
    await this.act({ type: 'start' });
    await this.settle(patience);
  }

  /** What was done to the fleet, and what came of it; not yet what became of its accounts. */
  async record(): Promise<Omit<FleetEvidence, 'accounts'>> {
    const { plan, actions, client } = this;
    return { plan, actions, ...(await readRecords(client.temporal, plan.name)) };
  }

  private async act(action: Action): Promise<void> {
    this.actions.push(await recordAction(action, () => this.attempt(action)));
  }

  private async attempt(action: Action): Promise<void> {
    const { client, handle, plan } = this;
    const { fleets } = client;
    switch (action.type) {
      case 'start':
        await (plan.bySignals ? this.startBySignals() : this.start());
        return;
      case 'cancel':
        await retryWhileAway(() => fleets.cancel(plan.name));
        return;
      case 'terminate':
        await retryWhileAway(() => handle.terminate('chaos'));
        return;
      case 'adjust':
        await retryWhileAway(() => fleets.adjust(plan.name, { maxConcurrent: action.maxConcurrent }));
        return;
      case 'await':
        await this.await(action);
        return;
      case 'terminatePage':
        await retryWhileAway(() => this.page(action.page).then((page) => page.terminate('chaos')));
        return;
      case 'garbage': {
        const { page } = action;
        await retryWhileAway(async () =>
          sendGarbage(page === undefined ? handle : await this.page(page), action),
        );
        return;
      }
      case 'helpRuns':
        await this.helpRuns();
        return;
      case 'pause':
      case 'resume':
      case 'retry':
        await this.steer(action.type);
    }
  }

  /** Returns when so many accounts are open, or the time is over. */
  private async await({ open, atMostMs }: Extract<Action, { type: 'await' }>): Promise<void> {
    for (const end = Date.now() + atMostMs; Date.now() < end;) {
      const status = await this.look();
      if (typeof status === 'object' && status.open >= open) return;
      await sleep(LOOK_MS);
    }
  }

  private async page(page: number): Promise<WorkflowHandle> {
    const { pageIdPrefix } = await this.client.fleets.status(this.plan.name);
    return this.client.temporal.workflow.getHandle(`${pageIdPrefix}${page}`);
  }

  private async steer(steer: FleetSteer): Promise<void> {
    const { name, bySignals } = this.plan;
    await retryWhileAway<unknown>(() =>
      bySignals ? this.handle.signal(steer) : this.client.fleets.steer(name, steer),
    );
  }

  private async start(): Promise<void> {
    const { name, maxConcurrent, stopAfterFailures, pages } = this.plan;
    const accounts = pages.flat().map(this.request);
    await retryWhileAway(() =>
      this.client.fleets.start(defined({ name, accounts, maxConcurrent, stopAfterFailures })),
    );
  }

  /** Starts it as docs/fleets.md says for other languages; sends all pages anew, whichever have arrived. */
  private async startBySignals(): Promise<void> {
    const { name, maxConcurrent, stopAfterFailures, pages } = this.plan;
    await retryWhileAway(() =>
      this.client.temporal.workflow.start(FLEET_WORKFLOW, {
        workflowId: fleetIdOf(name),
        taskQueue: this.client.taskQueue,
        args: [{ name, pages: pages.length, maxConcurrent, stopAfterFailures }],
        workflowIdConflictPolicy: 'USE_EXISTING',
      }),
    );
    for (const [page, ids] of pages.entries())
      await retryWhileAway(() =>
        this.handle.signal(ADD_PAGE_SIGNAL, { page, accounts: ids.map(this.request) }),
      );
  }

  /**
   * Aborts what is held, and resumes what a fleet that was terminated has left paused. What this fleet has itself paused it has
   * to resume itself.
   */
  private async helpRuns(): Promise<void> {
    const status = await this.look();
    const { pageIdPrefix } = typeof status === 'object' ? status : { pageIdPrefix: '' };
    for (const id of this.plan.pages.flat()) {
      const { status, stage, paused } = await retryWhileAway(() => lookAt(this.client, id));
      if (status !== 'RUNNING' || (!paused && stage !== 'held')) continue;
      const run = this.client.temporal.workflow.getHandle(workflowIdOf(id));
      const { parentExecution } = await retryWhileAway(() => run.describe());
      const isOwn = parentExecution?.workflowId?.startsWith(pageIdPrefix) === true;
      if (stage === 'held') await retryWhileAway(() => run.signal('abort', 'chaos'));
      else if (!isOwn) await retryWhileAway(() => run.signal('resume'));
    }
  }

  /** Waits for the end of the fleet, and does what a person would where nothing goes on without one. */
  private async settle(patience: Patience): Promise<void> {
    let [retries, seen, since] = [0, '', Date.now()];
    while (!patience.isOver) {
      const status = await this.look();
      const shown = JSON.stringify(status);
      if (shown !== seen) [seen, since] = [shown, Date.now()];
      if (typeof status === 'object' && status.status !== 'RUNNING') return;
      const help = status && this.helpFor(status, retries, Date.now() - since);
      if (help === 'retry') retries += 1;
      if (help !== undefined) await this.act({ type: help });
      await sleep(help === undefined ? LOOK_MS : STEERED_MS);
    }
  }

  private helpFor(status: FleetStatus | 'none', retries: number, stillMs: number): Help | undefined {
    if (status === 'none') return 'start';
    const { stage, pages, waiting, open, held } = status;
    if (stage !== 'cancelling' && pages.arrived < pages.expected) return 'start';
    // One that is stopping does not say whether it is paused.
    const types = this.actions.map(({ action }) => action.type);
    const lastly = types.findLast((type) => type === 'pause' || type === 'resume');
    if (stage === 'paused' || (stage === 'stopping' && lastly === 'pause')) return 'resume';
    if (stage !== 'cancelling' && held > 0 && open === held && waiting === 0)
      return retries < MOST_RETRIES ? 'retry' : 'helpRuns';
    return stillMs > STANDS_STILL_MS ? 'helpRuns' : undefined;
  }

  /** Where the fleet stands; `undefined`, where it does not answer: the oracle says so, should it stay so. */
  private async look(): Promise<FleetStatus | 'none' | undefined> {
    const read = await readOrReason(async () => {
      try {
        return await this.client.fleets.status(this.plan.name);
      } catch (error) {
        if (error instanceof NoFleetError) return { none: true } as const;
        throw error;
      }
    });
    if ('none' in read) return 'none';
    return isUnreadable(read) ? undefined : read;
  }
}

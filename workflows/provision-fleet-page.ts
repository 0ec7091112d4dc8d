import {
  allHandlersFinished,
  CancellationScope,
  condition,
  defineQuery,
  defineSignal,
  getExternalWorkflowHandle,
  isCancellation,
  log,
  setHandler,
} from '@temporalio/workflow';
import { HELD_SIGNAL, OUTCOMES_QUERY, workflowIdOf, type AccountOutcome, type HeldNews } from '../contract';
import { accountIdIn, provisionAccount } from './fleet-account';
import { PAGE_ORDER, PAGE_REPORT, type PageInput, type PageOrder, type PageReport } from './fleet-messages';

/** Successes are told together, so often; what changes the fleet's course is told at once. */
const REPORT_EVERY = '5s';

/**
 * A page of a fleet: starts the runs of its accounts as its fleet orders, and answers with what became of them. Runs of
 * several pages are open at once, so an account that takes long keeps its page, and nothing else, from ending.
 */
export async function provisionFleetPage(input: PageInput): Promise<AccountOutcome[]> {
  const page = new Page(input);
  const reporting = CancellationScope.nonCancellable(() => page.report());
  try {
    await page.work();
  } catch (error) {
    if (!isCancellation(error)) throw error;
    page.stop();
    await CancellationScope.nonCancellable(() => page.settled());
  }
  page.finish();
  await reporting;
  await condition(allHandlersFinished);
  return page.outcomes();
}

class Page {
  private readonly waiting: number[];
  /** The accounts whose runs are open, and whether the run is of this fleet. */
  private readonly open = new Map<number, { workflowId?: string; held: boolean }>();
  private readonly ends: (AccountOutcome | undefined)[];
  private readonly newFailures: PageReport['newFailures'] = [];
  private window = 0;
  private paused = false;
  private stopped = false;
  private finished = false;
  private reported = '';

  constructor(private readonly input: PageInput) {
    this.waiting = input.accounts.map((_, index) => index);
    this.ends = input.accounts.map(() => undefined);
    setHandler(defineSignal<[PageOrder]>(PAGE_ORDER), (order) => this.obey(order));
    setHandler(defineSignal<[HeldNews]>(HELD_SIGNAL), ({ accountId, held }) => {
      const run = [...this.open.values()].find(({ workflowId }) => workflowId === workflowIdOf(accountId));
      if (run !== undefined) run.held = held;
    });
    setHandler(defineQuery<AccountOutcome[]>(OUTCOMES_QUERY), () => this.outcomes());
  }

  /** Starts accounts whenever the window has room, until the fleet has no work left. */
  async work(): Promise<void> {
    for (;;) {
      await condition(() => this.hasRoom() || this.finished);
      if (this.finished) return;
      const index = this.waiting.shift();
      if (index !== undefined) void this.provision(index);
    }
  }

  outcomes(): AccountOutcome[] {
    return this.ends.filter((end) => end !== undefined);
  }

  async settled(): Promise<void> {
    await condition(() => this.isSettled());
  }

  /** Accounts that have not begun are left out. */
  stop(): void {
    this.stopped = true;
    for (const index of this.waiting.splice(0)) {
      const accountId = accountIdIn(this.input.accounts[index]);
      this.ends[index] = { accountId, end: 'skipped', endedAt: now() };
    }
  }

  finish(): void {
    this.finished = true;
  }

  /** Tells the fleet where the page stands, for as long as there is something to tell. */
  async report(): Promise<void> {
    const fleet = getExternalWorkflowHandle(this.input.fleetId);
    for (;;) {
      const urgent = () => this.finished || this.isUrgent();
      // Nothing changes while nothing is open, so no timer is needed to look.
      if (this.open.size === 0) await condition(() => urgent() || this.open.size > 0);
      else await condition(urgent, REPORT_EVERY);
      const report = this.stand();
      const text = JSON.stringify(report);
      if (text !== this.reported) {
        this.reported = text;
        this.newFailures.splice(0);
        try {
          await fleet.signal<[PageReport]>(PAGE_REPORT, report);
        } catch (error) {
          log.warn('the fleet is gone: what is open is ended, nothing new is begun', { error });
          this.stop();
          await this.settled();
          this.finish();
        }
      } else if (this.finished) return;
    }
  }

  private hasRoom(): boolean {
    const busy = [...this.open.values()].filter(({ held }) => !held).length;
    return this.waiting.length > 0 && !this.paused && busy < this.window;
  }

  private isSettled(): boolean {
    return this.waiting.length === 0 && this.open.size === 0;
  }

  /** A failure may stop the fleet, and a place that this page has no use for is another's. */
  private isUrgent(): boolean {
    if (this.newFailures.length > 0) return true;
    return this.waiting.length === 0 && JSON.stringify(this.stand()) !== this.reported;
  }

  private async provision(index: number): Promise<void> {
    const run: { workflowId?: string; held: boolean } = { held: false };
    this.open.set(index, run);
    const startedAt = now();
    const { fleet, searchable, accounts } = this.input;
    const end = await provisionAccount(accounts[index], {
      fleet,
      searchable,
      onStarted: (workflowId) => {
        run.workflowId = workflowId;
        if (this.paused) void this.tell(workflowId, 'pause');
      },
    });
    this.open.delete(index);
    this.ends[index] = { ...end, startedAt, endedAt: now() };
    if (end.failure !== undefined) this.newFailures.push({ accountId: end.accountId, failure: end.failure });
  }

  private async obey({ window, paused, stop, retry, finish }: PageOrder): Promise<void> {
    if (window !== undefined) this.window = window;
    if (stop) this.stop();
    if (finish) this.finish();
    if (retry) await this.retry();
    if (paused === undefined || paused === this.paused) return;
    this.paused = paused;
    await this.tellAll(paused ? 'pause' : 'resume', ({ held }) => !held);
  }

  private async retry(): Promise<void> {
    if (this.stopped) return;
    this.ends.forEach((end, index) => {
      if (end?.end !== 'failed') return;
      this.ends[index] = undefined;
      this.waiting.push(index);
    });
    // The fleet grants anew.
    this.window = Math.min(this.window, this.open.size);
    await this.tellAll('retry', ({ held }) => held);
  }

  private async tellAll(order: string, which: (run: { held: boolean }) => boolean): Promise<void> {
    const runs = [...this.open.values()].filter(which);
    const ids = runs.flatMap(({ workflowId }) => workflowId ?? []);
    await Promise.all(ids.map((workflowId) => this.tell(workflowId, order)));
  }

  /** A run that has ended meanwhile needs no order. */
  private async tell(workflowId: string, order: string): Promise<void> {
    await getExternalWorkflowHandle(workflowId)
      .signal(order)
      .catch((error: unknown) => {
        log.info('an order came too late', { workflowId, order, error });
      });
  }

  private stand(): PageReport {
    const counts = { succeeded: 0, failed: 0, cancelled: 0, skipped: 0 };
    for (const end of this.ends) if (end !== undefined) counts[end.end] += 1;
    return {
      page: this.input.page,
      waiting: this.waiting.length,
      open: this.open.size,
      held: [...this.open.values()].filter(({ held }) => held).length,
      ...counts,
      newFailures: [...this.newFailures],
    };
  }
}

/** Temporal's clock, the same in a replay. */
function now(): string {
  return new Date().toISOString();
}

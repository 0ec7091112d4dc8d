import {
  CancellationScope,
  condition,
  defineQuery,
  defineSignal,
  getExternalWorkflowHandle,
  isCancellation,
  log,
  patched,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import {
  HELD_SIGNAL,
  OUTCOMES_QUERY,
  UNFINISHED_QUERY,
  workflowIdOf,
  type AccountOutcome,
  type HeldNews,
  type UnfinishedAccount,
} from '../../contract';
import { accountIdIn, provisionAccount } from './account-run';
import {
  PAGE_ORDER,
  PAGE_REPORT,
  type NewFailure,
  type PageInput,
  type PageOrder,
  type PageReport,
} from './messages';
import { withoutRepeats } from './tally';
import { RunOrders } from './run-orders';

/** Successes are told together, so often; what changes the fleet's course is told at once. */
const REPORT_EVERY = '5s';
/** Failures of one report. */
const MAX_TOLD = 50;

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
  await page.orders.told();
  return page.outcomes();
}

/** The run of an account; its ID, where it is this fleet's own. */
interface OpenRun {
  startedAt: string;
  workflowId?: string;
  held: boolean;
}

class Page {
  private readonly waiting: number[];
  private readonly open = new Map<number, OpenRun>();
  private readonly ends: (AccountOutcome | undefined)[];
  private readonly newFailures: NewFailure[] = [];
  private window = 0;
  private retries = 0;
  private paused = false;
  private stopped = false;
  private finished = false;
  private reported = '';
  readonly orders = new RunOrders();

  constructor(private readonly input: PageInput) {
    this.waiting = input.accounts.map((_, index) => index);
    this.ends = input.accounts.map(() => undefined);
    setHandler(defineSignal<[PageOrder]>(PAGE_ORDER), (order) => {
      this.obey(order);
    });
    setHandler(defineSignal<[HeldNews]>(HELD_SIGNAL), ({ accountId, held }) => {
      const run = [...this.open.values()].find(({ workflowId }) => workflowId === workflowIdOf(accountId));
      if (run !== undefined) run.held = held;
    });
    setHandler(defineQuery<AccountOutcome[]>(OUTCOMES_QUERY), () => this.outcomes());
    setHandler(defineQuery<UnfinishedAccount[]>(UNFINISHED_QUERY), () => this.unfinished());
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

  private unfinished(): UnfinishedAccount[] {
    const accountOf = (index: number) => accountIdIn(this.input.accounts[index]);
    return [
      ...[...this.open].map(([index, { held, startedAt }]): UnfinishedAccount => {
        return { accountId: accountOf(index), end: held ? 'held' : 'open', startedAt };
      }),
      ...this.waiting.map((index): UnfinishedAccount => ({ accountId: accountOf(index), end: 'waiting' })),
    ];
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

  private async windUp(): Promise<void> {
    this.stop();
    await this.settled();
    this.finish();
  }

  /** Tells the fleet where the page stands, for as long as there is something to tell. */
  async report(): Promise<void> {
    const fleet = getExternalWorkflowHandle(this.input.fleetId);
    const pageId = workflowInfo().workflowId;
    for (;;) {
      const urgent = () => this.finished || this.isUrgent();
      // Nothing changes while nothing is open, so no timer is needed to look.
      if (this.open.size === 0) await condition(() => urgent() || this.open.size > 0);
      else await condition(urgent, REPORT_EVERY);
      if (!this.hasNews()) {
        if (this.finished) return;
        continue;
      }
      const stand = this.stand();
      this.reported = JSON.stringify(stand);
      const newFailures = withoutRepeats(this.newFailures.splice(0, MAX_TOLD));
      const untold = this.newFailures.length;
      try {
        await fleet.signal<[PageReport]>(PAGE_REPORT, {
          ...{ ...stand, pageId, newFailures },
          ...(untold > 0 && { untold }),
        });
      } catch (error) {
        log.warn('the fleet is gone: what is open is ended, nothing new is begun', { error });
        await this.windUp();
      }
    }
  }

  private hasRoom(): boolean {
    const busy = [...this.open.values()].filter(({ held }) => !held).length;
    return this.waiting.length > 0 && !this.paused && busy < this.window;
  }

  private isSettled(): boolean {
    return this.waiting.length === 0 && this.open.size === 0;
  }

  private hasNews(): boolean {
    return this.newFailures.length > 0 || JSON.stringify(this.stand()) !== this.reported;
  }

  /** A failure may stop the fleet, and a place that this page has no use for is another's. */
  private isUrgent(): boolean {
    return this.newFailures.length > 0 || (this.waiting.length === 0 && this.hasNews());
  }

  private async provision(index: number): Promise<void> {
    const startedAt = now();
    const run: OpenRun = { startedAt, held: false };
    this.open.set(index, run);
    const { fleet, searchable, accounts } = this.input;
    const end = await provisionAccount(accounts[index], {
      fleet,
      searchable,
      onStarted: (workflowId) => {
        run.workflowId = workflowId;
        if (this.paused) this.tell('pause', (it) => it === run);
      },
    });
    this.open.delete(index);
    this.ends[index] = { ...end, startedAt, endedAt: now() };
    if (end.failure !== undefined) this.newFailures.push({ accountId: end.accountId, failure: end.failure });
  }

  private obey({ window, paused, stop, retry, finish, orphaned }: PageOrder): void {
    if (orphaned) void CancellationScope.nonCancellable(() => this.windUp());
    if (window !== undefined) this.window = window;
    if (stop) this.stop();
    if (finish) this.finish();
    if (retry !== undefined) this.retry(retry);
    if (paused === undefined || paused === this.paused) return;
    this.paused = paused;
    this.tell(paused ? 'pause' : 'resume', ({ held }) => !held);
  }

  private retry(count: number): void {
    this.retries = count;
    if (!this.stopped) this.beginFailedAgain();
    else if (!patched('retry-held-of-stopped')) return;
    this.tell('retry', ({ held }) => held);
  }

  private beginFailedAgain(): void {
    // What is tried again has not failed.
    this.newFailures.splice(0);
    this.ends.forEach((end, index) => {
      if (end?.end !== 'failed') return;
      this.ends[index] = undefined;
      this.waiting.push(index);
    });
  }

  private tell(order: string, whom: (run: OpenRun) => boolean): void {
    const open = [...this.open.values()].filter(whom);
    this.orders.give(
      order,
      open.flatMap(({ workflowId }) => workflowId ?? []),
    );
  }

  private stand(): Omit<PageReport, 'pageId' | 'newFailures' | 'untold'> {
    const counts = { succeeded: 0, failed: 0, cancelled: 0, skipped: 0 };
    for (const end of this.ends) if (end !== undefined) counts[end.end] += 1;
    return {
      page: this.input.page,
      waiting: this.waiting.length,
      open: this.open.size,
      held: [...this.open.values()].filter(({ held }) => held).length,
      retries: this.retries,
      ...counts,
    };
  }
}

/** Temporal's clock, the same in a replay. */
function now(): string {
  return new Date().toISOString();
}

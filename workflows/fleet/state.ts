import { condition, patched, workflowInfo } from '@temporalio/workflow';
import {
  MAX_NOTES,
  NO_CALLS,
  type CallsNews,
  type FleetPage,
  type FleetProgress,
  type FleetRequest,
  type FleetResult,
  type FleetStage,
} from '../../contract';
import {
  countFailure,
  fold,
  hasFailedTooOften,
  reopenFailed,
  sumOf,
  windowsOf,
  type CarriedFleet,
  type LivePage,
} from './tally';
import { addCalls } from './calls';
import { progressOf, resultOf } from './progress';
import type { PageOrder, PageReport } from './messages';
import { Pages } from './page-link';

/** The state of a fleet: its pages, what they have reported, and what they are told. */
export class Fleet {
  hasNews = true;
  private readonly state: CarriedFleet;
  private readonly pages: Pages;
  private cancelling = false;

  constructor(
    readonly request: FleetRequest,
    carried?: CarriedFleet,
  ) {
    const { startTime, workflowId, firstExecutionRunId } = workflowInfo();
    this.state = carried ?? {
      ...{ pages: [], arrived: 0, accounts: 0, causes: [], notes: [] },
      ended: { succeeded: 0, failed: 0, cancelled: 0, skipped: 0 },
      ...{ maxConcurrent: request.maxConcurrent, paused: false, stopping: false },
      startedAt: startTime.toISOString(),
      // A fleet of this name may have been terminated, and its pages still end what they began.
      pageIdPrefix: `${workflowId}/${firstExecutionRunId.slice(-12)}/`,
    };
    this.pages = new Pages(this.state.pageIdPrefix, (page) => {
      this.lose(page);
    });
    if (carried === undefined && request.accounts !== undefined)
      this.addPage({ page: 0, accounts: request.accounts });
  }

  /** Nothing that was sent to a page is under way. */
  get isQuiet(): boolean {
    return this.pages.sending === 0;
  }

  get isDone(): boolean {
    const { pages, arrived } = this.state;
    const all = this.cancelling || arrived >= this.expected;
    return (
      all && this.isQuiet && pages.every(({ waiting, open, untold = 0 }) => waiting + open + untold === 0)
    );
  }

  private get expected(): number {
    return this.request.pages + (this.request.accounts === undefined ? 0 : 1);
  }

  /** Orders what follows from the news. */
  act(): void {
    this.hasNews = false;
    if (hasFailedTooOften(this.state, this.request, this.expected) && !this.state.stopping) {
      this.state.stopping = true;
      this.tellAll({ stop: true });
    }
    this.shareWindow();
  }

  private shareWindow(): void {
    for (const { page, window } of windowsOf(this.state, () => patched('window-over-all-pages'))) {
      if (page.waiting === 0 || window === page.window) continue;
      page.window = window;
      this.pages.tell(page, { window });
    }
  }

  speakToAll(): void {
    for (const page of this.state.pages) this.pages.tell(page, { window: page.window });
  }

  whyNotPage({ page }: FleetPage): string | undefined {
    const { arrived } = this.state;
    if (page >= this.expected)
      return `page ${page} is one too many: the fleet was started for ${this.expected}`;
    return page > arrived ? `page ${page} came before page ${arrived}` : undefined;
  }

  /** A page that is there already changes nothing. */
  addPage({ page, accounts }: FleetPage): void {
    if (page !== this.state.arrived) return;
    this.state.arrived += 1;
    this.state.accounts += accounts.length;
    const begun: LivePage = {
      ...{ page, waiting: accounts.length, open: 0, held: 0, retries: 0, window: 0, started: false },
      ...{ succeeded: 0, failed: 0, cancelled: 0, skipped: 0 },
    };
    this.state.pages.push(begun);
    void this.pages.start(this.request.name, page, accounts).then(() => {
      this.welcome(begun);
    });
  }

  hear({ pageId, newFailures, ...report }: PageReport): void {
    if (pageId !== undefined && pageId !== this.pages.idOf(report.page)) {
      this.pages.dismiss(pageId);
      return;
    }
    const index = this.state.pages.findIndex(({ page }) => page === report.page);
    const known = this.state.pages[index];
    // One from before a retry knows nothing of the accounts that it is to try again.
    if (known === undefined || report.retries < known.retries) return;
    this.hasNews = true;
    Object.assign(known, { untold: 0 }, report);
    for (const { accountId, failure } of newFailures) countFailure(this.state, accountId, failure);
    // One with failures stays, for `retry`.
    if (report.waiting + report.open + report.failed > 0) return;
    this.state.pages.splice(index, 1);
    fold(this.state, report);
    this.pages.tell(known, { finish: true });
  }

  pause(paused: boolean): void {
    this.state.paused = paused;
    this.tellAll({ paused });
  }

  /** A fleet that is stopping begins nothing, so only held accounts are tried again. */
  retry(): void {
    const { stopping, pages } = this.state;
    if (!stopping) this.state.causes = [];
    for (const page of pages.filter(({ started }) => started)) {
      page.retries += 1;
      if (!stopping) reopenFailed(page);
      this.pages.tell(page, { window: page.window, retry: page.retries });
    }
    this.hasNews = true;
  }

  adjust(maxConcurrent: number): void {
    this.state.maxConcurrent = maxConcurrent;
    this.hasNews = true;
  }

  /** Calls are told of in their time: what comes late, from a worker of an earlier fleet, is none of this one's. */
  hearOfCalls({ pageIdPrefix, ...made }: CallsNews): void {
    const { calls = NO_CALLS, startedAt } = this.state;
    if (pageIdPrefix !== this.state.pageIdPrefix) return;
    this.state.calls = addCalls(calls, made, Date.now() - Date.parse(startedAt));
  }

  note(text: string): void {
    this.state.notes.push(text);
    if (this.state.notes.length > MAX_NOTES) this.state.notes.shift();
  }

  /** The runs of all pages end as their requests say. */
  cancel(): void {
    this.cancelling = true;
    for (const page of this.state.pages) if (page.started) this.pages.cancel(page);
  }

  /** Lets the pages return what they know. */
  async finish(): Promise<void> {
    const { pages } = this.state;
    this.state.pages = [];
    for (const page of pages) fold(this.state, page);
    for (const page of pages) this.pages.tell(page, { finish: true });
    await condition(() => this.isQuiet);
  }

  whyNot(order: 'pause' | 'resume' | 'retry'): string | undefined {
    const { paused, stopping } = this.state;
    if (this.cancelling) return 'the fleet is being cancelled';
    if (order === 'pause' && paused) return 'the fleet is paused already';
    if (order === 'resume' && !paused) return 'the fleet is not paused';
    if (order === 'retry' && stopping && sumOf(this.state, 'held') === 0)
      return 'the fleet is stopping, and no account is held: start it again once it has ended';
    return undefined;
  }

  carried(): CarriedFleet {
    return this.state;
  }

  progress(): FleetProgress {
    return progressOf(this.state, { name: this.request.name, stage: this.stage(), expected: this.expected });
  }

  result(): FleetResult {
    return resultOf(this.state, this.request.name);
  }

  private stage(): FleetStage {
    if (this.cancelling) return this.isDone ? 'cancelled' : 'cancelling';
    if (this.isDone) return 'done';
    if (this.state.stopping) return 'stopping';
    return this.state.paused ? 'paused' : 'running';
  }

  /** A page that has begun while others were told something. */
  private welcome(page: LivePage): void {
    page.started = true;
    this.hasNews = true;
    const { paused, stopping } = this.state;
    if (this.cancelling) this.pages.cancel(page);
    else
      this.pages.tell(page, {
        window: page.window,
        ...(paused && { paused }),
        ...(stopping && { stop: true }),
      });
  }

  private tellAll(order: PageOrder): void {
    for (const page of this.state.pages) this.pages.tell(page, order);
  }

  /** A page that is gone without a word, as one that was terminated, is counted out. */
  private lose(page: LivePage): void {
    if (!this.state.pages.includes(page)) return;
    const lost = page.waiting + page.open;
    const uncounted = lost + (page.untold ?? 0);
    this.state.pages = this.state.pages.filter((known) => known !== page);
    fold(this.state, { ...page, failed: page.failed + lost });
    const remedy = 'Start the fleet again: it goes on with what is there.';
    const whatHappened = `Page ${page.page} of the fleet, with ${lost} open accounts, was ended from outside.`;
    const failure = { type: 'PageLost', whatHappened, remedy };
    if (uncounted > 0) countFailure(this.state, this.pages.idOf(page.page), failure, uncounted);
    this.hasNews = true;
  }
}

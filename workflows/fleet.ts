import {
  CancellationScope,
  condition,
  type ExternalWorkflowHandle,
  getExternalWorkflowHandle,
  workflowInfo,
} from '@temporalio/workflow';
import {
  MAX_NOTES,
  SEARCH_ATTRIBUTES,
  type FleetPage,
  type FleetProgress,
  type FleetRequest,
  type FleetResult,
  type FleetStage,
} from '../contract';
import {
  countFailure,
  countsOf,
  fold,
  hasFailedTooOften,
  sumOf,
  type CarriedFleet,
  type LivePage,
} from './fleet-tally';
import { PAGE_ORDER, startPage, type PageOrder, type PageReport } from './fleet-messages';

/** The state of a fleet: its pages, what they have reported, and what they are told. */
export class Fleet {
  /** Messages to pages that are under way. */
  sending = 0;
  hasNews = true;
  private readonly state: CarriedFleet;
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
    if (carried === undefined && request.accounts !== undefined)
      this.addPage({ page: 0, accounts: request.accounts });
  }

  get isDone(): boolean {
    const { pages, arrived } = this.state;
    const all = this.cancelling || arrived >= this.expected;
    return all && this.sending === 0 && pages.every(({ waiting, open }) => waiting === 0 && open === 0);
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

  /** Pages in their order get what they have use for. */
  shareWindow(): void {
    let free = this.state.maxConcurrent;
    for (const page of this.state.pages) {
      const busy = page.open - page.held;
      const window = page.waiting === 0 ? busy : Math.max(0, Math.min(free, busy + page.waiting));
      free -= window;
      if (page.waiting === 0 || window === page.window) continue;
      page.window = window;
      this.tell(page, { window });
    }
  }

  speakToAll(): void {
    for (const page of this.state.pages) this.tell(page, { window: page.window });
  }

  addPage({ page, accounts }: FleetPage): void {
    if (page !== this.state.arrived) return;
    this.state.arrived += 1;
    this.state.accounts += accounts.length;
    const counts = { succeeded: 0, failed: 0, cancelled: 0, skipped: 0 };
    this.state.pages.push({
      page,
      waiting: accounts.length,
      open: 0,
      held: 0,
      window: 0,
      started: false,
      ...counts,
    });
    void this.begin(page, accounts);
  }

  hear({ newFailures, ...report }: PageReport): void {
    const index = this.state.pages.findIndex(({ page }) => page === report.page);
    const known = this.state.pages[index];
    if (known === undefined) return;
    this.hasNews = true;
    Object.assign(known, report);
    for (const { accountId, failure } of newFailures) countFailure(this.state, accountId, failure);
    // One with failures stays, for `retry`.
    if (report.waiting + report.open + report.failed > 0) return;
    this.state.pages.splice(index, 1);
    fold(this.state, report);
    this.tell(known, { finish: true });
  }

  pause(paused: boolean): void {
    this.state.paused = paused;
    this.tellAll({ paused });
  }

  retry(): void {
    this.state.causes = [];
    for (const page of this.state.pages) {
      // Its report comes; until then the fleet must not seem done.
      page.waiting += page.failed;
      page.failed = 0;
      page.window = Math.min(page.window, page.open);
      this.tell(page, { retry: true });
    }
    this.hasNews = true;
  }

  adjust(maxConcurrent: number): void {
    this.state.maxConcurrent = maxConcurrent;
    this.hasNews = true;
  }

  note(text: string): void {
    this.state.notes.push(text);
    if (this.state.notes.length > MAX_NOTES) this.state.notes.shift();
  }

  /** The runs of all pages end as their requests say. */
  cancel(): void {
    this.cancelling = true;
    for (const page of this.state.pages) if (page.started) this.cancelPage(page);
  }

  /** Lets the pages return what they know. */
  async finish(): Promise<void> {
    const { pages } = this.state;
    this.state.pages = [];
    for (const page of pages) fold(this.state, page);
    for (const page of pages) this.tell(page, { finish: true });
    await condition(() => this.sending === 0);
  }

  whyNot(order: 'pause' | 'resume' | 'retry'): string | undefined {
    const { paused, stopping } = this.state;
    if (this.cancelling) return 'the fleet is being cancelled';
    if (order === 'pause' && paused) return 'the fleet is paused already';
    if (order === 'resume' && !paused) return 'the fleet is not paused';
    return order === 'retry' && stopping ? 'the fleet is stopping: start it again' : undefined;
  }

  carried(): CarriedFleet {
    return this.state;
  }

  progress(): FleetProgress {
    const { accounts, arrived, maxConcurrent, startedAt, causes, pageIdPrefix, notes } = this.state;
    return {
      name: this.request.name,
      stage: this.stage(),
      accounts,
      pages: { arrived, expected: this.expected },
      ...countsOf(this.state),
      waiting: sumOf(this.state, 'waiting'),
      open: sumOf(this.state, 'open'),
      held: sumOf(this.state, 'held'),
      ...{ maxConcurrent, startedAt, causes, pageIdPrefix },
      ...(notes.length > 0 && { notes }),
    };
  }

  result(): FleetResult {
    const { accounts, causes, arrived: pages, pageIdPrefix } = this.state;
    return { name: this.request.name, accounts, ...countsOf(this.state), causes, pages, pageIdPrefix };
  }

  private stage(): FleetStage {
    if (this.cancelling) return 'cancelling';
    if (this.isDone) return 'done';
    if (this.state.stopping) return 'stopping';
    return this.state.paused ? 'paused' : 'running';
  }

  private pageId(page: number): string {
    return `${this.state.pageIdPrefix}${page}`;
  }

  private async begin(page: number, accounts: unknown[]): Promise<void> {
    const { workflowId, typedSearchAttributes } = workflowInfo();
    const { name } = this.request;
    const searchable = typedSearchAttributes.get(SEARCH_ATTRIBUTES.fleet) !== undefined;
    this.sending += 1;
    await startPage(this.pageId(page), { fleet: name, fleetId: workflowId, page, accounts, searchable });
    this.sending -= 1;
    const started = this.state.pages.find((known) => known.page === page);
    if (started !== undefined) this.welcome(started);
    this.hasNews = true;
  }

  private welcome(page: LivePage): void {
    page.started = true;
    if (this.cancelling) {
      this.cancelPage(page);
      return;
    }
    const { paused, stopping } = this.state;
    const { window } = page;
    this.tell(page, {
      ...(window > 0 && { window }),
      ...(paused && { paused }),
      ...(stopping && { stop: true }),
    });
  }

  private tellAll(order: PageOrder): void {
    for (const page of this.state.pages) this.tell(page, order);
  }

  private tell(page: LivePage, order: PageOrder): void {
    if (page.started && Object.keys(order).length > 0)
      void this.send(page, () => this.pageHandle(page).signal<[PageOrder]>(PAGE_ORDER, order));
  }

  private cancelPage(page: LivePage): void {
    void this.send(page, () => this.pageHandle(page).cancel());
  }

  private pageHandle({ page }: LivePage): ExternalWorkflowHandle {
    return getExternalWorkflowHandle(this.pageId(page));
  }

  /** A page that is gone without a word, as one that was terminated, is counted out. */
  private async send(page: LivePage, message: () => Promise<void>): Promise<void> {
    this.sending += 1;
    try {
      // Even a fleet that is cancelled has something to tell.
      await CancellationScope.nonCancellable(message);
    } catch {
      if (this.state.pages.includes(page)) this.lose(page);
    } finally {
      this.sending -= 1;
      this.hasNews = true;
    }
  }

  private lose(page: LivePage): void {
    const lost = page.waiting + page.open;
    this.state.pages = this.state.pages.filter((known) => known !== page);
    fold(this.state, { ...page, failed: page.failed + lost });
    const remedy = 'Start the fleet again: it goes on with what is there.';
    const message = `Page ${page.page} of the fleet, with ${lost} open accounts, was ended from outside. ${remedy}`;
    countFailure(this.state, this.pageId(page.page), { type: 'PageLost', message, remedy });
  }
}

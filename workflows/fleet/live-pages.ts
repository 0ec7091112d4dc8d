import { allHandlersFinished, condition, workflowInfo } from '@temporalio/workflow';
import {
  Causes,
  defined,
  oneLine,
  type FleetPage,
  type FleetRequest,
  type PageOrder,
  type PageReport,
} from '../../contract';
import type { Decision } from '../shared/handlers';
import { takeHolds } from './holds';
import { PageLink } from './page-link';
import { addEndedPage, countAccounts, hasWork, newPage, type FleetState, type LivePage } from './state';
import { reopenFailed, shareWindow } from './window';

/** What comes after so many causes is counted together. */
const MAX_CAUSES = 20;

/** The pages of a fleet that have not ended: takes in what they report, and gives them their orders. */
export class LivePages {
  /** Something has changed since the window was last shared out. */
  hasNews = true;
  areCancelled = false;
  /** Those that have reported since they were last asked whether they are there. */
  private readonly heard = new Set<number>();
  private readonly causes: Causes;
  private readonly link: PageLink;

  constructor(
    request: FleetRequest,
    private readonly state: FleetState,
  ) {
    this.causes = new Causes(state.causes, MAX_CAUSES);
    this.link = new PageLink(request, state, {
      onPageStarted: (page) => {
        this.onPageStarted(page);
      },
      onPageLost: (page, what) => {
        this.onPageLost(page, what);
      },
    });
    this.link.goOn();
  }

  /** Nothing is to be sent to a page, or under way. */
  get areQuiet(): boolean {
    return this.link.isQuiet;
  }

  get haveWork(): boolean {
    return this.state.pages.some(hasWork);
  }

  /** Keeps back what waits to be sent, and waits until nothing is under way that another execution would not know of. */
  async holdBack(): Promise<void> {
    this.link.isHeldBack = true;
    await condition(() => this.link.canBeCarried && allHandlersFinished());
  }

  /** Goes on with what was kept back. */
  goOn(): void {
    this.link.isHeldBack = false;
    this.link.goOn();
  }

  /** Starts the next page of a fleet. */
  add({ page, accounts }: FleetPage): void {
    this.state.arrived += 1;
    this.state.accounts += accounts.length;
    this.state.pages.push(newPage(page, accounts.length));
    this.link.start({ page, accounts });
  }

  /** Gives a page that has started the orders that it was too early for. */
  private onPageStarted(number: number): void {
    const page = this.find(number);
    if (page === undefined) return;
    page.started = true;
    this.hasNews = true;
    if (this.areCancelled) {
      this.link.cancel(number);
      return;
    }
    const paused = this.state.paused || undefined;
    const stop = this.state.stopped === undefined ? undefined : (true as const);
    this.link.order(number, defined({ window: page.window, paused, stop }));
  }

  /** Takes over where a page stands; one with nothing left to do is let go. Anybody may send what looks like a report. */
  onPageReport(report: PageReport): Decision {
    const { pageId, ...stand } = report;
    const { page: number } = stand;
    if (!this.isPageOfName(pageId)) return 'it is not from a page of this fleet';
    if (pageId !== this.link.idOf(number))
      return () => {
        this.link.dismiss(pageId);
      };
    const page = this.find(number);
    // The last words of a page that has been let go, or counted out.
    if (page === undefined) return () => undefined;
    if (countAccounts(report) !== countAccounts(page) || report.held + report.notReady > report.open)
      return `its counts are not those of page ${number}`;
    return () => {
      this.takeReport(page, stand);
    };
  }

  /** Tells whether a workflow ID is that of a page of this fleet, or of an earlier one of its name. */
  private isPageOfName(pageId: string): boolean {
    const { workflowId } = workflowInfo();
    return (
      pageId.startsWith(`${workflowId}/`) && /^\w{12}\/\d{1,6}$/.test(pageId.slice(workflowId.length + 1))
    );
  }

  private takeReport(page: LivePage, { newFailures, holds, ...report }: Omit<PageReport, 'pageId'>): void {
    // A report from before a retry knows nothing of the accounts that are to be tried again. A page that winds up tries
    // none: a cancel may have overtaken the retry on its way to it.
    if (report.retries < page.retries && !report.windingUp) return;
    this.hasNews = true;
    this.heard.add(page.page);
    Object.assign(page, report);
    takeHolds(this.state, page, holds);
    for (const { accountId, failure } of newFailures) this.causes.add(accountId, failure);
    // A page with failures stays, for `retry`.
    if (hasWork(page) || page.failed > 0) return;
    this.remove(page);
    addEndedPage(this.state, page);
    this.link.order(page.page, { finish: true });
  }

  /** Counts out a page that is gone without a word, as one that was terminated: its open accounts have failed. */
  private onPageLost(number: number, what: string): void {
    const page = this.find(number);
    if (page === undefined) return;
    this.hasNews = true;
    this.remove(page);
    const lost = page.waiting + page.open;
    addEndedPage(this.state, { ...page, failed: page.failed + lost });
    const failure = {
      type: 'PageLost',
      whatHappened: oneLine(
        `Page ${number} of the fleet, with ${lost} accounts that had not ended, ${what}.`,
        300,
      ),
      remedy: 'Start the fleet again: it goes on with what is there.',
    };
    const uncounted = lost + page.untold;
    if (uncounted > 0) this.causes.add(this.link.idOf(number), failure, uncounted);
  }

  /** Gives all pages an order. */
  order(order: PageOrder): void {
    for (const { page } of this.started) this.link.order(page, order);
  }

  /** Shares the window of the fleet out over the pages that have accounts waiting. */
  shareWindow(): void {
    this.hasNews = false;
    for (const { page, window } of shareWindow(this.state)) {
      if (page.waiting === 0 || window === page.window) continue;
      page.window = window;
      // One that has not started is told when it does.
      if (page.started) this.link.order(page.page, { window });
    }
  }

  /** Tells every page the window that it has, which fails for a page that is gone. */
  pingPages(): void {
    for (const { page, window } of this.started) this.link.order(page, { window });
  }

  /** Pings the pages that have not reported since the last time: a report says as well that a page is there. */
  pingSilentPages(): void {
    for (const { page, window } of this.started) if (!this.heard.has(page)) this.link.order(page, { window });
    this.heard.clear();
  }

  /**
   * Tries held and failed accounts again, and those that are not ready. A fleet that has stopped begins nothing, so there only
   * open ones.
   *
   * @returns how many, by where they stood
   */
  retry(): { failed: number; held: number; notReady: number } {
    const hasStopped = this.state.stopped !== undefined;
    const retried = { failed: 0, held: 0, notReady: 0 };
    this.hasNews = true;
    if (!hasStopped) this.causes.clear();
    for (const page of this.started) {
      page.retries += 1;
      if (!hasStopped) retried.failed += page.failed;
      retried.held += page.held;
      retried.notReady += page.notReady;
      if (!hasStopped) reopenFailed(page);
      // They go on, before the page says so: meanwhile the fleet must not seem to wait for persons.
      page.held = 0;
      this.link.order(page.page, { window: page.window, retry: page.retries });
    }
    return retried;
  }

  /** Cancels the pages: the runs of their accounts end as their requests say. */
  cancel(): void {
    this.areCancelled = true;
    // What a page has reported before says nothing of what becomes of the cancel.
    this.heard.clear();
    for (const { page } of this.started) this.link.cancel(page);
  }

  /** Lets the pages return their outcomes. */
  async finish(): Promise<void> {
    const { pages } = this.state;
    this.state.pages = [];
    for (const page of pages) {
      addEndedPage(this.state, page);
      this.link.order(page.page, { finish: true });
    }
    await condition(() => this.areQuiet);
  }

  private get started(): LivePage[] {
    return this.state.pages.filter(({ started }) => started);
  }

  private find(number: number): LivePage | undefined {
    return this.state.pages.find(({ page }) => page === number);
  }

  private remove(page: LivePage): void {
    this.state.pages = this.state.pages.filter((it) => it !== page);
  }
}

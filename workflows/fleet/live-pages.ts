import { condition } from '@temporalio/workflow';
import { Causes, defined, type FleetPage, type PageOrder, type PageReport } from '../../contract';
import { PageLink } from './page-link';
import { addEndedPage, hasWork, newPage, type FleetState, type LivePage } from './state';
import { reopenFailed, shareWindow } from './window';

/** What comes after so many causes is counted together. */
const MAX_CAUSES = 20;

/** The pages of a fleet that have not ended: takes in what they report, and gives them their orders. */
export class LivePages {
  /** Something has changed since the window was last shared out. */
  hasNews = true;
  areCancelled = false;
  private readonly causes: Causes;
  private readonly link: PageLink;

  constructor(private readonly state: FleetState) {
    this.causes = new Causes(state.causes, MAX_CAUSES);
    this.link = new PageLink(state.pageIdPrefix, (page) => {
      this.onPageLost(page);
    });
  }

  /** Nothing that was sent to a page is under way. */
  get areQuiet(): boolean {
    return this.link.isQuiet;
  }

  get haveWork(): boolean {
    return this.state.pages.some(hasWork);
  }

  /** Starts the next page of a fleet. */
  add(fleet: string, { page, accounts }: FleetPage): void {
    const added = newPage(page, accounts.length);
    this.state.arrived += 1;
    this.state.accounts += accounts.length;
    this.state.pages.push(added);
    void this.link.start(fleet, page, accounts).then(
      () => {
        this.onPageStarted(added);
      },
      () => {
        this.onPageLost(added);
      },
    );
  }

  /** Gives a page that has started the orders that it was too early for. */
  private onPageStarted(page: LivePage): void {
    page.started = true;
    this.hasNews = true;
    if (this.areCancelled) {
      this.link.cancel(page);
      return;
    }
    const paused = this.state.paused || undefined;
    const stop = this.state.stopping || undefined;
    this.link.queueOrder(page, defined({ window: page.window, paused, stop }));
  }

  /** Takes over where a page stands; one with nothing left to do is let go. */
  onPageReport({ pageId, newFailures, ...report }: PageReport): void {
    if (pageId !== this.link.idOf(report.page)) {
      this.link.dismiss(pageId);
      return;
    }
    const page = this.state.pages.find((it) => it.page === report.page);
    if (page === undefined) return;
    // A report from before a retry knows nothing of the accounts that are to be tried again. A page that winds up tries
    // none: a cancel may have overtaken the retry on its way to it.
    if (report.retries < page.retries && !report.windingUp) return;
    this.hasNews = true;
    Object.assign(page, report);
    for (const { accountId, failure } of newFailures) this.causes.add(accountId, failure);
    // A page with failures stays, for `retry`.
    if (hasWork(page) || page.failed > 0) return;
    this.remove(page);
    addEndedPage(this.state, page);
    this.link.queueOrder(page, { finish: true });
  }

  /** Counts out a page that is gone without a word, as one that was terminated: its open accounts have failed. */
  private onPageLost(page: LivePage): void {
    if (!this.state.pages.includes(page)) return;
    this.hasNews = true;
    this.remove(page);
    const lost = page.waiting + page.open;
    addEndedPage(this.state, { ...page, failed: page.failed + lost });
    const failure = {
      type: 'PageLost',
      whatHappened: `Page ${page.page} of the fleet, with ${lost} accounts that had not ended, is gone.`,
      remedy: 'Start the fleet again: it goes on with what is there.',
    };
    const uncounted = lost + page.untold;
    if (uncounted > 0) this.causes.add(this.link.idOf(page.page), failure, uncounted);
  }

  /** Gives all pages an order. */
  order(order: PageOrder): void {
    for (const page of this.state.pages) this.link.queueOrder(page, order);
  }

  /** Shares the window of the fleet out over the pages that have accounts waiting. */
  shareWindow(): void {
    this.hasNews = false;
    for (const { page, window } of shareWindow(this.state)) {
      if (page.waiting === 0 || window === page.window) continue;
      page.window = window;
      this.link.queueOrder(page, { window });
    }
  }

  /** Tells every page the window that it has, which fails for a page that is gone. */
  pingPages(): void {
    for (const page of this.state.pages) this.link.queueOrder(page, { window: page.window });
  }

  /** Tries held and failed accounts again. A fleet that is stopping begins nothing, so there only held ones. */
  retry(): void {
    const { stopping, pages } = this.state;
    this.hasNews = true;
    if (!stopping) this.causes.clear();
    for (const page of pages.filter(({ started }) => started)) {
      page.retries += 1;
      if (!stopping) reopenFailed(page);
      this.link.queueOrder(page, { window: page.window, retry: page.retries });
    }
  }

  /** Cancels the pages: the runs of their accounts end as their requests say. */
  cancel(): void {
    this.areCancelled = true;
    for (const page of this.state.pages) if (page.started) this.link.cancel(page);
  }

  /** Lets the pages return their outcomes. */
  async finish(): Promise<void> {
    const { pages } = this.state;
    this.state.pages = [];
    for (const page of pages) {
      addEndedPage(this.state, page);
      this.link.queueOrder(page, { finish: true });
    }
    await condition(() => this.areQuiet);
  }

  private remove(page: LivePage): void {
    this.state.pages = this.state.pages.filter((it) => it !== page);
  }
}

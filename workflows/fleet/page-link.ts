import {
  CancellationScope,
  ChildWorkflowCancellationType,
  getExternalWorkflowHandle,
  ParentClosePolicy,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import {
  defined,
  FLEET_PAGE_WORKFLOW,
  knownSearchAttributes,
  PAGE_ORDER_SIGNAL,
  searchAttributesOfFleet,
  type PageInput,
  type PageOrder,
} from '../../contract';
import type { LivePage } from './state';

/** Pages of 100 kB; a message holds 4 MB. */
const MOST_STARTING = 10;

/** Starts the pages of a fleet and sends them orders, also when the fleet is cancelled. */
export class PageLink {
  /** Starts, orders and cancels that are under way. */
  private underWay = 0;
  /** By page, the orders that wait until the one that is under way has arrived. */
  private readonly queued = new Map<number, PageOrder>();
  private starting = 0;
  private readonly waitingToStart: (() => void)[] = [];

  /** @param onPageLost called with a page that no order reaches any more */
  constructor(
    private readonly pageIdPrefix: string,
    private readonly onPageLost: (page: LivePage) => void,
  ) {}

  get isQuiet(): boolean {
    return this.underWay === 0;
  }

  idOf(page: number): string {
    return `${this.pageIdPrefix}${page}`;
  }

  /** Starts a page, and waits until the server has done so. */
  async start(fleet: string, page: number, accounts: unknown[]): Promise<void> {
    const { workflowId: fleetId, typedSearchAttributes } = workflowInfo();
    const known = knownSearchAttributes(searchAttributesOfFleet(fleet), typedSearchAttributes);
    const searchable = known.length > 0;
    const input: PageInput = { fleet, fleetId, page, accounts, searchable };
    const options = defined({
      workflowId: this.idOf(page),
      args: [input] as [PageInput],
      // A page outlives the execution that started it, and is cancelled by its ID.
      parentClosePolicy: ParentClosePolicy.ABANDON,
      cancellationType: ChildWorkflowCancellationType.ABANDON,
      staticSummary: `page ${page} of fleet ${fleet}: ${accounts.length} accounts`,
      typedSearchAttributes: searchable ? known : undefined,
    });
    await this.track(() =>
      this.startInTurn(() =>
        startChild<(input: PageInput) => Promise<unknown>>(FLEET_PAGE_WORKFLOW, options),
      ),
    );
  }

  /** Starts some at once: all pages may have arrived together, and one message to the server has to hold what starts them. */
  private async startInTurn(start: () => Promise<unknown>): Promise<void> {
    if (this.starting < MOST_STARTING) this.starting += 1;
    else await new Promise<void>((resolve) => this.waitingToStart.push(resolve));
    try {
      await start();
    } finally {
      const next = this.waitingToStart.shift();
      if (next === undefined) this.starting -= 1;
      else next();
    }
  }

  /**
   * Queues an order for a page. Before the page has started, orders are dropped: it is given all of them when it does. What
   * waits for the order that is under way is sent with the next, as one.
   */
  queueOrder(page: LivePage, order: PageOrder): void {
    if (!page.started) return;
    const queued = this.queued.get(page.page);
    this.queued.set(page.page, { ...queued, ...order });
    if (queued === undefined) void this.send(page, (id) => this.sendQueued(page.page, id));
  }

  /** Cancels a page that has started. */
  cancel(page: LivePage): void {
    void this.send(page, (id) => getExternalWorkflowHandle(id).cancel());
  }

  /** Tells the page of a fleet of this name that was terminated to end what it has begun. */
  dismiss(id: string): void {
    const order: PageOrder = { orphaned: true };
    const sent = this.track(() =>
      getExternalWorkflowHandle(id).signal<[PageOrder]>(PAGE_ORDER_SIGNAL, order),
    );
    // One that has ended has nothing to stop.
    sent.catch(() => undefined);
  }

  /** Sends one order after another: signals that are under way together arrive in any order. */
  private async sendQueued(page: number, id: string): Promise<void> {
    const handle = getExternalWorkflowHandle(id);
    try {
      for (;;) {
        const order = this.queued.get(page) ?? {};
        if (Object.keys(order).length === 0) return;
        this.queued.set(page, {});
        await handle.signal<[PageOrder]>(PAGE_ORDER_SIGNAL, order);
      }
    } finally {
      this.queued.delete(page);
    }
  }

  private async send(page: LivePage, message: (id: string) => Promise<void>): Promise<void> {
    try {
      await this.track(() => message(this.idOf(page.page)));
    } catch {
      this.onPageLost(page);
    }
  }

  /** Counts work that is under way; a cancel of the fleet does not cut it off. */
  private async track<T>(work: () => Promise<T>): Promise<T> {
    this.underWay += 1;
    try {
      return await CancellationScope.nonCancellable(work);
    } finally {
      this.underWay -= 1;
    }
  }
}

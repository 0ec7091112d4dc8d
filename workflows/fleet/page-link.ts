import {
  CancellationScope,
  ChildWorkflowCancellationType,
  getExternalWorkflowHandle,
  ParentClosePolicy,
  patched,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import { FLEET_PAGE_WORKFLOW, SEARCH_ATTRIBUTES } from '../../contract';
import { PAGE_ORDER, type PageInput, type PageOrder } from './messages';
import type { LivePage } from './tally';

/** Pages of 100 kB; a message holds 4 MB. */
const MOST_STARTING = 10;

/** How a fleet starts its pages and speaks to them; even one that is cancelled has something to tell. */
export class Pages {
  /** What is under way. */
  sending = 0;
  /** What is to be told to a page to which an order is under way. */
  private readonly later = new Map<number, PageOrder>();
  private starting = 0;
  private readonly toStart: (() => void)[] = [];

  /** @param lost told of a page that can be spoken to no more */
  constructor(
    private readonly idPrefix: string,
    private readonly lost: (page: LivePage) => void,
  ) {}

  idOf(page: number): string {
    return `${this.idPrefix}${page}`;
  }

  async start(fleet: string, page: number, accounts: unknown[]): Promise<void> {
    const { workflowId: fleetId, typedSearchAttributes } = workflowInfo();
    const searchable = typedSearchAttributes.get(SEARCH_ATTRIBUTES.fleet) !== undefined;
    const input: PageInput = { fleet, fleetId, page, accounts, searchable };
    await this.counted(() =>
      this.inTurn(() =>
        startChild<(input: PageInput) => Promise<unknown>>(FLEET_PAGE_WORKFLOW, {
          workflowId: this.idOf(page),
          args: [input],
          // A page outlives the execution that started it, and is cancelled by its ID.
          parentClosePolicy: ParentClosePolicy.ABANDON,
          cancellationType: ChildWorkflowCancellationType.ABANDON,
          staticSummary: `page ${page} of fleet ${fleet}: ${accounts.length} accounts`,
          ...(searchable && { typedSearchAttributes: [{ key: SEARCH_ATTRIBUTES.fleet, value: fleet }] }),
        }),
      ),
    );
  }

  /** All pages may have arrived together, and what starts them has to fit into one message to the server. */
  private async inTurn(start: () => Promise<unknown>): Promise<void> {
    if (this.starting < MOST_STARTING || !patched('pages-in-turn')) this.starting += 1;
    else await new Promise<void>((resolve) => this.toStart.push(resolve));
    try {
      await start();
    } finally {
      const next = this.toStart.shift();
      if (next === undefined) this.starting -= 1;
      else next();
    }
  }

  /** Nothing, to a page that has not started: it is told everything when it does. */
  tell(page: LivePage, order: PageOrder): void {
    if (!page.started) return;
    const later = this.later.get(page.page);
    this.later.set(page.page, { ...later, ...order });
    if (later === undefined) void this.send(page, (id) => this.deliver(page.page, id));
  }

  cancel(page: LivePage): void {
    void this.send(page, (id) => getExternalWorkflowHandle(id).cancel());
  }

  /** A page of a fleet of this name that was terminated. */
  dismiss(id: string): void {
    const order: PageOrder = { orphaned: true };
    const sent = this.counted(() => getExternalWorkflowHandle(id).signal<[PageOrder]>(PAGE_ORDER, order));
    // One that has ended has nothing to stop.
    sent.catch(() => undefined);
  }

  /** One order after another: signals that are under way together arrive in any order. */
  private async deliver(page: number, id: string): Promise<void> {
    const handle = getExternalWorkflowHandle(id);
    try {
      for (;;) {
        const order = this.later.get(page) ?? {};
        if (Object.keys(order).length === 0) return;
        this.later.set(page, {});
        await handle.signal<[PageOrder]>(PAGE_ORDER, order);
      }
    } finally {
      this.later.delete(page);
    }
  }

  private async send(page: LivePage, message: (id: string) => Promise<void>): Promise<void> {
    try {
      await this.counted(() => message(this.idOf(page.page)));
    } catch {
      this.lost(page);
    }
  }

  private async counted<T>(work: () => Promise<T>): Promise<T> {
    this.sending += 1;
    try {
      return await CancellationScope.nonCancellable(work);
    } finally {
      this.sending -= 1;
    }
  }
}

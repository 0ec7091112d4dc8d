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
  jsonBytes,
  knownSearchAttributes,
  PAGE_ORDER_SIGNAL,
  searchAttributesOfFleet,
  type FleetPage,
  type FleetRequest,
  type PageInput,
  type PageOrder,
} from '../../contract';
import { signalPatiently } from './patient-signal';
import type { FleetState, PageMessage } from './state';

/** Pages of 100 kB; a message holds 4 MB. */
const MOST_STARTING = 10;
/** The server lets an execution have 2,000 signals under way, and fails its workflow task at one more. */
const MOST_SENDING = 50;
const MOST_DISMISSING = 50;
/** Pages that wait to be started go with the fleet into its next execution, by a payload that has to stay below 2 MiB. */
const MOST_BYTES_CARRIED = 1_000_000;

/** What a fleet is told of its pages. */
interface PageListener {
  onPageStarted(page: number): void;
  /** @param what became of the page */
  onPageLost(page: number, what: string): void;
}

/**
 * Starts the pages of a fleet and sends them orders, a few at once, also when the fleet is cancelled. What waits for its turn
 * is in the state of the fleet, so another execution can go on with it.
 */
export class PageLink {
  /** Nothing more is started or sent, as far as the next execution can be given it. */
  isHeldBack = false;
  private starting = 0;
  /** The pages that a message is on its way to. */
  private readonly sending = new Set<number>();
  private readonly dismissing = new Set<string>();
  private bytesToStart: number;

  constructor(
    private readonly request: Pick<FleetRequest, 'name' | 'trustHistory'>,
    private readonly state: FleetState,
    private readonly listener: PageListener,
  ) {
    this.bytesToStart = state.toStart.reduce((sum, page) => sum + jsonBytes(page), 0);
  }

  /** Nothing is under way, and nothing waits. */
  get isQuiet(): boolean {
    return this.canBeCarried && this.state.toStart.length + this.state.toSend.length === 0;
  }

  /** Nothing is under way that another execution would not know of. */
  get canBeCarried(): boolean {
    return this.starting + this.sending.size + this.dismissing.size === 0 && this.canCarryStarts;
  }

  private get canCarryStarts(): boolean {
    return this.bytesToStart <= MOST_BYTES_CARRIED;
  }

  idOf(page: number): string {
    return `${this.state.pageIdPrefix}${page}`;
  }

  /** Goes on with what waits. */
  goOn(): void {
    this.startNext();
    this.sendNext();
  }

  /** Starts a page as soon as it is its turn. */
  start(page: FleetPage): void {
    this.state.toStart.push(page);
    this.bytesToStart += jsonBytes(page);
    this.startNext();
  }

  /** Sends orders to a page; those that wait for an earlier message to arrive are sent as one. */
  order(page: number, order: PageOrder): void {
    const waiting = this.state.toSend.find(([to]) => to === page);
    if (waiting === undefined) this.state.toSend.push([page, order]);
    else if (waiting[1] !== 'cancel') waiting[1] = { ...waiting[1], ...order };
    this.sendNext();
  }

  /** Cancels a page; orders that it has not got are of no use any more. */
  cancel(page: number): void {
    this.state.toSend = this.state.toSend.filter(([to]) => to !== page);
    this.state.toSend.push([page, 'cancel']);
    this.sendNext();
  }

  /** Tells the page of a fleet of this name that was terminated to end what it has begun; it reports again where that fails. */
  dismiss(id: string): void {
    if (this.dismissing.has(id) || this.dismissing.size >= MOST_DISMISSING) return;
    this.dismissing.add(id);
    const order: PageOrder = { orphaned: true };
    void CancellationScope.nonCancellable(() =>
      getExternalWorkflowHandle(id).signal<[PageOrder]>(PAGE_ORDER_SIGNAL, order),
    )
      // One that has ended has nothing to stop.
      .catch(() => undefined)
      .finally(() => this.dismissing.delete(id));
  }

  private startNext(): void {
    const { toStart } = this.state;
    while (this.starting < MOST_STARTING && !(this.isHeldBack && this.canCarryStarts)) {
      const page = toStart.shift();
      if (page === undefined) return;
      this.bytesToStart -= jsonBytes(page);
      this.starting += 1;
      void this.startPage(page).finally(() => {
        this.starting -= 1;
        this.startNext();
      });
    }
  }

  /** Starts a page, waits until the server has done so, and from then on for its end. */
  private async startPage({ page, accounts }: FleetPage): Promise<void> {
    const { listener } = this;
    const { name: fleet, trustHistory } = this.request;
    const { workflowId: fleetId, typedSearchAttributes } = workflowInfo();
    const known = knownSearchAttributes(searchAttributesOfFleet(fleet), typedSearchAttributes);
    const searchable = known.length > 0;
    const input: PageInput = { fleet, fleetId, page, accounts, searchable, trustHistory };
    const options = defined({
      workflowId: this.idOf(page),
      args: [input] as [PageInput],
      // A page outlives the execution that started it, and is cancelled by its ID.
      parentClosePolicy: ParentClosePolicy.ABANDON,
      cancellationType: ChildWorkflowCancellationType.ABANDON,
      staticSummary: `page ${page} of fleet ${fleet}: ${accounts.length} accounts`,
      typedSearchAttributes: searchable ? known : undefined,
    });
    await CancellationScope.nonCancellable(async () => {
      try {
        const child = await startChild<(input: PageInput) => Promise<unknown>>(FLEET_PAGE_WORKFLOW, options);
        listener.onPageStarted(page);
        const onEnd = () => {
          listener.onPageLost(page, 'has ended');
        };
        void child.result().then(onEnd, onEnd);
      } catch (error) {
        listener.onPageLost(page, `could not be started (${wordsOf(error)})`);
      }
    });
  }

  private sendNext(): void {
    const { toSend } = this.state;
    while (this.sending.size < MOST_SENDING && !this.isHeldBack) {
      // One after another: messages that are under way together arrive in any order.
      const index = toSend.findIndex(([page]) => !this.sending.has(page));
      const [next] = index < 0 ? [] : toSend.splice(index, 1);
      if (next === undefined) return;
      const [page, message] = next;
      this.sending.add(page);
      void this.send(page, message).finally(() => {
        this.sending.delete(page);
        this.sendNext();
      });
    }
  }

  private async send(page: number, message: PageMessage): Promise<void> {
    const handle = getExternalWorkflowHandle(this.idOf(page));
    try {
      await CancellationScope.nonCancellable(() =>
        message === 'cancel' ? handle.cancel() : signalPatiently(handle, PAGE_ORDER_SIGNAL, message),
      );
    } catch {
      this.listener.onPageLost(page, 'is gone');
    }
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

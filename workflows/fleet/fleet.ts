import { setCurrentDetails } from '@temporalio/workflow';
import {
  MAX_NOTES,
  type CallsNews,
  type FleetPage,
  type FleetProgress,
  type FleetRequest,
  type FleetResult,
  type FleetStage,
  type PageReport,
} from '../../contract';
import type { Decision } from '../shared/handlers';
import { addCalls } from './calls';
import { fleetDetails } from './details';
import { LivePages } from './live-pages';
import {
  expectedPages,
  fleetProgress,
  fleetResult,
  newFleetState,
  stopOf,
  sumOverPages,
  type FleetState,
} from './state';

const CANCELLED = 'the fleet is being cancelled';
const ENDING = 'the fleet is ending: start it again once it has ended';

/** A fleet at work: decides what its pages do next, and what people may ask of it. */
export class Fleet {
  readonly state: FleetState;
  readonly pages: LivePages;
  /** Every account has ended, and so does the fleet: what is asked for now would be lost. */
  isEnding = false;

  constructor(
    readonly request: FleetRequest,
    carried?: FleetState,
  ) {
    this.state = carried ?? newFleetState(request);
    this.pages = new LivePages(request, this.state);
    if (carried === undefined && request.accounts !== undefined)
      this.pages.add({ page: 0, accounts: request.accounts });
  }

  get isDone(): boolean {
    const haveAllArrived = this.pages.areCancelled || this.state.arrived >= expectedPages(this.request);
    return haveAllArrived && this.pages.areQuiet && !this.pages.haveWork;
  }

  private get stage(): FleetStage {
    if (this.pages.areCancelled) return this.isDone ? 'cancelled' : 'cancelling';
    if (this.isDone) return 'done';
    if (this.state.stopped !== undefined) return 'stopping';
    return this.state.paused ? 'paused' : 'running';
  }

  /** Stops the pages once too many accounts have failed, and shares the window out over them. */
  rebalance(): void {
    const stop = this.state.stopped === undefined ? stopOf(this.state, this.request) : undefined;
    if (stop !== undefined) {
      this.state.stopped = stop;
      this.pages.order({ stop: true });
    }
    this.pages.shareWindow();
    this.show();
  }

  /** Starts a page. One that is there already changes nothing. */
  addPage(page: FleetPage): Decision {
    const { arrived } = this.state;
    const expected = expectedPages(this.request);
    if (this.isEnding) return ENDING;
    if (page.page >= expected)
      return `page ${page.page} is one too many: the fleet was started for ${expected}`;
    if (page.page > arrived) return `page ${page.page} came before page ${arrived}`;
    return () => {
      if (page.page === arrived) this.pages.add(page);
    };
  }

  pause(): Decision {
    const { tooLate } = this;
    if (tooLate !== undefined) return tooLate;
    if (this.state.paused) return () => ({ note: 'the fleet was paused already' });
    return () => {
      this.setPaused(true);
    };
  }

  resume(): Decision {
    const { tooLate } = this;
    if (tooLate !== undefined) return tooLate;
    if (!this.state.paused) return () => ({ note: 'the fleet was not paused' });
    return () => {
      this.setPaused(false);
    };
  }

  retry(): Decision {
    const { tooLate } = this;
    if (tooLate !== undefined) return tooLate;
    const aside = sumOverPages(this.state, 'held') + sumOverPages(this.state, 'notReady');
    if (this.state.stopped !== undefined && aside === 0)
      return 'the fleet is stopping, and no account is held: start it again once it has ended';
    return () => ({ retried: this.pages.retry() });
  }

  adjust(maxConcurrent: number): Decision {
    return (
      this.tooLate ??
      (() => {
        this.state.maxConcurrent = maxConcurrent;
        this.pages.hasNews = true;
      })
    );
  }

  /** Takes in what a page reports. A fleet that is being cancelled only waits, so this is when it shows how far it is. */
  onPageReport(report: PageReport): Decision {
    const decision = this.pages.onPageReport(report);
    if (typeof decision === 'string' || !this.pages.areCancelled) return decision;
    return () => {
      decision();
      this.show();
      return undefined;
    };
  }

  /** Adds calls that a worker made. A worker that still tells those of an earlier fleet of this name is not heard. */
  onCallsMade({ pageIdPrefix, ...made }: CallsNews): void {
    const { calls, startedAt } = this.state;
    if (pageIdPrefix !== this.state.pageIdPrefix) return;
    this.state.calls = addCalls(calls, made, Date.now() - Date.parse(startedAt));
  }

  addNote(text: string): void {
    this.state.notes.push(text);
    if (this.state.notes.length > MAX_NOTES) this.state.notes.shift();
    this.show();
  }

  /** Shows in the UI where the fleet stands. */
  show(): void {
    setCurrentDetails(fleetDetails(this.progress()));
  }

  progress(): FleetProgress {
    return fleetProgress(this.state, this.request, this.stage);
  }

  result(): FleetResult {
    return fleetResult(this.state, this.request);
  }

  /** Why nothing can be asked of the fleet any more. */
  private get tooLate(): string | undefined {
    if (this.pages.areCancelled) return CANCELLED;
    return this.isEnding ? ENDING : undefined;
  }

  private setPaused(paused: boolean): void {
    this.state.paused = paused;
    this.pages.order({ paused });
    this.show();
  }
}

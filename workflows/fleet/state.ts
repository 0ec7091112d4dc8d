import { workflowInfo } from '@temporalio/workflow';
import {
  defined,
  NO_CALLS,
  type AccountEnd,
  type FleetCalls,
  type FleetCause,
  type FleetCounts,
  type FleetPage,
  type FleetProgress,
  type FleetRequest,
  type FleetResult,
  type FleetStage,
  type FleetStop,
  type PageOrder,
  type PageReport,
} from '../../contract';
import { sumHolds, type HoldCause, type PageHold } from './holds';

/** A page that has not ended, as it last reported itself. */
export interface LivePage extends Omit<PageReport, 'pageId' | 'newFailures' | 'holds'> {
  /** Why accounts of it are held. */
  holds: PageHold[];
  /** The window that the page was given. */
  window: number;
  /** The page can be given orders. Before that it gets none, and when it starts all at once. */
  started: boolean;
}

/** How accounts have ended, and how many of those that succeeded differ from what was asked for. */
type EndedCounts = FleetCounts & { differing: number };

/** What a fleet sends to a page: orders, together, or a cancel. */
export type PageMessage = PageOrder | 'cancel';

/** What a fleet knows; an execution hands it on to the next. */
export interface FleetState {
  /** Those that have not ended, in their order. */
  pages: LivePage[];
  /** Pages that have arrived and wait to be started. */
  toStart: FleetPage[];
  /** What waits to be sent to pages, by page. */
  toSend: [page: number, PageMessage][];
  /** Pages that have arrived. */
  arrived: number;
  /** Accounts of the pages that have arrived. */
  accounts: number;
  /** How the accounts of the pages that have ended did. */
  ended: EndedCounts;
  causes: FleetCause[];
  /** The words of the causes for which accounts are held: pages only count them, so that there is room for many pages. */
  holdCauses: HoldCause[];
  calls: FleetCalls;
  maxConcurrent: number;
  paused: boolean;
  /** Too many accounts have failed: no further one is begun. */
  stopped?: FleetStop;
  startedAt: string;
  pageIdPrefix: string;
  notes: string[];
}

const NOBODY: FleetCounts = { succeeded: 0, failed: 0, cancelled: 0, skipped: 0 };
const ENDS = Object.keys(NOBODY) as AccountEnd[];
const COUNTED = [...ENDS, 'differing'] as const;

export function newFleetState({ maxConcurrent }: FleetRequest): FleetState {
  const { startTime, workflowId, firstExecutionRunId } = workflowInfo();
  return {
    pages: [],
    toStart: [],
    toSend: [],
    arrived: 0,
    accounts: 0,
    ended: { ...NOBODY, differing: 0 },
    causes: [],
    holdCauses: [],
    calls: NO_CALLS,
    maxConcurrent,
    paused: false,
    startedAt: startTime.toISOString(),
    // A fleet of this name may have been terminated, and its pages still end what they began.
    pageIdPrefix: `${workflowId}/${firstExecutionRunId.slice(-12)}/`,
    notes: [],
  };
}

export function newPage(page: number, waiting: number): LivePage {
  return {
    page,
    waiting,
    open: 0,
    held: 0,
    notReady: 0,
    ...NOBODY,
    holds: [],
    differing: 0,
    retries: 0,
    windingUp: false,
    untold: 0,
    window: 0,
    started: false,
  };
}

/** Counts the pages that a fleet is to have. */
export function expectedPages({ pages, accounts }: FleetRequest): number {
  return accounts === undefined ? pages : pages + 1;
}

/** Sums up, over the pages that have not ended, the accounts that are waiting, open, and so on. */
export function sumOverPages(
  { pages }: FleetState,
  what: 'waiting' | 'open' | 'held' | 'notReady' | 'differing' | AccountEnd,
): number {
  return pages.reduce((sum, page) => sum + page[what], 0);
}

/** Counts how the accounts of a fleet have ended so far. */
export function countEnds(state: FleetState): EndedCounts {
  const counts = { ...state.ended };
  for (const end of COUNTED) counts[end] += sumOverPages(state, end);
  return counts;
}

/** Keeps the counts of a page that leaves the live ones. */
export function addEndedPage({ ended }: FleetState, page: EndedCounts): void {
  for (const end of COUNTED) ended[end] += page[end];
}

/** Counts the accounts of a page by what it says of them. */
export function countAccounts({ waiting, open, ...page }: FleetCounts & { waiting: number; open: number }) {
  return ENDS.reduce((sum, end) => sum + page[end], waiting + open);
}

/** Tells whether a page has failures to tell, or accounts that have not ended. */
export function hasWork({ waiting, open, untold }: LivePage): boolean {
  return waiting + open + untold > 0;
}

/** Tells that so many accounts have failed that no further one is to be begun. */
export function stopOf(state: FleetState, request: FleetRequest): FleetStop | undefined {
  const { stopAfterFailures } = request;
  const { failed } = countEnds(state);
  if (stopAfterFailures === undefined || failed === 0) return undefined;
  // A share can be told once all accounts are known.
  if (typeof stopAfterFailures === 'string' && state.arrived < expectedPages(request)) return undefined;
  const enough =
    typeof stopAfterFailures === 'number'
      ? stopAfterFailures
      : (parseInt(stopAfterFailures) / 100) * state.accounts;
  return failed >= enough ? { failed, stopAfterFailures } : undefined;
}

/** Says where a fleet stands. */
export function fleetProgress(state: FleetState, request: FleetRequest, stage: FleetStage): FleetProgress {
  const { accounts, pages, arrived, maxConcurrent, startedAt, causes, calls, pageIdPrefix, stopped, notes } =
    state;
  // Pages start in any order, and who reads them counts from 0.
  const firstStarting = pages.find(({ started }) => !started)?.page;
  return defined({
    name: request.name,
    stage,
    accounts,
    pages: { arrived: firstStarting ?? arrived, expected: expectedPages(request) },
    ...countEnds(state),
    waiting: sumOverPages(state, 'waiting'),
    open: sumOverPages(state, 'open'),
    held: sumOverPages(state, 'held'),
    notReady: sumOverPages(state, 'notReady'),
    maxConcurrent,
    startedAt,
    causes,
    holds: sumHolds(state),
    calls,
    pageIdPrefix,
    stopped,
    notes: notes.length > 0 ? notes : undefined,
  });
}

/** Says what a fleet came to. */
export function fleetResult(state: FleetState, { name }: FleetRequest): FleetResult {
  const { accounts, causes, arrived: pages, pageIdPrefix, startedAt } = state;
  return { name, startedAt, accounts, ...countEnds(state), causes, pages, pageIdPrefix };
}

import type { FleetCounts, AccountFailure } from '../../contract';

// What a fleet and its pages tell each other: within one release, so no part of the public contract.

/** The argument of a page. */
export interface PageInput {
  /** The fleet's name, and its workflow ID. */
  fleet: string;
  fleetId: string;
  page: number;
  accounts: unknown[];
  /** The namespace knows the search attributes. */
  searchable: boolean;
}

/** Signal from the fleet to a page: what it may do from now on. */
export const PAGE_ORDER = 'pageOrder';
export interface PageOrder {
  /** Runs that may be open at once, held ones aside. */
  window?: number;
  paused?: boolean;
  /** Start no account any more. */
  stop?: true;
  /** Try held and failed accounts again: how often that has been ordered. */
  retry?: number;
  /** There is nothing left to do: return the outcomes. */
  finish?: true;
  /** The fleet that the page belongs to is gone: end what is open, begin nothing. */
  orphaned?: true;
}

/** Signal from a page to its fleet: where it stands, and which accounts have failed since its last report. */
export const PAGE_REPORT = 'pageReport';
export interface PageReport extends FleetCounts {
  page: number;
  /** The page's workflow ID: it reports to a name, and the fleet that started it may have been terminated. */
  pageId?: string;
  waiting: number;
  open: number;
  held: number;
  /** The last order to retry that it has obeyed. */
  retries: number;
  newFailures: NewFailure[];
  /** How many more there are, which the next reports tell; absent where none is. */
  untold?: number;
}

/** Of several with the same cause in a report, the first alone has its message: a report has to fit into a payload. */
export interface NewFailure {
  accountId: string;
  failure: AccountFailure;
}

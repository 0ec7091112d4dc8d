import {
  CancellationScope,
  ChildWorkflowCancellationType,
  ParentClosePolicy,
  startChild,
} from '@temporalio/workflow';
import { FLEET_PAGE_WORKFLOW, SEARCH_ATTRIBUTES, type FleetCounts, type ProgressFailure } from '../contract';

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

/** Starts a page; one of a fleet that is cancelled meanwhile is started all the same, and cancelled then. */
export async function startPage(workflowId: string, input: PageInput): Promise<void> {
  const { fleet, page, accounts, searchable } = input;
  await CancellationScope.nonCancellable(() =>
    startChild<(input: PageInput) => Promise<unknown>>(FLEET_PAGE_WORKFLOW, {
      workflowId,
      args: [input],
      // A page outlives the execution that started it, and is cancelled by its ID.
      parentClosePolicy: ParentClosePolicy.ABANDON,
      cancellationType: ChildWorkflowCancellationType.ABANDON,
      staticSummary: `page ${page} of fleet ${fleet}: ${accounts.length} accounts`,
      ...(searchable && { typedSearchAttributes: [{ key: SEARCH_ATTRIBUTES.fleet, value: fleet }] }),
    }),
  );
}

/** Signal from the fleet to a page: what it may do from now on. */
export const PAGE_ORDER = 'pageOrder';
export interface PageOrder {
  /** Runs that may be open at once, held ones aside. */
  window?: number;
  paused?: boolean;
  /** Start no account any more. */
  stop?: true;
  /** Try held and failed accounts again. */
  retry?: true;
  /** There is nothing left to do: return the outcomes. */
  finish?: true;
}

/** Signal from a page to its fleet: where it stands, and which accounts have failed since its last report. */
export const PAGE_REPORT = 'pageReport';
export interface PageReport extends FleetCounts {
  page: number;
  waiting: number;
  open: number;
  held: number;
  newFailures: { accountId: string; failure: ProgressFailure }[];
}

import {
  CancellationScope,
  condition,
  getExternalWorkflowHandle,
  isCancellation,
  log,
  workflowInfo,
} from '@temporalio/workflow';
import {
  causeKey,
  PAGE_REPORT_SIGNAL,
  readPageInput,
  type AccountOutcome,
  type NewFailure,
  type PageInput,
  type PageReport,
} from '../../contract';
import { readArgument } from '../shared/argument';
import { provisionAccount } from './account-run';
import { setPageHandlers } from './handlers';
import { PageOrders } from './page-orders';
import { PageState } from './page-state';

/** Successes are reported together, so often; what changes the fleet's course is reported at once. */
const REPORT_EVERY = '5s';
/** Failures of one report. */
const MAX_TOLD = 50;

/**
 * A page of a fleet: starts the runs of its accounts as its fleet orders, and answers with what became of them. Runs of
 * several pages are open at once, so an account that takes long keeps its page, and nothing else, from ending.
 */
export async function provisionFleetPage(argument: unknown): Promise<AccountOutcome[]> {
  const input = readArgument(readPageInput, argument);
  const page = new PageState(input.accounts);
  const orders = new PageOrders(page);
  setPageHandlers(page, orders);
  const reporting = CancellationScope.nonCancellable(() => reportToFleet(input, page));
  try {
    await beginAccounts(input, page, orders);
  } catch (error) {
    if (!isCancellation(error)) throw error;
    await CancellationScope.nonCancellable(() => page.windUp());
  }
  page.isFinished = true;
  await reporting;
  await orders.areSent();
  return page.outcomes();
}

/** Begins accounts whenever the window has room, until the fleet has nothing left for the page to do. */
async function beginAccounts(input: PageInput, page: PageState, orders: PageOrders): Promise<void> {
  for (;;) {
    await condition(() => page.hasRoom || page.isFinished);
    if (page.isFinished) return;
    const index = page.next();
    if (index !== undefined) void provision(index, input, page, orders);
  }
}

async function provision(
  index: number,
  { accounts, fleet, searchable }: PageInput,
  page: PageState,
  orders: PageOrders,
): Promise<void> {
  const run = page.onBegun(index);
  const outcome = await provisionAccount(accounts[index], {
    fleet,
    searchable,
    onRunStarted: (workflowId) => {
      run.workflowId = workflowId;
      orders.pauseIfPaused(run);
    },
  });
  page.onEnded(index, run, outcome);
}

/** Reports to the fleet where a page stands, until the page is finished and everything is told. */
async function reportToFleet({ fleetId, page: number }: PageInput, page: PageState): Promise<void> {
  const fleet = getExternalWorkflowHandle(fleetId);
  const pageId = workflowInfo().workflowId;
  let reported = '';
  const hasNews = () => page.newFailures.length > 0 || JSON.stringify(page.counts()) !== reported;
  // A failure may stop the fleet, and a place that this page has no use for is another's.
  const isUrgent = () => page.newFailures.length > 0 || (page.haveAllBegun && hasNews());
  const isDue = () => page.isFinished || isUrgent();
  for (;;) {
    // Nothing changes while nothing is open, so no timer is needed to look.
    if (page.isAnyOpen) await condition(isDue, REPORT_EVERY);
    else await condition(() => isDue() || page.isAnyOpen);
    if (!hasNews()) {
      if (page.isFinished) return;
      continue;
    }
    const counts = page.counts();
    reported = JSON.stringify(counts);
    const newFailures = withoutRepeats(page.newFailures.splice(0, MAX_TOLD));
    const untold = page.newFailures.length;
    try {
      const report: PageReport = { page: number, pageId, ...counts, newFailures, untold };
      await fleet.signal<[PageReport]>(PAGE_REPORT_SIGNAL, report);
    } catch (error) {
      log.warn('the fleet is gone: what is open is ended, nothing new is begun', { error });
      await page.windUp();
    }
  }
}

/** Leaves out what happened where a failure before has the same cause: the count is enough. */
function withoutRepeats(failures: readonly NewFailure[]): NewFailure[] {
  const seen = new Set<string>();
  return failures.map(({ accountId, failure }) => {
    const cause = causeKey(failure);
    const whatHappened = seen.has(cause) ? '' : failure.whatHappened;
    seen.add(cause);
    return { accountId, failure: { ...failure, whatHappened } };
  });
}

import { CancellationScope, condition, isCancellation } from '@temporalio/workflow';
import { readPageInput, type AccountOutcome, type PageInput } from '../../contract';
import { provisionAccount } from './account-run';
import { setPageHandlers } from './page-handlers';
import { PageOrders } from './page-orders';
import { reportToFleet } from './page-report';
import { PageState } from './page-state';
import { readArgument } from './receive';

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
  page.finish();
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
      orders.onRunStarted(run);
    },
  });
  page.onEnded(index, run, outcome);
}

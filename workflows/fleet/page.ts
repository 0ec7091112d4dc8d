import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  isCancellation,
  workflowInfo,
} from '@temporalio/workflow';
import { readPageInput, type AccountOutcome, type PageInput } from '../../contract';
import { carriedOver, readArgument, refuseArgument } from '../shared/argument';
import { provisionAccount, type AccountRun, type BegunAccount } from './account-run';
import { setPageHandlers } from './handlers';
import { PageOrders } from './page-orders';
import { PageReporter } from './page-reporter';
import { PageState, type CarriedPage, type OpenAccount } from './page-state';
import { stateVersioning } from '../shared/versioning';

/**
 * Executions end far below what a history may hold, 51,200 events and 10,000 signals: each `retry` of a page full of failures
 * costs it more than a thousand. Where runs are open the next execution has to ask after them, so that comes later.
 */
const MAX_EVENTS = { whereNothingIsOpen: 1_000, atMost: 2_500 };

/**
 * A page of a fleet: starts the runs of its accounts as its fleet orders, and answers with what became of them. Runs of
 * several pages are open at once, so an account that takes long keeps its page, and nothing else, from ending.
 */
export async function provisionFleetPage(
  argument: unknown,
  carried?: CarriedPage,
): Promise<AccountOutcome[]> {
  const input = readArgument(readPageInput, argument);
  requireFleet(input);
  const page = new PageState(input.accounts, carriedOver(carried));
  const orders = new PageOrders(page);
  // Orders that were there before the page took its first task are carried out as the handlers are set, and are news.
  const reporter = new PageReporter(input, page);
  setPageHandlers(page, orders);
  const reporting = CancellationScope.nonCancellable(() => reporter.report());
  try {
    for (const [index, account] of page.begun())
      void provision(index, account, input, page, orders, { ...account });
    await beginAccounts(input, page, orders, reporter);
  } catch (error) {
    if (!isCancellation(error)) throw error;
    await CancellationScope.nonCancellable(() => page.windUp());
  }
  page.isFinished = true;
  await reporting;
  await orders.areSent();
  return page.outcomes();
}

// It lives as long as its fleet, with which it exchanges messages; the runs that it starts are of the current version.
stateVersioning('AUTO_UPGRADE', provisionFleetPage);

/** A page that nobody orders to do anything would wait for ever. */
function requireFleet({ fleetId }: PageInput): void {
  const { parent, workflowId } = workflowInfo();
  if (parent?.workflowId === fleetId && workflowId.startsWith(`${fleetId}/`)) return;
  const message = 'must be the fleet that has started the page: a page is started by no one else';
  throw refuseArgument([{ field: 'fleetId', message }]);
}

/** Begins accounts whenever the window has room, until the fleet has nothing left for the page to do. */
async function beginAccounts(
  input: PageInput,
  page: PageState,
  orders: PageOrders,
  reporter: PageReporter,
): Promise<void> {
  // What is under way the next execution would not know of.
  const canGoOn = () => page.haveAllRuns && orders.areQuiet && !reporter.isUnderWay && allHandlersFinished();
  for (;;) {
    await condition(() => page.isFinished || (isLong(page) ? canGoOn() : page.hasRoom));
    if (page.isFinished) return;
    if (isLong(page)) {
      await continueAsNew<typeof provisionFleetPage>(input, page.carry());
    } else {
      const index = page.next();
      if (index !== undefined) void provision(index, page.onBegun(index), input, page, orders);
    }
  }
}

/** Tells whether the history of a page is to go on in another execution. */
function isLong({ countOpen, isWindingUp }: PageState): boolean {
  const { historyLength, continueAsNewSuggested } = workflowInfo();
  if (isWindingUp) return false;
  if (countOpen === 0) return historyLength > MAX_EVENTS.whereNothingIsOpen;
  // To ask after them all makes a history by itself.
  return (continueAsNewSuggested || historyLength > MAX_EVENTS.atMost) && historyLength > 8 * countOpen;
}

/** @param begun what an earlier execution has begun with the account */
async function provision(
  index: number,
  account: OpenAccount,
  { accounts, fleet, searchable, trustHistory }: PageInput,
  page: PageState,
  orders: PageOrders,
  begun?: BegunAccount,
): Promise<void> {
  const context = {
    fleet,
    searchable,
    trustHistory,
    onRunStarted: (run: AccountRun) => {
      account.run = run;
      orders.pauseIfPaused(account);
    },
    onRunFollowed: () => {
      account.isFollowed = true;
    },
  };
  page.onEnded(index, account, await provisionAccount(accounts[index], context, begun));
}

import { defineQuery, log, setHandler } from '@temporalio/workflow';
import {
  ADD_PAGE_SIGNAL,
  ADJUST_UPDATE,
  CALLS_SIGNAL,
  FLEET_STEERING,
  HELD_SIGNAL,
  OUTCOMES_QUERY,
  PAGE_ORDER_SIGNAL,
  PAGE_REPORT_SIGNAL,
  PROGRESS_QUERY,
  readAdjustment,
  readCallsNews,
  readHeldNews,
  readPage,
  readPageOrder,
  readPageReport,
  UNFINISHED_QUERY,
  type AccountOutcome,
  type FleetProgress,
  type FleetSteer,
  type UnfinishedAccount,
} from '../../contract';
import { decideBy, handleOtherSignals, handleSignal, handleUpdate } from '../shared/handlers';
import type { Fleet } from './fleet';
import type { PageOrders } from './page-orders';
import type { PageState } from './page-state';

/** Sets the handlers of the query, the signals and the Updates of a fleet. */
export function setFleetHandlers(fleet: Fleet): void {
  const progress = () => fleet.progress();
  const note = (text: string) => {
    fleet.addNote(text);
  };
  setHandler(defineQuery<FleetProgress>(PROGRESS_QUERY), progress, {
    description: 'Where the fleet stands, as JSON.',
  });
  handleSignal(
    PAGE_REPORT_SIGNAL,
    'Sent by the pages of the fleet: where they stand.',
    decideBy(readPageReport, (report) => fleet.onPageReport(report)),
    note,
  );
  handleSignal(
    CALLS_SIGNAL,
    'Sent by workers: how many calls they made for the accounts.',
    decideBy(readCallsNews, (calls) => () => {
      fleet.onCallsMade(calls);
    }),
    note,
  );
  const nextAccounts = 'The next accounts: {page, accounts}, pages counted from 0.';
  const addPage = decideBy(readPage, (page) => fleet.addPage(page));
  handleSignal(ADD_PAGE_SIGNAL, nextAccounts, addPage, note);
  handleUpdate(ADD_PAGE_SIGNAL, nextAccounts, addPage, progress);
  for (const [steer, description] of Object.entries(FLEET_STEERING) as [FleetSteer, string][]) {
    const decide = () => fleet[steer]();
    handleSignal(steer, description, decide, note);
    handleUpdate(steer, description, decide, progress);
  }
  handleUpdate(
    ADJUST_UPDATE,
    'Changes {maxConcurrent} while the fleet runs.',
    decideBy(readAdjustment, ({ maxConcurrent }) => fleet.adjust(maxConcurrent)),
    progress,
  );
  handleOtherSignals([...Object.keys(FLEET_STEERING), ADD_PAGE_SIGNAL], note);
}

/** Sets the handlers of the queries and signals of a page. */
export function setPageHandlers(page: PageState, orders: PageOrders): void {
  const note = (text: string) => {
    log.warn(text);
  };
  handleSignal(
    PAGE_ORDER_SIGNAL,
    'Sent by the fleet: what the page may do from now on.',
    decideBy(readPageOrder, (order) => () => {
      orders.onPageOrder(order);
    }),
    note,
  );
  handleSignal(
    HELD_SIGNAL,
    'Sent by the run of an account: it is held or waits for the account to be ready, or is so no more.',
    decideBy(readHeldNews, (news) => () => {
      const account = page.onHeld(news);
      // `retry` lets a held run go on, and the fleet may have been paused meanwhile.
      if (account !== undefined) orders.pauseIfPaused(account);
    }),
    note,
  );
  handleOtherSignals(['orders of the fleet and news of its runs'], note);
  setHandler(defineQuery<AccountOutcome[]>(OUTCOMES_QUERY), () => page.outcomes(), {
    description: 'What became of the accounts that have ended, as JSON.',
  });
  setHandler(defineQuery<UnfinishedAccount[]>(UNFINISHED_QUERY), () => page.unfinished(), {
    description: 'The accounts that have not ended, as JSON.',
  });
}

import { defineQuery, log, setHandler } from '@temporalio/workflow';
import {
  HELD_SIGNAL,
  OUTCOMES_QUERY,
  PAGE_ORDER_SIGNAL,
  readHeldNews,
  readPageOrder,
  UNFINISHED_QUERY,
  type AccountOutcome,
  type UnfinishedAccount,
} from '../../contract';
import type { PageOrders } from './page-orders';
import type { PageState } from './page-state';
import { receive } from './receive';

/** Sets the handlers of the queries and signals of a page. A signal that makes no sense changes nothing and is logged. */
export function setPageHandlers(page: PageState, orders: PageOrders): void {
  const refuse = (why: string) => {
    log.warn(why);
  };
  receive(PAGE_ORDER_SIGNAL, {
    read: readPageOrder,
    take: (order) => {
      orders.onPageOrder(order);
    },
    refuse,
    description: 'Sent by the fleet: what the page may do from now on.',
  });
  receive(HELD_SIGNAL, {
    read: readHeldNews,
    take: (news) => {
      page.onHeld(news);
    },
    refuse,
    description: 'Sent by the run of an account: it is held, or is so no more.',
  });
  setHandler(defineQuery<AccountOutcome[]>(OUTCOMES_QUERY), () => page.outcomes(), {
    description: 'What became of the accounts that have ended, as JSON.',
  });
  setHandler(defineQuery<UnfinishedAccount[]>(UNFINISHED_QUERY), () => page.unfinished(), {
    description: 'The accounts that have not ended, as JSON.',
  });
}

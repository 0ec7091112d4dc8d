import {
  ApplicationFailure,
  defineQuery,
  defineSignal,
  defineUpdate,
  log,
  setHandler,
} from '@temporalio/workflow';
import {
  ADD_PAGE_SIGNAL,
  ADJUST_UPDATE,
  CALLS_SIGNAL,
  describeProblems,
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
  type ReadRequest,
  type UnfinishedAccount,
} from '../../contract';
import type { Fleet } from './fleet';
import type { PageOrders } from './page-orders';
import type { PageState } from './page-state';

/**
 * Sets the handlers of the query, the signals and the Updates of a fleet. A signal that makes no sense changes nothing and
 * is noted; an Update that makes none is refused with the reason.
 */
export function setFleetHandlers(fleet: Fleet): void {
  const refuse = (why: string) => {
    fleet.addNote(why);
  };
  setHandler(defineQuery<FleetProgress>(PROGRESS_QUERY), () => fleet.progress(), {
    description: 'Where the fleet stands, as JSON.',
  });
  receive(PAGE_REPORT_SIGNAL, {
    read: readPageReport,
    take: (report) => {
      fleet.pages.onPageReport(report);
    },
    refuse,
    description: 'Sent by the pages of the fleet: where they stand.',
  });
  receive(CALLS_SIGNAL, {
    read: readCallsNews,
    take: (calls) => {
      fleet.onCallsMade(calls);
    },
    refuse,
    description: 'Sent by workers: how many calls they made for the accounts.',
  });
  receive(ADD_PAGE_SIGNAL, {
    read: readPage,
    take: (page) => {
      const reason = fleet.whyNotPage(page);
      if (reason === undefined) fleet.addPage(page);
      else refuse(`${ADD_PAGE_SIGNAL} changed nothing: ${reason}`);
    },
    refuse,
    description: 'The next accounts: {page, accounts}, pages counted from 0.',
  });
  for (const [steer, description] of Object.entries(FLEET_STEERING) as [FleetSteer, string][])
    setSteeringHandlers(fleet, steer, description);
  setHandler(
    defineUpdate<FleetProgress, [unknown]>(ADJUST_UPDATE),
    (argument) => {
      const read = readAdjustment(argument);
      if ('request' in read) fleet.adjust(read.request.maxConcurrent);
      return fleet.progress();
    },
    {
      description: 'Changes {maxConcurrent} while the fleet runs.',
      validator(argument) {
        const read = readAdjustment(argument);
        if ('problems' in read) throw refused(describeProblems(read.problems));
      },
    },
  );
}

/** Sets the handlers of a signal and of the Update of the same name. */
function setSteeringHandlers(fleet: Fleet, steer: FleetSteer, description: string): void {
  setHandler(
    defineSignal(steer),
    () => {
      const reason = fleet.whyNot(steer);
      if (reason === undefined) fleet[steer]();
      else fleet.addNote(`${steer} changed nothing: ${reason}`);
    },
    { description },
  );
  setHandler(
    defineUpdate<FleetProgress>(steer),
    () => {
      fleet[steer]();
      return fleet.progress();
    },
    {
      description,
      validator() {
        const reason = fleet.whyNot(steer);
        if (reason !== undefined) throw refused(reason);
      },
    },
  );
}

function refused(reason: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(reason, 'Refused');
}

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

/** What is done with the signals of a name. */
interface Receiver<T> {
  /** Reads the argument. */
  read: (input: unknown) => ReadRequest<T>;
  take: (message: T) => void;
  /** Takes note of why a signal changed nothing. */
  refuse: (why: string) => void;
  /** What the UI says of the signal. */
  description: string;
}

/**
 * Reads the signals of a name before they are taken; one that makes no sense changes nothing. A handler that threw would
 * fail the workflow task again and again, and the workflow would answer nobody any more.
 */
function receive<T>(signal: string, { read, take, refuse, ...options }: Receiver<T>): void {
  const handler = (argument: unknown) => {
    const message = read(argument);
    if ('request' in message) take(message.request);
    else refuse(`${signal} changed nothing: ${describeProblems(message.problems)}`);
  };
  setHandler(defineSignal<[unknown]>(signal), handler, options);
}

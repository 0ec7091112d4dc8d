import {
  ApplicationFailure,
  defineQuery,
  defineSignal,
  defineUpdate,
  setHandler,
} from '@temporalio/workflow';
import {
  ADD_PAGE_SIGNAL,
  ADJUST_UPDATE,
  CALLS_SIGNAL,
  describeProblems,
  FLEET_STEERING,
  PAGE_REPORT_SIGNAL,
  PROGRESS_QUERY,
  readAdjustment,
  readCallsNews,
  readPage,
  readPageReport,
  type FleetProgress,
  type FleetSteer,
} from '../../contract';
import type { Fleet } from './fleet';
import { receive } from './receive';

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

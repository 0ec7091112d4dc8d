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
  PROGRESS_QUERY,
  readAdjustment,
  readCallsNews,
  readPage,
  type FleetSteer,
  type FleetProgress,
} from '../../contract';
import type { Fleet } from './state';
import { PAGE_REPORT, type PageReport } from './messages';

/** Answers the query, the signals and the Updates of a fleet. What makes no sense changes nothing, and says so. */
export function offerFleetSteering(fleet: Fleet): void {
  const carryOut: Record<FleetSteer, () => void> = {
    pause: () => {
      fleet.pause(true);
    },
    resume: () => {
      fleet.pause(false);
    },
    retry: () => {
      fleet.retry();
    },
  };
  setHandler(defineQuery<FleetProgress>(PROGRESS_QUERY), () => fleet.progress(), {
    description: 'Where the fleet stands, as JSON.',
  });
  setHandler(defineSignal<[PageReport]>(PAGE_REPORT), (report) => {
    fleet.hear(report);
  });
  setHandler(
    defineSignal<[unknown]>(CALLS_SIGNAL),
    (input) => {
      const read = readCallsNews(input);
      if ('request' in read) fleet.hearOfCalls(read.request);
      else fleet.note(`callsMade changed nothing: ${describeProblems(read.problems)}`);
    },
    { description: 'Sent by workers: how many calls they made for the accounts.' },
  );
  setHandler(
    defineSignal<[unknown]>(ADD_PAGE_SIGNAL),
    (input) => {
      const read = readPage(input);
      const reason = 'problems' in read ? describeProblems(read.problems) : fleet.whyNotPage(read.request);
      if (reason !== undefined) fleet.note(`addPage changed nothing: ${reason}`);
      else if ('request' in read) fleet.addPage(read.request);
    },
    { description: 'The next accounts: {page, accounts}, pages counted from 0.' },
  );
  for (const [name, description] of Object.entries(FLEET_STEERING) as [FleetSteer, string][]) {
    setHandler(
      defineSignal(name),
      () => {
        const reason = fleet.whyNot(name);
        if (reason === undefined) carryOut[name]();
        else fleet.note(`${name} changed nothing: ${reason}`);
      },
      { description },
    );
    setHandler(
      defineUpdate<FleetProgress>(name),
      () => {
        carryOut[name]();
        return fleet.progress();
      },
      {
        description,
        validator() {
          const reason = fleet.whyNot(name);
          if (reason !== undefined) throw ApplicationFailure.nonRetryable(reason, 'Refused');
        },
      },
    );
  }
  setHandler(
    defineUpdate<FleetProgress, [unknown]>(ADJUST_UPDATE),
    (input) => {
      const read = readAdjustment(input);
      if ('request' in read) fleet.adjust(read.request.maxConcurrent);
      return fleet.progress();
    },
    {
      description: 'Changes {maxConcurrent} while the fleet runs.',
      validator(input) {
        const read = readAdjustment(input);
        if ('problems' in read)
          throw ApplicationFailure.nonRetryable(describeProblems(read.problems), 'Refused');
      },
    },
  );
}

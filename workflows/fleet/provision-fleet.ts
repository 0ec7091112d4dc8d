import {
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  condition,
  continueAsNew,
  isCancellation,
  patched,
  workflowInfo,
} from '@temporalio/workflow';
import { describeProblems, readFleetRequest, FAILURES, type FleetResult } from '../../contract';
import { Fleet } from './state';
import type { CarriedFleet } from './tally';
import { offerFleetSteering } from './handlers';

/** A page that was terminated says nothing: so often all are spoken to, which fails for one that is gone. */
const SILENCE = '10m';

/** Executions end far below what a history may hold: 51,200 events or 50 MiB. */
const MAX_EVENTS = 1_000;
const MAX_BYTES = 4_000_000;

/**
 * Provisions the accounts of a fleet, each by a run of its own, `maxConcurrent` at once. The accounts are held by pages,
 * workflows of their own, so that neither the history nor a payload of this one grows with their number.
 */
export async function provisionFleet(input: unknown, carried?: CarriedFleet): Promise<FleetResult> {
  const read = readFleetRequest(input);
  if ('problems' in read) throw invalidFleet(describeProblems(read.problems));
  const fleet = new Fleet(read.request, carried);
  offerFleetSteering(fleet);
  try {
    while (!fleet.isDone) {
      fleet.act();
      if (!(await condition(() => fleet.hasNews || fleet.isDone || isLongWithoutNews(), SILENCE)))
        fleet.speakToAll();
      if (isLong() && (await isQuiet(fleet)))
        await continueAsNew<typeof provisionFleet>(fleet.request, fleet.carried());
    }
  } catch (error) {
    if (!isCancellation(error)) throw error;
    await CancellationScope.nonCancellable(async () => {
      fleet.cancel();
      await condition(() => fleet.isDone);
    });
    throw error;
  }
  await fleet.finish();
  return fleet.result();
}

function invalidFleet(problems: string): ApplicationFailure {
  const { meaning, types } = FAILURES.invalidRequest;
  const message = `${meaning}: ${problems}. Correct the fields that the message names, then start the fleet again.`;
  return ApplicationFailure.nonRetryable(message, types[0]);
}

/** Calls and pages make a history long without being news; fleets once did not look. */
function isLongWithoutNews(): boolean {
  return isLong() && patched('long-without-news');
}

function isLong(): boolean {
  const { historyLength, historySize, continueAsNewSuggested } = workflowInfo();
  return continueAsNewSuggested || historyLength > MAX_EVENTS || historySize > MAX_BYTES;
}

/** Whether nothing that was sent is under way, which the next execution would not know of. */
async function isQuiet(fleet: Fleet): Promise<boolean> {
  await condition(() => fleet.isQuiet && allHandlersFinished());
  return !fleet.isDone;
}

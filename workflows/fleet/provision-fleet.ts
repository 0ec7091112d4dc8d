import {
  CancellationScope,
  condition,
  continueAsNew,
  isCancellation,
  workflowInfo,
} from '@temporalio/workflow';
import { fleetIdOf, readFleetRequest, type FleetRequest, type FleetResult } from '../../contract';
import { Fleet } from './fleet';
import { setFleetHandlers } from './handlers';
import { carriedOver, readArgument, refuseArgument } from '../shared/argument';
import type { FleetState } from './state';
import { stateVersioning } from '../shared/versioning';

/** A page that was terminated says nothing: so often all pages are pinged, which fails for one that is gone. */
const SILENCE_MS = 600_000;
/** In a fleet that is cancelled nothing else happens to the pages, so they are pinged sooner, and then ever more rarely. */
const FIRST_SILENCE_MS = 10_000;
/** A fleet that is cancelled cannot go on in another execution: of its history the pings leave half to what pages report. */
const MAX_EVENTS_OF_PINGS = 25_000;

/** Executions end far below what a history may hold: 51,200 events, 50 MiB and 10,000 signals. */
const MAX_EVENTS = 1_000;
const MAX_BYTES = 4_000_000;

/**
 * Provisions the accounts of a fleet, each by a run of its own, `maxConcurrent` at once. The accounts are held by pages,
 * workflows of their own, so that neither the history nor a payload of this one grows with their number.
 */
export async function provisionFleet(argument: unknown, carried?: FleetState): Promise<FleetResult> {
  const request = readArgument(readFleetRequest, argument);
  requireOwnId(request);
  const fleet = new Fleet(request, carriedOver(carried));
  const { pages } = fleet;
  setFleetHandlers(fleet);
  try {
    while (!fleet.isDone) {
      fleet.rebalance();
      const hasHeard = await condition(() => pages.hasNews || fleet.isDone || isLong(), SILENCE_MS);
      if (!hasHeard) pages.pingPages();
      if (isLong()) await goOn(fleet);
    }
  } catch (error) {
    if (!isCancellation(error)) throw error;
    await CancellationScope.nonCancellable(() => cancelPages(fleet));
    throw error;
  }
  // Every account has ended: a cancel that comes now changes nothing.
  fleet.isEnding = true;
  await CancellationScope.nonCancellable(() => pages.finish());
  fleet.show();
  return fleet.result();
}

// It is open for as long as any of its accounts: pinned, it would keep an old version for weeks, and begin accounts there.
stateVersioning('AUTO_UPGRADE', provisionFleet);

/** Pages, workers and the client know a fleet by its workflow ID. */
function requireOwnId({ name }: FleetRequest): void {
  const { workflowId } = workflowInfo();
  const expected = fleetIdOf(name);
  if (workflowId === expected) return;
  const message = `must be the name in the workflow ID: the workflow ID is ${workflowId}, and has to be ${expected}`;
  throw refuseArgument([{ field: 'name', message }]);
}

/** Tells whether the history is to go on in another execution. Pages and calls make it long without being news. */
function isLong(): boolean {
  const { historyLength, historySize, continueAsNewSuggested } = workflowInfo();
  return continueAsNewSuggested || historyLength > MAX_EVENTS || historySize > MAX_BYTES;
}

/** Goes on in another execution, unless the fleet is done meanwhile. */
async function goOn(fleet: Fleet): Promise<void> {
  await fleet.pages.holdBack();
  if (!fleet.isDone) await continueAsNew<typeof provisionFleet>(fleet.request, fleet.state);
  fleet.pages.goOn();
}

/** Cancels the pages, and waits until every run that the fleet began has ended, or nobody says any more what becomes of it. */
async function cancelPages(fleet: Fleet): Promise<void> {
  const { pages } = fleet;
  pages.goOn();
  pages.cancel();
  fleet.show();
  let waited = FIRST_SILENCE_MS;
  for (let wait = FIRST_SILENCE_MS; !(await condition(() => fleet.isDone, wait)); waited += wait) {
    if (workflowInfo().historyLength < MAX_EVENTS_OF_PINGS) pages.pingSilentPages();
    fleet.show();
    wait = Math.min(waited, SILENCE_MS);
  }
  fleet.show();
}

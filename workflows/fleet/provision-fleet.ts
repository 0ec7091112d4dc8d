import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  isCancellation,
  workflowInfo,
} from '@temporalio/workflow';
import { readFleetRequest, type FleetResult } from '../../contract';
import { Fleet } from './fleet';
import { setFleetHandlers } from './handlers';
import { readArgument } from '../shared/argument';
import type { FleetState } from './state';

/** A page that was terminated says nothing: so often all pages are pinged, which fails for one that is gone. */
const SILENCE = '10m';

/** Executions end far below what a history may hold: 51,200 events or 50 MiB. */
const MAX_EVENTS = 1_000;
const MAX_BYTES = 4_000_000;

/**
 * Provisions the accounts of a fleet, each by a run of its own, `maxConcurrent` at once. The accounts are held by pages,
 * workflows of their own, so that neither the history nor a payload of this one grows with their number.
 */
export async function provisionFleet(argument: unknown, carried?: FleetState): Promise<FleetResult> {
  const fleet = new Fleet(readArgument(readFleetRequest, argument), carried);
  const { pages } = fleet;
  setFleetHandlers(fleet);
  try {
    while (!fleet.isDone) {
      fleet.rebalance();
      const hasHeard = await condition(() => pages.hasNews || fleet.isDone || isLong(), SILENCE);
      if (!hasHeard) pages.pingPages();
      if (isLong() && (await becomesQuiet(fleet)))
        await continueAsNew<typeof provisionFleet>(fleet.request, fleet.state);
    }
  } catch (error) {
    if (!isCancellation(error)) throw error;
    await CancellationScope.nonCancellable(async () => {
      pages.cancel();
      await condition(() => fleet.isDone);
    });
    throw error;
  }
  // Every account has ended: a cancel that comes now changes nothing.
  await CancellationScope.nonCancellable(() => pages.finish());
  return fleet.result();
}

/** Tells whether the history is to go on in another execution. Pages and calls make it long without being news. */
function isLong(): boolean {
  const { historyLength, historySize, continueAsNewSuggested } = workflowInfo();
  return continueAsNewSuggested || historyLength > MAX_EVENTS || historySize > MAX_BYTES;
}

/** Waits until nothing that was sent is under way, of which the next execution would not know; tells whether there is one. */
async function becomesQuiet(fleet: Fleet): Promise<boolean> {
  await condition(() => fleet.pages.areQuiet && allHandlersFinished());
  return !fleet.isDone;
}

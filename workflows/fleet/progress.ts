import {
  defined,
  type FleetProgress,
  type FleetRequest,
  type FleetResult,
  type FleetStage,
} from '../../contract';
import { countEnds, expectedPages, sumOverPages, type FleetState } from './state';

/** Says where a fleet stands. */
export function fleetProgress(state: FleetState, request: FleetRequest, stage: FleetStage): FleetProgress {
  const { accounts, pages, arrived, maxConcurrent, startedAt, causes, calls, pageIdPrefix, notes } = state;
  // Pages start in any order, and who reads them counts from 0.
  const firstStarting = pages.find(({ started }) => !started)?.page;
  return defined({
    name: request.name,
    stage,
    accounts,
    pages: { arrived: firstStarting ?? arrived, expected: expectedPages(request) },
    ...countEnds(state),
    waiting: sumOverPages(state, 'waiting'),
    open: sumOverPages(state, 'open'),
    held: sumOverPages(state, 'held'),
    maxConcurrent,
    startedAt,
    causes,
    calls,
    pageIdPrefix,
    notes: notes.length > 0 ? notes : undefined,
  });
}

/** Says what a fleet came to. */
export function fleetResult(state: FleetState, { name }: FleetRequest): FleetResult {
  const { accounts, causes, arrived: pages, pageIdPrefix } = state;
  return { name, accounts, ...countEnds(state), causes, pages, pageIdPrefix };
}

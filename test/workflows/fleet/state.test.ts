import { NO_CALLS, type FleetRequest } from '../../../contract';
import { fleetProgress, newPage, type FleetState } from '../../../workflows/fleet/state';

const request: FleetRequest = { name: 'sample', pages: 6, maxConcurrent: 5, trustHistory: false };

/** A fleet of which five pages have arrived, and these have not been started. */
function fleetWith(starting: number[]): FleetState {
  return {
    pages: [0, 1, 2, 3, 4].map((page) => ({ ...newPage(page, 10), started: !starting.includes(page) })),
    toStart: [],
    toSend: [],
    arrived: 5,
    accounts: 50,
    ended: { succeeded: 0, failed: 0, cancelled: 0, skipped: 0, differing: 0 },
    causes: [],
    holdCauses: [],
    calls: NO_CALLS,
    maxConcurrent: 5,
    paused: false,
    startedAt: '2026-01-01T00:00:00.000Z',
    pageIdPrefix: 'identity-center-fleet/sample/0123456789ab/',
    notes: [],
  };
}

test.each([
  [[], 5],
  [[4], 4],
  // A later page may be started before an earlier one.
  [[1, 2], 1],
  [[0], 0],
])('where the pages %j have not been started, %i can be read', (starting, arrived) => {
  expect(fleetProgress(fleetWith(starting), request, 'running').pages).toEqual({ arrived, expected: 6 });
});

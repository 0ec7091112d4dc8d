import { NO_CALLS, type FleetProgress, type FleetResult } from '../../contract';
import { countsOf, sumOf, type CarriedFleet } from './tally';

/** What a fleet answers to who asks where it stands. */
export function progressOf(
  state: CarriedFleet,
  { expected, ...rest }: Pick<FleetProgress, 'name' | 'stage'> & { expected: number },
): FleetProgress {
  const { accounts, pages, arrived, maxConcurrent, startedAt } = state;
  const { causes, calls = NO_CALLS, pageIdPrefix, notes } = state;
  return {
    ...rest,
    accounts,
    pages: { arrived: arrived - pages.filter(({ started }) => !started).length, expected },
    ...countsOf(state),
    waiting: sumOf(state, 'waiting'),
    open: sumOf(state, 'open'),
    held: sumOf(state, 'held'),
    ...{ maxConcurrent, startedAt, causes, calls, pageIdPrefix },
    ...(notes.length > 0 && { notes }),
  };
}

/** What a fleet returns. */
export function resultOf(state: CarriedFleet, name: string): FleetResult {
  const { accounts, causes, arrived: pages, pageIdPrefix } = state;
  return { name, accounts, ...countsOf(state), causes, pages, pageIdPrefix };
}

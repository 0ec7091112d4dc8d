import fc from 'fast-check';
import type { FleetSteer } from '../contract';
import { accountFate, makePlan, type AccountPlan, type Deed, type Plan } from './plan';

/** What somebody does to a fleet. */
export type FleetDeed =
  { does: 'start' | 'cancel' | 'terminate' | FleetSteer } | { does: 'adjust'; maxConcurrent: number };

/** One fleet: its accounts, and what happens to it. Times in milliseconds. */
export interface FleetPlan {
  name: string;
  startsAt: number;
  /** Account IDs. */
  pages: string[][];
  maxConcurrent: number;
  stopAfterFailures?: number | string;
  /** Started and steered as from another language, by signals. Only so have few accounts several pages. */
  bySignals: boolean;
  deeds: { afterMs: number; deed: FleetDeed }[];
  /** Started once more when it has ended. */
  again: boolean;
}

/** All that happens in a run of chaos; the same for the same seed. */
export interface WholePlan extends Plan {
  fleets: FleetPlan[];
}

const FLEETS_PER_MINUTE = 3;
/** Two can have accounts in common. */
const FEWEST_FLEETS = 2;
/** So long before a fleet starts its accounts get their faults. */
const AHEAD_MS = 500;
/** An account with a run of its own starts within this time of the fleet that has it too. */
const NEAR_MS = 5_000;

const maxConcurrent = fc.integer({ min: 1, max: 15 });

const fleetDeed: fc.Arbitrary<FleetDeed> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ does: fc.constant('start') }) },
  { weight: 8, arbitrary: fc.record({ does: fc.constantFrom<FleetSteer>('pause', 'resume') }) },
  { weight: 5, arbitrary: fc.record({ does: fc.constant('retry') }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('adjust'), maxConcurrent }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('cancel') }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('terminate') }) },
);

// Done to runs that fleets start. They are not paused: nobody would let them go on.
const memberDeed: fc.Arbitrary<Deed> = fc.record({
  does: fc.constantFrom('cancel', 'terminate', 'retry', 'abort', 'deprovision', 'ownerDeletes'),
});

/** An account that nobody but fleets begins; most are left to their faults. */
function member(lengthMs: number): fc.Arbitrary<Omit<AccountPlan, 'accountId' | 'startsAt'>> {
  const afterMs = fc.integer({ min: 0, max: 8_000 });
  const deeds = fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    {
      weight: 1,
      arbitrary: fc.array(fc.record({ afterMs, deed: memberDeed }), { minLength: 1, maxLength: 3 }),
    },
  );
  const soundAfterMs = fc.integer({ min: 3_000, max: 20_000 });
  return fc
    .record({ fate: accountFate(lengthMs), deeds, soundAfterMs })
    .map(({ fate, deeds, soundAfterMs }) => ({
      ...fate,
      ownRun: false,
      deeds: [...deeds, { afterMs: soundAfterMs, deed: { does: 'faults', faults: {} } }],
    }));
}

function fleet(lengthMs: number) {
  return fc.record({
    // Many start while the one before is open.
    behindMs: fc.option(fc.integer({ min: 0, max: 5_000 }), { freq: 2, nil: undefined }),
    startsAt: fc.integer({ min: AHEAD_MS, max: Math.max(AHEAD_MS, Math.round(lengthMs * 0.7)) }),
    members: fc.array(member(lengthMs), { minLength: 8, maxLength: 28, size: 'max' }),
    // How many of its accounts are in the fleet before it as well, and how many have a run of their own.
    shared: fc.integer({ min: 1, max: 8 }),
    guests: fc.integer({ min: 1, max: 8 }),
    pageSize: fc.option(fc.integer({ min: 3, max: 12 }), { nil: undefined }),
    maxConcurrent,
    stopAfterFailures: fc.option(fc.constantFrom(2, 4, '20%', '40%'), { nil: undefined }),
    deeds: fc.array(fc.record({ afterMs: fc.integer({ min: 0, max: 4_000 }), deed: fleetDeed }), {
      maxLength: 9,
    }),
    again: fc.boolean(),
  });
}

/** The plan of a seed. Its accounts begin with those that have runs of their own; some are in fleets as well. */
export function makeWholePlan(seed: number, minutes: number): WholePlan {
  const plan = makePlan(seed, minutes);
  const { accounts } = plan;
  const count = Math.max(FEWEST_FLEETS, Math.round(FLEETS_PER_MINUTE * minutes));
  const fleets = fc.array(fleet(minutes * 60_000), { minLength: count, maxLength: count, size: 'max' });
  // Drawn apart, so that the accounts of a seed stay what they were before there were fleets.
  const [drawn = []] = fc.sample(fc.noBias(fleets), { seed: seed + 1, numRuns: 1 });
  const made: FleetPlan[] = [];
  const members: AccountPlan[] = [];
  for (const it of drawn.sort((a, b) => a.startsAt - b.startsAt)) {
    const { members: own, shared, guests, behindMs, pageSize, stopAfterFailures, ...rest } = it;
    const before = made.at(-1);
    const startsAt =
      behindMs === undefined || before === undefined ? it.startsAt : before.startsAt + behindMs;
    const fresh = own.map((account, index) => ({
      ...account,
      accountId: String(300_000_000_000 + members.length + index),
      startsAt: startsAt - AHEAD_MS,
    }));
    const near = accounts.filter((account) => Math.abs(account.startsAt - startsAt) < NEAR_MS);
    const ids = interleave([
      fresh.map(({ accountId }) => accountId),
      near.slice(0, guests).map(({ accountId }) => accountId),
      members.slice(-shared).map(({ accountId }) => accountId),
    ]);
    made.push({
      ...{ ...rest, startsAt },
      name: `fleet-${made.length}`,
      pages: pagesOf(ids, pageSize ?? ids.length),
      bySignals: pageSize !== undefined,
      ...(stopAfterFailures !== undefined && { stopAfterFailures }),
    });
    members.push(...fresh);
  }
  return { ...plan, accounts: [...accounts, ...members], fleets: made };
}

/** Turn by turn, one of each list. */
function interleave(lists: string[][]): string[] {
  const longest = Math.max(...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, index) => lists.flatMap((list) => list[index] ?? [])).flat();
}

function pagesOf(ids: string[], size: number): string[][] {
  return Array.from({ length: Math.ceil(ids.length / size) }, (_, page) =>
    ids.slice(page * size, (page + 1) * size),
  );
}

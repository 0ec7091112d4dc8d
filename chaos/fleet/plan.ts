import fc from 'fast-check';
import { defined, type FleetSteer } from '../../contract';
import { arbitraryAccount, type AccountAction, type AccountPlan } from '../account/plan';
import type { Garbage } from '../garbage';

/** What somebody does to a fleet. */
export type FleetAction =
  | { type: 'start' | 'cancel' | 'terminate' | FleetSteer }
  | { type: 'adjust'; maxConcurrent: number }
  /** Waits until so many of its accounts are open. */
  | { type: 'await'; open: number; atMostMs: number }
  /** Somebody ends a page of it. */
  | { type: 'terminatePage'; page: number }
  /** To the fleet, or to a page of it. */
  | (Garbage & { page?: number });

/** One fleet: its accounts, and what happens to it. Times are in milliseconds. */
export interface FleetPlan {
  name: string;
  startsAt: number;
  /** Account IDs. */
  pages: string[][];
  maxConcurrent: number;
  stopAfterFailures?: number | string;
  /** Started and steered as from another language, by signals. Only so have few accounts several pages. */
  bySignals: boolean;
  actions: { afterMs: number; action: FleetAction }[];
  /** Started once more when it has ended. */
  again: boolean;
  /** What it is to show, where that is not left to chance. */
  scenario?: string;
}

/** So long before a fleet starts its accounts get their faults. */
const AHEAD_MS = 500;
/** An account with a run of its own starts within this time of the fleet that has it too. */
const NEAR_MS = 5_000;

const maxConcurrent = fc.integer({ min: 1, max: 15 });

const action: fc.Arbitrary<FleetAction> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ type: fc.constant('start') }) },
  { weight: 8, arbitrary: fc.record({ type: fc.constantFrom<FleetSteer>('pause', 'resume') }) },
  { weight: 5, arbitrary: fc.record({ type: fc.constant('retry') }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('adjust'), maxConcurrent }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('cancel') }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('terminate') }) },
);

// What is done to runs that fleets start. They are not paused: nobody would resume them.
const memberAction: fc.Arbitrary<AccountAction> = fc.record({
  type: fc.constantFrom('cancel', 'terminate', 'retry', 'abort', 'deprovision', 'ownerDeletes'),
});

/** Draws an account that nobody but fleets begins; nobody does anything to most of them. */
function member(lengthMs: number): fc.Arbitrary<Omit<AccountPlan, 'accountId' | 'startsAt'>> {
  const afterMs = fc.integer({ min: 0, max: 8_000 });
  const actions = fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    {
      weight: 1,
      arbitrary: fc.array(fc.record({ afterMs, action: memberAction }), { minLength: 1, maxLength: 3 }),
    },
  );
  const soundAfterMs = fc.integer({ min: 3_000, max: 20_000 });
  return fc
    .record({ account: arbitraryAccount(lengthMs), actions, soundAfterMs })
    .map(({ account, actions, soundAfterMs }) => ({
      ...account,
      ownRun: false,
      actions: [...actions, { afterMs: soundAfterMs, action: { type: 'setFaults', faults: {} } }],
    }));
}

/** Draws a fleet. The order of the properties is the order in which they are drawn: with another one a seed is another plan. */
export function arbitraryFleet(lengthMs: number) {
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
    actions: fc.array(fc.record({ afterMs: fc.integer({ min: 0, max: 4_000 }), action }), {
      maxLength: 9,
    }),
    again: fc.boolean(),
  });
}

type DrawnFleet = ReturnType<typeof arbitraryFleet> extends fc.Arbitrary<infer T> ? T : never;

/**
 * Gives each fleet its accounts: those that nobody but fleets begins, some of the fleet before it, and some that have runs of
 * their own.
 *
 * @returns the accounts that nobody but fleets begins as `members`
 */
export function makeFleets(
  drawn: readonly DrawnFleet[],
  accounts: readonly AccountPlan[],
): { fleets: FleetPlan[]; members: AccountPlan[] } {
  const fleets: FleetPlan[] = [];
  const members: AccountPlan[] = [];
  for (const fleet of [...drawn].sort((a, b) => a.startsAt - b.startsAt)) {
    const { members: own, shared, guests, behindMs, pageSize, stopAfterFailures, ...rest } = fleet;
    const before = fleets.at(-1);
    const startsAt =
      behindMs === undefined || before === undefined ? fleet.startsAt : before.startsAt + behindMs;
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
    fleets.push({
      ...rest,
      startsAt,
      name: `fleet-${fleets.length}`,
      pages: paginate(ids, pageSize ?? ids.length),
      bySignals: pageSize !== undefined,
      ...defined({ stopAfterFailures }),
    });
    members.push(...fresh);
  }
  return { fleets, members };
}

/** Takes one of each list, turn by turn. */
function interleave(lists: string[][]): string[] {
  const longest = Math.max(...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, index) => lists.flatMap((list) => list[index] ?? [])).flat();
}

export function paginate(ids: string[], size: number): string[][] {
  return Array.from({ length: Math.ceil(ids.length / size) }, (_, page) =>
    ids.slice(page * size, (page + 1) * size),
  );
}

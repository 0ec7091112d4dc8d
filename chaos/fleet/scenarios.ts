import fc from 'fast-check';
import type { AccountPlan } from '../account/plan';
import { garbage } from '../garbage';
import { paginate, type FleetAction, type FleetPlan } from './plan';

/** A fleet to which something certain is done, with accounts that nothing else happens to. */
type Scenario = Pick<FleetPlan, 'startsAt' | 'maxConcurrent' | 'actions'> & {
  scenario: string;
  accounts: number;
  pageSize: number;
  /** How long its instances take. */
  creationMs: number;
  /** How many of its accounts somebody else starts before it does. */
  joined?: number;
};

type Step = FleetPlan['actions'][number];

function step(afterMs: number, action: FleetAction): Step {
  return { afterMs, action };
}

const soon = fc.integer({ min: 0, max: 600 });
const whileItRuns = fc.integer({ min: 1_500, max: 3_500 });
/** Its pages have begun accounts; they say so every 5 s. */
const hasBegun = step(1_000, { type: 'await', open: 2, atMostMs: 20_000 });

/** One of its pages is terminated while it is cancelled: before, at the same time, or after. */
const pageIsTerminated = fc
  .record({ afterMs: soon, betweenMs: soon, page: fc.nat(2), isFirst: fc.boolean() })
  .map(({ afterMs, betweenMs, page, isFirst }) => {
    const actions: FleetAction[] = [{ type: 'terminatePage', page }, { type: 'cancel' }];
    const [first, second] = isFirst ? actions : actions.reverse();
    return {
      actions: [
        hasBegun,
        ...[first, second].flatMap((action, index) =>
          action === undefined ? [] : [step(index === 0 ? afterMs : betweenMs, action)],
        ),
      ],
      creationMs: 15_000,
    };
  });

/** It and its pages get signals that make no sense. */
const isMisunderstood = fc
  .array(
    fc.record({ afterMs: soon, signal: garbage, page: fc.option(fc.nat(2), { freq: 3, nil: undefined }) }),
    { minLength: 3, maxLength: 6 },
  )
  .map((signals) => ({
    actions: signals.map(({ afterMs, signal, page }) =>
      step(afterMs, page === undefined ? signal : { ...signal, page }),
    ),
    creationMs: 1_500,
  }));

/** Its window is small, and made smaller and larger while it runs. */
const windowIsAdjusted = fc
  .array(fc.record({ afterMs: whileItRuns, maxConcurrent: fc.integer({ min: 1, max: 4 }) }), {
    minLength: 1,
    maxLength: 3,
  })
  .map((adjustments) => ({
    actions: adjustments.map(({ afterMs, maxConcurrent }) =>
      step(afterMs, { type: 'adjust', maxConcurrent }),
    ),
    creationMs: 800,
  }));

/** It is cancelled after it has joined runs that somebody else began. */
const isCancelled = fc.record({ afterMs: soon }).map(({ afterMs }) => ({
  actions: [hasBegun, step(afterMs, { type: 'cancel' })],
  creationMs: 20_000,
  joined: 3,
}));

/** It is terminated, and started anew while the runs that it began, and its pages, go on. */
const isStartedAnew = fc.record({ afterMs: soon, betweenMs: soon }).map(({ afterMs, betweenMs }) => ({
  actions: [hasBegun, step(afterMs, { type: 'terminate' }), step(betweenMs, { type: 'start' })],
  creationMs: 15_000,
}));

const SCRIPTS = { pageIsTerminated, isMisunderstood, windowIsAdjusted, isCancelled, isStartedAnew };

/** Draws so many scenarios of fleets: each kind in its turn, so that every seed has them all. */
export function arbitraryFleetScenarios(count: number, lengthMs: number): fc.Arbitrary<Scenario[]> {
  const scripts = Object.entries(SCRIPTS);
  const drawn = Array.from({ length: count }, (_, index) => {
    const [scenario, script] = scripts[index % scripts.length] ?? ['', windowIsAdjusted];
    return fc
      .record({
        startsAt: fc.integer({ min: AHEAD_MS, max: Math.max(AHEAD_MS, Math.round(lengthMs * 0.7)) }),
        maxConcurrent: fc.integer({ min: 2, max: 4 }),
        accounts: fc.integer({ min: 8, max: 12 }),
        script,
      })
      .map(({ script: own, ...rest }): Scenario => ({
        ...rest,
        ...own,
        scenario,
        pageSize: 4,
      }));
  });
  return fc.tuple(...drawn);
}

/** Gives each scenario its name and its accounts. @returns the accounts as `members` */
export function makeFleetScenarios(drawn: readonly Scenario[]): {
  fleets: FleetPlan[];
  members: AccountPlan[];
} {
  const made = drawn.map(({ accounts, pageSize, creationMs, joined = 0, ...rest }, fleet) => {
    const members = Array.from({ length: accounts }, (_, index): AccountPlan => ({
      accountId: String(500_000_000_000 + fleet * 1_000 + index),
      ownRun: index < joined,
      startsAt: Math.max(0, rest.startsAt - AHEAD_MS),
      request: { existing: 'fail', onFailure: 'fail', onCancel: 'delete', onCreateFailed: 'fail' },
      taken: false,
      organizationInstance: false,
      faults: { creationMs },
      actions: [{ afterMs: STAYS_SLOW_MS, action: { type: 'setFaults', faults: {} } }],
      atLast: 'retry',
    }));
    const ids = members.map(({ accountId }) => accountId);
    const plan: FleetPlan = {
      ...rest,
      name: `${rest.scenario}-${fleet}`,
      pages: paginate(ids, pageSize),
      bySignals: true,
      again: false,
    };
    return { plan, members };
  });
  return { fleets: made.map(({ plan }) => plan), members: made.flatMap(({ members }) => members) };
}

/** So long after the start of its fleet an account is as others are. */
const STAYS_SLOW_MS = 30_000;
/** So long before a fleet starts its accounts are slow, and those that it joins begun. */
const AHEAD_MS = 1_500;

import fc from 'fast-check';
import { arbitraryAccount, type AccountPlan } from './account/plan';
import { arbitraryCutOff } from './account/cut-off-scenario';
import { arbitraryScenarios } from './account/scenarios';
import { arbitraryFleet, makeFleets, type FleetPlan } from './fleet/plan';
import { arbitraryFleetScenarios, makeFleetScenarios } from './fleet/scenarios';
import type { EngineKind } from './machine/engine';
import {
  clockOfAws,
  clocks,
  clusterFault,
  fault,
  laterFault,
  receiverFault,
  type Fault,
} from './machine/plan';

/** All that happens in a run of chaos; the same for the same seed. */
export interface Plan {
  /** Those with runs of their own first, then those that only fleets begin, then those of scenarios. */
  accounts: AccountPlan[];
  fleets: FleetPlan[];
  /** What goes wrong with the machinery, by time in milliseconds. */
  faults: { at: number; fault: Fault }[];
  /** Milliseconds by which the clock of each worker is off. */
  clocks: number[];
  /** The same of AWS's. */
  clockOfAws: number;
}

const ACCOUNTS_PER_MINUTE = 90;
const FAULTS_PER_MINUTE = 12;
const LATER_FAULTS_PER_MINUTE = 4;
const RECEIVER_FAULTS_PER_MINUTE = 4;
const CLUSTER_FAULTS_PER_MINUTE = 6;
// Few in a long run, which chance fills; a short one has all of them, twice.
const SCENARIOS_PER_MINUTE = 18;
const FEWEST_SCENARIOS = 18;
const FLEET_SCENARIOS_PER_MINUTE = 1;
const FEWEST_FLEET_SCENARIOS = 5;
const FLEETS_PER_MINUTE = 3;
/** Two can have accounts in common. */
const FEWEST_FLEETS = 2;

/** Makes the plan of a seed. What happens to a cluster only is drawn apart: the rest is the same on every engine. */
export function makePlan(seed: number, minutes: number, engine: EngineKind = 'devServer'): Plan {
  const lengthMs = minutes * 60_000;
  // The order of the properties is the order in which they are drawn: with another one a seed is another plan.
  const accountsAndFaults = fc.record({
    accounts: listOf(arbitraryAccount(lengthMs), Math.max(1, ACCOUNTS_PER_MINUTE * minutes)),
    faults: listOf(faultAt(fault, lengthMs), Math.max(1, FAULTS_PER_MINUTE * minutes)),
    clocks,
  });
  const own = draw(accountsAndFaults, seed);
  const accounts = own.accounts.map((account, index) => ({
    ...account,
    accountId: String(200_000_000_000 + index),
    ownRun: true,
  }));
  // Drawn apart, so that the accounts of a seed do not change with how fleets are drawn.
  const drawnFleets = draw(
    listOf(arbitraryFleet(lengthMs), Math.max(FEWEST_FLEETS, FLEETS_PER_MINUTE * minutes)),
    seed + 1,
  );
  const { fleets, members } = makeFleets(drawnFleets, accounts);
  const count = Math.max(FEWEST_SCENARIOS, Math.round(SCENARIOS_PER_MINUTE * minutes));
  const cutOff = draw(arbitraryCutOff(lengthMs), seed + 5);
  const scenarios = [...draw(arbitraryScenarios(count, lengthMs), seed + 2), ...cutOff.scenarios].map(
    (scenario, index) => ({ ...scenario, accountId: String(400_000_000_000 + index), ownRun: true }),
  );
  const later = draw(
    fc.record({
      faults: listOf(faultAt(laterFault, lengthMs), Math.max(1, LATER_FAULTS_PER_MINUTE * minutes)),
      clockOfAws,
    }),
    seed + 4,
  );
  const receiverFaults = draw(
    listOf(faultAt(receiverFault, lengthMs), Math.max(2, RECEIVER_FAULTS_PER_MINUTE * minutes)),
    seed + 7,
  );
  const fleetCount = Math.max(FEWEST_FLEET_SCENARIOS, Math.round(FLEET_SCENARIOS_PER_MINUTE * minutes));
  const ordered = makeFleetScenarios(draw(arbitraryFleetScenarios(fleetCount, lengthMs), seed + 3));
  return {
    accounts: [...accounts, ...members, ...scenarios, ...ordered.members],
    fleets: [...fleets, ...ordered.fleets],
    faults: [
      ...own.faults,
      ...later.faults,
      cutOff.fault,
      ...receiverFaults,
      ...faultsOfEngine(engine, seed, lengthMs),
    ].sort((a, b) => a.at - b.at),
    clocks: own.clocks,
    clockOfAws: later.clockOfAws,
  };
}

function faultsOfEngine(engine: EngineKind, seed: number, lengthMs: number): Plan['faults'] {
  if (engine === 'devServer') return [];
  const count = Math.max(2, CLUSTER_FAULTS_PER_MINUTE * (lengthMs / 60_000));
  const drawn = draw(listOf(faultAt(clusterFault, lengthMs), count), seed + 6);
  // Early: it takes half a minute, under load.
  return engine === 'cluster' ? drawn : [...drawn, { at: lengthMs / 4, fault: { type: 'upgradeServer' } }];
}

function faultAt(fault: fc.Arbitrary<Fault>, lengthMs: number): fc.Arbitrary<{ at: number; fault: Fault }> {
  return fc.record({ at: fc.integer({ min: 1_000, max: lengthMs }), fault });
}

function listOf<T>(arbitrary: fc.Arbitrary<T>, count: number): fc.Arbitrary<T[]> {
  const length = Math.round(count);
  return fc.array(arbitrary, { minLength: length, maxLength: length, size: 'max' });
}

function draw<T>(arbitrary: fc.Arbitrary<T>, seed: number): T {
  // With its bias towards the ends of a range most would happen in the same moment.
  const [drawn] = fc.sample(fc.noBias(arbitrary), { seed, numRuns: 1 });
  if (drawn === undefined) throw new Error('no plan was drawn');
  return drawn;
}

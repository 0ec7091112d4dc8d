import fc from 'fast-check';
import type { PartName } from '../../sandbox/cluster';
import type { Faults } from '../../sandbox/emulator';

/** What goes wrong with the machinery. Workers are counted from 0; times are in milliseconds. */
export type Fault =
  | { type: 'killWorker'; worker: number }
  | { type: 'freezeWorker'; worker: number; forMs: number }
  | EngineFault
  /** AWS fails for all accounts. */
  | { type: 'failAws'; faults: Omit<Faults, 'accounts'>; forMs: number }
  /** No worker reaches AWS: connections are refused. */
  | { type: 'cutOff'; forMs: number }
  /** AWS forgets every session. */
  | { type: 'forgetSessions' }
  /** Whom runs are announced to is broken. */
  | { type: 'breakReceiver'; how: 'answers500' | 'hangs' | 'isSlow'; forMs: number };

/** What goes wrong with Temporal. */
export type EngineFault =
  /** All of it. */
  | { type: 'killServer'; forMs: number }
  /** One process of a cluster. */
  | { type: 'killPart'; part: PartName; forMs: number }
  /** Neither the workers nor the client reach it, and what is under way gets lost. */
  | { type: 'cutTemporal'; forMs: number }
  /** Every connection of its to the database breaks. */
  | { type: 'cutDatabase' }
  /** Each process of a cluster ends in its turn, and comes back as the next version. */
  | { type: 'upgradeServer' };

const WORKERS = 3;

const worker = fc.nat(WORKERS - 1);

/** Draws a fault. */
export const fault: fc.Arbitrary<Fault> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant('killWorker'), worker }) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('freezeWorker'),
      worker,
      forMs: fc.integer({ min: 1_000, max: 45_000 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant('killServer'), forMs: fc.integer({ min: 0, max: 3_000 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('failAws'),
      forMs: fc.integer({ min: 1_000, max: 6_000 }),
      faults: fc.oneof(
        fc.record({
          throttle: fc.record({
            ratePerSecond: fc.integer({ min: 1, max: 8 }),
            burst: fc.integer({ min: 1, max: 3 }),
          }),
        }),
        fc.record({ errorRate: fc.double({ min: 0.1, max: 0.6, noNaN: true }) }),
        fc.record({ latencyMs: fc.integer({ min: 100, max: 1_500 }) }),
        fc.record({ credentialsTtlMs: fc.integer({ min: 100, max: 1_500 }) }),
      ),
    }),
  },
);

/** Draws what was drawn last into plans: apart, so that the rest of a seed stays as it was. */
export const laterFault: fc.Arbitrary<Fault> = fc.oneof(
  fc.record({ type: fc.constant('cutOff'), forMs: fc.integer({ min: 500, max: 4_000 }) }),
  fc.record({ type: fc.constant('forgetSessions') }),
);

/** Draws what goes wrong with the receiver of announcements: none of it keeps a run from anything. */
export const receiverFault: fc.Arbitrary<Fault> = fc.record({
  type: fc.constant('breakReceiver'),
  how: fc.constantFrom('answers500', 'hangs', 'isSlow'),
  forMs: fc.integer({ min: 2_000, max: 12_000 }),
});

/** Draws what goes wrong with a cluster, beside all that. */
export const clusterFault: fc.Arbitrary<Fault> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('killPart'),
      part: fc.constantFrom<PartName>(
        ...(['history-1', 'history-2', 'matching-1', 'matching-2', 'frontend', 'worker'] as const),
      ),
      forMs: fc.integer({ min: 0, max: 5_000 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('killPart'),
      part: fc.constant<PartName>('postgresql'),
      forMs: fc.integer({ min: 0, max: 5_000 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('cutTemporal'), forMs: fc.integer({ min: 0, max: 3_000 }) }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('cutDatabase') }) },
);

/** Draws by how many milliseconds AWS's clock is off: less than what a signature may be off. */
export const clockOfAws = fc.integer({ min: -240_000, max: 240_000 });

/** Draws by how many milliseconds the clock of each worker is off; the first worker's is right. */
export const clocks = fc.tuple(
  fc.constant(0),
  fc.integer({ min: 0, max: 600_000 }),
  fc.integer({ min: -600_000, max: 0 }),
);

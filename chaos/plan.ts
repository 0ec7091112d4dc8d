import fc from 'fast-check';
import type { ProvisionRequestInput, Steer } from '../client';
import type { Faults } from '../sandbox/emulator';

/** What goes wrong for one account. */
export type AccountFaults = Omit<Faults, 'accounts'>;

/** What somebody does to one account. */
export type Deed =
  | { does: 'start'; times: number }
  | { does: Steer | 'cancel' | 'terminate' | 'deprovision' }
  /** Its owner, without us. */
  | { does: 'ownerCreates' | 'ownerDeletes' }
  | { does: 'faults'; faults: AccountFaults };

/** One account: what is asked for, and what happens to it. Times in milliseconds. */
export interface AccountPlan {
  accountId: string;
  /** Somebody starts a run of it, whatever fleets do. */
  ownRun: boolean;
  startsAt: number;
  request: Pick<ProvisionRequestInput, 'existing' | 'onFailure' | 'onCancel' | 'onCreateFailed'>;
  /** Somebody made an instance before us. */
  taken: boolean;
  /** Its organization has an instance as well. */
  organizationInstance: boolean;
  faults: AccountFaults;
  deeds: { afterMs: number; deed: Deed }[];
  /** What a run that is held at the end is told. */
  atLast: 'retry' | 'abort';
}

/** What happens to the machinery. Workers are counted from 0. */
export type Mishap =
  | { does: 'killWorker'; worker: number }
  | { does: 'freezeWorker'; worker: number; forMs: number }
  | { does: 'killServer'; forMs: number }
  | { does: 'faults'; faults: AccountFaults; forMs: number };

/** All that happens in a run of chaos; the same for the same seed. */
export interface Plan {
  accounts: AccountPlan[];
  mishaps: { at: number; mishap: Mishap }[];
  /** Milliseconds by which the clock of each worker is off. */
  clocks: number[];
}

export const WORKERS = 3;
const ACCOUNTS_PER_MINUTE = 90;
const MISHAPS_PER_MINUTE = 12;

// Most of what can go wrong goes wrong in CreateInstance.
const operation = fc.constantFrom(
  ...['CreateInstance', 'CreateInstance', 'CreateInstance'],
  ...['DescribeInstance', 'ListInstances', 'DeleteInstance'],
);
const times = fc.integer({ min: 1, max: 3 });
const ERRORS = [
  ...['ThrottlingException', 'InternalServerException', 'ValidationException', 'ConflictException'],
  ...['AccessDeniedException', 'ServiceQuotaExceededException', 'ExpiredTokenException', 'OptInRequired'],
  ...['html503', 'empty500', 'reset', 'garbage', 'halfResponse', 'hang'],
];

const accountFaults: fc.Arbitrary<AccountFaults> = fc.oneof(
  fc.constant({}),
  fc.record({
    failNext: fc.array(fc.record({ operation, times, error: fc.constantFrom(...ERRORS) }), {
      minLength: 1,
      maxLength: 3,
    }),
  }),
  fc.record({ loseResponse: fc.record({ operation, times }) }),
  fc.record({ hangAfterWrite: fc.record({ operation, times: fc.constant(1) }) }),
  fc.record({ createFails: fc.constant('internal trouble') }),
  fc.record({
    creationMs: fc.integer({ min: 0, max: 6_000 }),
    deletionMs: fc.integer({ min: 0, max: 2_000 }),
  }),
  fc.record({ latencyMs: fc.integer({ min: 0, max: 1_500 }) }),
  fc.record({
    existsError: fc.constantFrom(
      'ServiceQuotaExceededException',
      'ValidationException',
      'AccessDeniedException',
    ),
  }),
  fc.record({ notReadyForMs: fc.integer({ min: 500, max: 4_000 }) }),
  fc.record({ tokenTtlMs: fc.constant(1_000) }),
  fc.record({
    deletedToken: fc.constantFrom('sameArn', 'newInstance', 'ConflictException', 'ValidationException'),
  }),
  fc.record({ organizationForbids: fc.constant(true) }),
);

const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ does: fc.constant('start'), times: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 5, arbitrary: fc.record({ does: fc.constantFrom<Steer>('pause', 'resume', 'retry', 'abort') }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('cancel') }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('terminate') }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('deprovision') }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('ownerDeletes') }) },
  { weight: 4, arbitrary: fc.record({ does: fc.constant('faults'), faults: accountFaults }) },
);

/** All of an account but who it is. */
export function accountFate(lengthMs: number): fc.Arbitrary<Omit<AccountPlan, 'accountId' | 'ownRun'>> {
  return fc.record({
    startsAt: fc.integer({ min: 0, max: lengthMs }),
    request: fc.record({
      existing: fc.constantFrom('fail', 'adopt'),
      onFailure: fc.constantFrom('fail', 'hold'),
      onCancel: fc.constantFrom('delete', 'delete', 'keep'),
      onCreateFailed: fc.constantFrom('fail', 'recreate'),
    }),
    taken: fc.nat(9).map((n) => n === 0),
    organizationInstance: fc.nat(3).map((n) => n === 0),
    faults: accountFaults,
    deeds: fc.array(fc.record({ afterMs: fc.integer({ min: 0, max: 2_500 }), deed }), { maxLength: 8 }),
    atLast: fc.constantFrom('retry', 'abort'),
  });
}

const worker = fc.nat(WORKERS - 1);
const mishap: fc.Arbitrary<Mishap> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ does: fc.constant('killWorker'), worker }) },
  {
    weight: 3,
    arbitrary: fc.record({
      does: fc.constant('freezeWorker'),
      worker,
      forMs: fc.integer({ min: 1_000, max: 45_000 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ does: fc.constant('killServer'), forMs: fc.integer({ min: 0, max: 3_000 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      does: fc.constant('faults'),
      forMs: fc.integer({ min: 1_000, max: 6_000 }),
      faults: fc.oneof(
        fc.record({ throttle: fc.record({ ratePerSecond: fc.integer({ min: 1, max: 8 }), burst: times }) }),
        fc.record({ errorRate: fc.double({ min: 0.1, max: 0.6, noNaN: true }) }),
        fc.record({ latencyMs: fc.integer({ min: 100, max: 1_500 }) }),
        fc.record({ credentialsTtlMs: fc.integer({ min: 100, max: 1_500 }) }),
      ),
    }),
  },
);

/** The plan of a seed, without fleets. */
export function makePlan(seed: number, minutes: number): Plan {
  const lengthMs = minutes * 60_000;
  const exactly = (count: number) => ({
    minLength: Math.max(1, Math.round(count)),
    maxLength: Math.max(1, Math.round(count)),
  });
  const plan = fc.record({
    accounts: fc.array(accountFate(lengthMs), { ...exactly(ACCOUNTS_PER_MINUTE * minutes), size: 'max' }),
    mishaps: fc.array(fc.record({ at: fc.integer({ min: 1_000, max: lengthMs }), mishap }), {
      ...exactly(MISHAPS_PER_MINUTE * minutes),
      size: 'max',
    }),
    // The first worker's clock is right.
    clocks: fc.tuple(
      fc.constant(0),
      fc.integer({ min: 0, max: 600_000 }),
      fc.integer({ min: -600_000, max: 0 }),
    ),
  });
  // With its bias towards the ends of a range most would happen in the same moment.
  const [drawn] = fc.sample(fc.noBias(plan), { seed, numRuns: 1 });
  if (drawn === undefined) throw new Error('no plan was drawn');
  return {
    ...drawn,
    accounts: drawn.accounts.map((it, index) => ({
      ...it,
      accountId: String(200_000_000_000 + index),
      ownRun: true,
    })),
    mishaps: drawn.mishaps.sort((a, b) => a.at - b.at),
  };
}

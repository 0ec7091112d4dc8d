import fc from 'fast-check';
import type { ProvisionRequestInput, Stage, Steer } from '../../client';
import type { Correction } from '../../contract';
import type { Faults } from '../../sandbox/emulator';
import type { Garbage } from '../garbage';

/** What goes wrong for one account. */
export type AccountFaults = Omit<Faults, 'accounts'>;

/** What somebody does to one account. */
export type AccountAction =
  | { type: 'start'; times: number }
  /** By a signal; `answered`: by an Update, which says whether it was taken. */
  | { type: Steer; answered?: true; correction?: Correction }
  | { type: 'cancel' | 'terminate' | 'deprovision' }
  /** AWS forgets the sessions of the account. */
  | { type: 'forgetSessions' }
  /** Waits until the last run is in a stage, or something of AWS was asked. */
  | { type: 'await'; until: Stage | 'sent'; atMostMs: number }
  | Garbage
  /** Its owner, without us. */
  | { type: 'ownerCreates' | 'ownerDeletes' }
  | { type: 'setFaults'; faults: AccountFaults };

/** One account: what is asked for, and what happens to it. Times are in milliseconds. */
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
  actions: { afterMs: number; action: AccountAction }[];
  /** How a run that is held at the end is steered. */
  atLast: 'retry' | 'abort';
  /** What it is to show, where that is not left to chance. */
  scenario?: string;
}

// Most of what can go wrong goes wrong in CreateInstance.
const operation = fc.constantFrom(
  'CreateInstance',
  'CreateInstance',
  'CreateInstance',
  'DescribeInstance',
  'ListInstances',
  'DeleteInstance',
);
const times = fc.integer({ min: 1, max: 3 });
const ERRORS = [
  'ThrottlingException',
  'InternalServerException',
  'ValidationException',
  'ConflictException',
  'AccessDeniedException',
  'ServiceQuotaExceededException',
  'ExpiredTokenException',
  'OptInRequired',
  'html503',
  'empty500',
  'reset',
  'garbage',
  'halfResponse',
  'hang',
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

const action: fc.Arbitrary<AccountAction> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant('start'), times: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 5, arbitrary: fc.record({ type: fc.constantFrom<Steer>('pause', 'resume', 'retry', 'abort') }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('cancel') }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('terminate') }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('deprovision') }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('ownerDeletes') }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('setFaults'), faults: accountFaults }) },
);

/**
 * Draws all of an account but who it is. The order of the properties is the order in which they are drawn: with another one
 * a seed is another plan.
 */
export function arbitraryAccount(lengthMs: number): fc.Arbitrary<Omit<AccountPlan, 'accountId' | 'ownRun'>> {
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
    actions: fc.array(fc.record({ afterMs: fc.integer({ min: 0, max: 2_500 }), action }), { maxLength: 8 }),
    atLast: fc.constantFrom('retry', 'abort'),
  });
}

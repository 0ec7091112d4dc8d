import fc from 'fast-check';
import { garbage } from '../garbage';
import { PASSING_ERRORS } from './passing-errors';
import type { AccountAction, AccountFaults, AccountPlan } from './plan';

/** An account to which something certain is done, as chance would seldom do it in the right moment. */
export type Scenario = Omit<AccountPlan, 'accountId' | 'ownRun'>;

type Step = AccountPlan['actions'][number];
type Awaited = Extract<AccountAction, { type: 'await' }>;

/** What is asked for, where a scenario does not say otherwise. */
export const QUIET_REQUEST: AccountPlan['request'] = {
  existing: 'fail',
  onFailure: 'fail',
  onCancel: 'delete',
  onCreateFailed: 'fail',
};

const WAIT_MS = 15_000;
/** More than a run meets before it is paused, and in a pause in which it goes on all the same. */
const MANY = 40;

const passing = fc.constantFrom(...PASSING_ERRORS);
const lost = fc.constantFrom(...PASSING_ERRORS.filter(({ status }) => status === 500 || status === 408));
const sooner = fc.integer({ min: 0, max: 400 });
const later = fc.integer({ min: 200, max: 1_500 });
// Long enough for several calls: the server tries again after a second at the least.
const pauseMs = fc.integer({ min: 5_000, max: 8_000 });

function step(afterMs: number, action: AccountAction): Step {
  return { afterMs, action };
}

function awaited(until: Awaited['until']): Step {
  return step(0, { type: 'await', until, atMostMs: WAIT_MS });
}

function sound(afterMs = 0): Step {
  return step(afterMs, { type: 'setFaults', faults: {} });
}

/** AWS fails for as long as the run is let try. It does not throttle: the workers would ask it less and less. */
function unwell(operation: string): fc.Arbitrary<AccountFaults> {
  return lost.map((failure) => ({ failNext: [{ operation, times: MANY, ...failure }] }));
}

/** Paused while AWS does not do what is asked; then resumed, aborted or cancelled. */
const paused: fc.Arbitrary<Script> = fc
  .record({
    faults: unwell('CreateInstance'),
    pausedAfterMs: later,
    pauseMs,
    isHurried: fc.boolean(),
    end: fc.constantFrom<'resume' | 'abort' | 'cancel'>('resume', 'resume', 'abort', 'cancel'),
  })
  .map(({ faults, pausedAfterMs, pauseMs, isHurried, end }) => ({
    faults,
    actions: [
      awaited('sent'),
      step(pausedAfterMs, { type: 'pause', answered: true }),
      // Refused: whoever is paused is resumed first.
      ...(isHurried ? [step(300, { type: 'retry', answered: true } as const)] : []),
      step(pauseMs, end === 'cancel' ? { type: end } : { type: end, answered: true }),
      sound(500),
    ],
  }));

/** Paused while it deletes. */
const pausedDeletion: fc.Arbitrary<Script> = fc
  .record({ faults: unwell('DeleteInstance'), pausedAfterMs: later, pauseMs })
  .map(({ faults, pausedAfterMs, pauseMs }) => ({
    faults: {},
    actions: [
      awaited('active'),
      step(0, { type: 'setFaults', faults }),
      step(0, { type: 'deprovision' }),
      awaited('deleting'),
      step(pausedAfterMs, { type: 'pause', answered: true }),
      step(pauseMs, { type: 'resume', answered: true }),
      sound(200),
    ],
  }));

const refused: AccountFaults = {
  failNext: [{ operation: 'CreateInstance', error: 'ValidationException', times: 1 }],
};

/** Held, aborted, and then asked to go on all the same. */
const aborted: fc.Arbitrary<Script> = fc
  .record({
    byUpdate: fc.boolean(),
    retries: fc.array(fc.record({ afterMs: sooner, byUpdate: fc.boolean() }), { minLength: 1, maxLength: 3 }),
  })
  .map(({ byUpdate, retries }) => ({
    request: { onFailure: 'hold' },
    faults: refused,
    actions: [
      awaited('held'),
      step(0, byUpdate ? { type: 'abort', answered: true } : { type: 'abort' }),
      ...retries.map(({ afterMs, byUpdate }) =>
        step(afterMs, byUpdate ? { type: 'retry', answered: true } : { type: 'retry' }),
      ),
    ],
  }));

/** Held, and corrected; the look that follows fails, or AWS throttles what is asked with the correction. */
const corrected: fc.Arbitrary<Script> = fc
  .record({
    name: fc.option(fc.constantFrom('workforce', 'people'), { freq: 3, nil: undefined }),
    tags: fc.option(fc.constantFrom({ team: 'identity' }, {}), { freq: 2, nil: undefined }),
    lookFails: fc.boolean(),
    failure: passing,
    times: fc.integer({ min: 0, max: 4 }),
  })
  .map(({ name, tags, lookFails, failure, times }) => {
    const correction = { name: name ?? 'staff', ...(tags === undefined ? {} : { tags }) };
    const failNext = [
      { operation: 'CreateInstance', times, ...failure },
      ...(lookFails ? [{ operation: 'ListInstances', error: 'AccessDeniedException', times: 1 }] : []),
    ];
    return {
      request: { onFailure: 'hold' },
      faults: refused,
      actions: [
        awaited('held'),
        step(0, { type: 'setFaults', faults: { failNext } }),
        step(0, { type: 'retry', answered: true, correction }),
        ...(lookFails ? [step(500, { type: 'await', until: 'held', atMostMs: 4_000 } as const)] : []),
        step(200, { type: 'retry' }),
        sound(3_000),
      ],
    };
  });

/** An earlier run makes the instance; a later one is cancelled while it waits for it. */
const earlier: fc.Arbitrary<Script> = fc
  .record({
    isTerminated: fc.boolean(),
    onCancel: fc.constantFrom<'delete' | 'keep'>('delete', 'delete', 'delete', 'keep'),
    failure: lost,
    cancelledAfterMs: sooner,
  })
  .map(({ isTerminated, onCancel, failure, cancelledAfterMs }) => ({
    request: { onCancel },
    // Longer than the looks of the activity that creates.
    faults: { creationMs: isTerminated ? 7_000 : 400 },
    actions: [
      ...(isTerminated
        ? [awaited('waitingForActive'), step(0, { type: 'terminate' } as const)]
        : [awaited('active')]),
      step(0, {
        type: 'setFaults',
        faults: {
          failNext: [{ operation: 'DescribeInstance', times: MANY, ...failure }],
        },
      }),
      step(1_100, { type: 'start', times: 1 }),
      awaited('waitingForActive'),
      step(cancelledAfterMs, { type: 'cancel' }),
      sound(400),
    ],
  }));

/** The answer to CreateInstance is lost, and the run is cancelled then. */
const lostAndCancelled: fc.Arbitrary<Script> = fc
  .record({
    loss: fc.constantFrom<AccountFaults>(
      { loseResponse: { operation: 'CreateInstance', times: 2 } },
      { hangAfterWrite: { operation: 'CreateInstance', times: 1 } },
      // Later than the worker waits for an answer.
      { lateWrite: { operation: 'CreateInstance', delayMs: 13_000, times: 1 } },
      { failNext: [{ operation: 'CreateInstance', error: 'halfResponse', times: 2 }] },
    ),
    cancelledAfterMs: sooner,
  })
  .map(({ loss, cancelledAfterMs }) => ({
    request: { onCancel: 'delete' },
    faults: loss,
    // A write that is late is carried out as AWS is then.
    actions: [awaited('sent'), step(cancelledAfterMs, { type: 'cancel' }), sound(500)],
  }));

/** AWS answers with errors that pass, of many names, before it does what is asked: the run is to succeed. */
const passingOnly: fc.Arbitrary<Script> = fc
  .record({
    failures: fc.shuffledSubarray([...PASSING_ERRORS], { minLength: 10, maxLength: 12 }),
    operation: fc.constantFrom('CreateInstance', 'CreateInstance', 'DescribeInstance'),
  })
  .map(({ failures, operation }) => ({
    faults: { failNext: failures.map((failure) => ({ operation, times: 1, ...failure })) },
    // Its faults are taken back after its last action.
    actions: [step(0, { type: 'await', until: 'active', atMostMs: 60_000 })],
  }));

/** Signals that make no sense, whatever the run does. */
const misunderstood: fc.Arbitrary<Script> = fc
  .record({
    faults: unwell('CreateInstance'),
    signals: fc.array(fc.record({ afterMs: sooner, action: garbage }), { minLength: 2, maxLength: 5 }),
  })
  .map(({ faults, signals }) => ({ faults, actions: [...signals, sound(200)] }));

/** Its sessions are forgotten while it works. */
const forgotten: fc.Arbitrary<Script> = fc
  .record({
    creationMs: fc.integer({ min: 500, max: 3_000 }),
    times: fc.integer({ min: 1, max: 4 }),
    afterMs: later,
  })
  .map(({ creationMs, times, afterMs }) => ({
    faults: { creationMs },
    actions: Array.from({ length: times }, () => step(afterMs, { type: 'forgetSessions' })),
  }));

/** What makes one scenario different from another. */
interface Script {
  request?: Partial<AccountPlan['request']>;
  faults: AccountFaults;
  actions: Step[];
}

const SCRIPTS = {
  paused,
  pausedDeletion,
  aborted,
  corrected,
  earlier,
  lostAndCancelled,
  passingOnly,
  misunderstood,
  forgotten,
};

/** Draws so many scenarios: each kind in its turn, so that every seed has them all. */
export function arbitraryScenarios(count: number, lengthMs: number): fc.Arbitrary<Scenario[]> {
  const scripts = Object.entries(SCRIPTS);
  const drawn = Array.from({ length: count }, (_, index) => {
    const [scenario, script] = scripts[index % scripts.length] ?? ['', passingOnly];
    return fc
      .record({ startsAt: fc.integer({ min: 0, max: lengthMs }), script })
      .map(({ startsAt, script: { request, faults, actions } }): Scenario => ({
        scenario,
        startsAt,
        request: { ...QUIET_REQUEST, ...request },
        taken: false,
        organizationInstance: false,
        faults,
        actions,
        atLast: 'retry',
      }));
  });
  return fc.tuple(...drawn);
}

import { createAccountOpener, type AwsSettings } from './aws/account';
import { CallMeter } from './aws/call-meter';
import { createInstance, type CreateInstanceInput } from './instance/create';
import { deleteInstance, type DeleteInstanceInput } from './instance/delete';
import { watchForFreezes } from './freeze-watch';
import { followRun } from './runs/follow-run';
import { inspectAccount, type InspectAccountInput } from './instance/inspect';
import { isAwaited } from './is-awaited';
import { findInstance, type FindInstanceInput } from './instance/find';
import { Pacer } from './aws/pacer';
import type { ActivityDependencies } from './in-account';
import { waitForActive, type WaitForActiveInput } from './instance/wait-for-active';

export type { AwsSettings } from './aws/account';
export type { BackOff } from './back-off';
export { CallMeter } from './aws/call-meter';
export type { Pacer } from './aws/pacer';
export type { SettledInstance } from './instance/wait-for-active';
export type { FoundInstance } from './instance/find';
export type { ActivityDependencies } from './in-account';

/** Creates the activities of the workflows, bound to what they depend on. */
export function createActivities(deps: ActivityDependencies) {
  return {
    createInstance: (input: CreateInstanceInput) => createInstance(deps, input),
    waitForActive: (input: WaitForActiveInput) => waitForActive(deps, input),
    findInstance: (input: FindInstanceInput) => findInstance(deps, input),
    followRun,
    inspectAccount: (input: InspectAccountInput) => inspectAccount(deps, input),
    deleteInstance: (input: DeleteInstanceInput) => deleteInstance(deps, input),
  };
}

/** What the workflows may call. */
export type Activities = ReturnType<typeof createActivities>;

/** Creates the pacer of a worker, for the calls of all its accounts. */
export function createPacer({ maxCallsPerSecond }: AwsSettings): Pacer {
  return new Pacer(maxCallsPerSecond, () => performance.now());
}

/** Creates the meter of a worker, for the calls of all its fleets. */
export function createCallMeter(): CallMeter {
  return new CallMeter(() => performance.now());
}

/** Creates what activities depend on in a real worker: AWS, the clocks and the random numbers of this process. */
export function realDependencies(
  aws: AwsSettings,
  pacer = createPacer(aws),
  meter = createCallMeter(),
): ActivityDependencies {
  return {
    openAccount: createAccountOpener(aws, Date.now, pacer),
    now: Date.now,
    monotonicNow: () => performance.now(),
    wasFrozen: watchForFreezes(() => performance.now()),
    random: Math.random,
    isAwaited,
    countCalls: (page, counts) => {
      meter.count(page, counts);
    },
  };
}

import { createAccountOpener, type AwsSettings } from './account-api';
import { CallMeter } from './call-meter';
import { createInstance, type CreateInstanceInput } from './create-instance';
import { deleteInstance, type DeleteInstanceInput } from './delete-instance';
import { watchForFreezes } from './freeze-watch';
import { followRun } from './follow-run';
import { inspectAccount, type InspectAccountInput } from './inspect-account';
import { isAwaited } from './is-awaited';
import { findInstance, type FindInstanceInput } from './find-instance';
import { Pacer } from './pacer';
import type { ActivityDependencies } from './step';
import { waitForActive, type WaitForActiveInput } from './wait-for-active';

export type { AwsSettings } from './account-api';
export type { BackOff } from './back-off';
export { CallMeter } from './call-meter';
export type { Pacer } from './pacer';
export type { ActiveInstance } from './wait-for-active';
export type { FoundInstance } from './find-instance';
export type { ActivityDependencies } from './step';

/** The activities of the workflows, bound to what they depend on. */
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

/** The pacer of a worker, for the calls of all its accounts. */
export function createPacer({ maxCallsPerSecond }: AwsSettings): Pacer {
  return new Pacer(maxCallsPerSecond, () => performance.now());
}

/** The meter of a worker, for the calls of all its fleets. */
export function createCallMeter(): CallMeter {
  return new CallMeter(() => performance.now());
}

/** The dependencies of a real worker: AWS, the clocks and the random numbers of this process. */
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

import {
  ApplicationFailure,
  defineQuery,
  defineSignal,
  defineUpdate,
  setDefaultSignalHandler,
  setHandler,
} from '@temporalio/workflow';
import {
  PROGRESS_QUERY,
  readCorrection,
  readReason,
  STEERING,
  type Progress,
  type Steer,
} from '../../contract';
import type { Hold } from './hold';
import type { Journal } from './status';
import type { Steering } from './interruptible';

/** What can be steered. */
interface Steerable {
  journal: Journal;
  steering: Steering;
  progress(): Progress;
}

/** Does what a signal or an Update asks for; a text says why that cannot be. */
interface Order {
  whyNot(argument: unknown): string | undefined;
  carryOut(argument: unknown): void;
}

/** Where the run stands; answers at every stage and after the end. */
export const progressQuery = defineQuery<Progress>(PROGRESS_QUERY);

/**
 * Answers the query, the signals and the Updates of a run. A signal that makes no sense changes nothing and is noted; an
 * Update that makes none is refused with the reason.
 *
 * @param hold the hold of a run that can be held
 */
export function offerSteering(run: Steerable, hold?: Hold): void {
  const { journal, steering } = run;
  const held = () => (journal.at === 'held' ? hold : undefined);
  const orders: Record<Steer, Order> = {
    pause: {
      whyNot: () => steering.whyNotPause(),
      carryOut: () => {
        steering.pause();
      },
    },
    resume: {
      whyNot: () => steering.whyNotResume(),
      carryOut: () => {
        steering.resume();
      },
    },
    retry: {
      whyNot(argument) {
        const read = readCorrection(argument);
        if (typeof read === 'string') return read;
        const inHold = held();
        if (inHold !== undefined) return inHold.whyNotRetry(read.correction);
        return read.correction === undefined
          ? steering.whyNotRetry()
          : 'name and tags can be corrected only while the run is held';
      },
      carryOut(argument) {
        const read = readCorrection(argument);
        const inHold = held();
        if (inHold === undefined) steering.retry();
        else inHold.retry(typeof read === 'string' ? undefined : read.correction);
      },
    },
    abort: {
      whyNot(argument) {
        const read = readReason(argument);
        return typeof read === 'string' ? read : (held() ?? steering).whyNotAbort();
      },
      carryOut(argument) {
        const read = readReason(argument);
        if (typeof read !== 'string') (held() ?? steering).abort(read.reason);
      },
    },
  };

  setHandler(progressQuery, () => run.progress(), { description: 'Where the run stands, as JSON.' });
  for (const [name, order] of Object.entries(orders) as [Steer, Order][]) {
    const description = STEERING[name];
    setHandler(
      defineSignal<[unknown?]>(name),
      (argument) => {
        const reason = order.whyNot(argument);
        if (reason === undefined) order.carryOut(argument);
        else journal.note(`${name} changed nothing: ${reason}`);
      },
      { description },
    );
    setHandler(
      // The argument may be missing, which the SDK's type of an Update cannot say.
      defineUpdate<Progress, [unknown]>(name),
      (argument: unknown) => {
        order.carryOut(argument);
        return run.progress();
      },
      {
        description,
        validator(argument) {
          const reason = order.whyNot(argument);
          if (reason !== undefined) throw ApplicationFailure.nonRetryable(reason, 'Refused');
        },
      },
    );
  }
  setDefaultSignalHandler((name) => {
    journal.note(`${name} changed nothing: there are ${Object.keys(STEERING).join(', ')}`);
  });
}

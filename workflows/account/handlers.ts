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
import type { Interruptible } from './interruptible';
import type { Status } from './status';

/** What handlers act on. */
interface Steered {
  status: Status;
  work: Interruptible;
  /** The hold of a run that can be held. */
  hold?: Hold;
  progress(): Progress;
}

/** Reads what a signal or an Update asks for: what carries it out, or a text that says why that cannot be. */
type Handler = (argument: unknown) => string | (() => void);

/** Where the run stands; answers at every stage and after the end. */
export const progressQuery = defineQuery<Progress>(PROGRESS_QUERY);

/**
 * Sets the handlers of a run: for the query, the signals and the Updates. A signal that makes no sense changes nothing and
 * is noted; an Update that makes none is refused with the reason.
 */
export function setHandlers({ status, work, hold, progress }: Steered): void {
  const handlers: Record<Steer, Handler> = {
    pause: () =>
      work.whyNotPause() ??
      (() => {
        work.pause();
      }),
    resume: () =>
      work.whyNotResume() ??
      (() => {
        work.resume();
      }),
    retry(argument) {
      const read = readCorrection(argument);
      if (typeof read === 'string') return read;
      const { correction } = read;
      if (hold?.isHeld === true)
        return (
          hold.whyNotRetry(correction) ??
          (() => {
            hold.retry(correction);
          })
        );
      if (correction !== undefined) return 'name and tags can be corrected only while the run is held';
      return (
        work.whyNotRetry() ??
        (() => {
          work.retry();
        })
      );
    },
    abort(argument) {
      const read = readReason(argument);
      if (typeof read === 'string') return read;
      return (
        work.whyNotAbort() ??
        (() => {
          work.abort(read.reason);
        })
      );
    },
  };

  setHandler(progressQuery, progress, { description: 'Where the run stands, as JSON.' });
  for (const [name, handle] of Object.entries(handlers) as [Steer, Handler][]) {
    const description = STEERING[name];
    setHandler(
      defineSignal<[unknown?]>(name),
      (argument) => {
        const read = handle(argument);
        if (typeof read === 'string') status.addNote(`${name} changed nothing: ${read}`);
        else read();
      },
      { description },
    );
    setHandler(
      // The argument may be missing, which the SDK's type of an Update cannot say.
      defineUpdate<Progress, [unknown]>(name),
      (argument: unknown) => {
        const read = handle(argument);
        if (typeof read !== 'string') read();
        return progress();
      },
      {
        description,
        validator(argument) {
          const read = handle(argument);
          if (typeof read === 'string') throw ApplicationFailure.nonRetryable(read, 'Refused');
        },
      },
    );
  }
  setDefaultSignalHandler((name) => {
    status.addNote(`${name} changed nothing: there are ${Object.keys(STEERING).join(', ')}`);
  });
}

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
import type { Decision, Interruptible } from './interruptible';
import type { Status } from './status';

/** What the handlers of a run act on. */
interface HandledRun {
  status: Status;
  work: Interruptible;
  /** The hold of a run that can be held. */
  hold?: Hold;
  progress: () => Progress;
}

/** Decides on a signal or an Update. */
type Decide = (argument: unknown) => Decision;

/** Where the run stands; answers at every stage and after the end. */
export const progressQuery = defineQuery<Progress>(PROGRESS_QUERY);

/**
 * Sets the handlers of a run: for the query, the signals and the Updates. A signal that makes no sense changes nothing and
 * is noted; an Update that makes none is refused with the reason.
 */
export function setHandlers({ status, work, hold, progress }: HandledRun): void {
  const decisions: Record<Steer, Decide> = {
    pause: () => work.pause(),
    resume: () => work.resume(),
    retry(argument) {
      const read = readCorrection(argument);
      if (typeof read === 'string') return read;
      if (hold?.isHeld === true) return hold.retry(read.correction);
      if (read.correction !== undefined) return 'name and tags can be corrected only while the run is held';
      return work.retry();
    },
    abort(argument) {
      const read = readReason(argument);
      return typeof read === 'string' ? read : work.abort(read.reason);
    },
  };

  setHandler(progressQuery, progress, { description: 'Where the run stands, as JSON.' });
  for (const [name, decide] of Object.entries(decisions) as [Steer, Decide][]) {
    const description = STEERING[name];
    setHandler(
      defineSignal<[unknown?]>(name),
      (argument) => {
        const decision = decide(argument);
        if (typeof decision === 'string') status.addNote(`${name} changed nothing: ${decision}`);
        else decision();
      },
      { description },
    );
    setHandler(
      // The argument may be missing, which the SDK's type of an Update cannot say.
      defineUpdate<Progress, [unknown]>(name),
      (argument: unknown) => {
        const decision = decide(argument);
        if (typeof decision !== 'string') decision();
        return progress();
      },
      {
        description,
        validator(argument) {
          const decision = decide(argument);
          if (typeof decision === 'string') throw ApplicationFailure.nonRetryable(decision, 'Refused');
        },
      },
    );
  }
  setDefaultSignalHandler((name) => {
    status.addNote(`${name} changed nothing: there are ${Object.keys(STEERING).join(', ')}`);
  });
}

import { defineQuery, setHandler } from '@temporalio/workflow';
import {
  END_STAGES,
  PROGRESS_QUERY,
  readCorrection,
  readReason,
  STEERING,
  type Progress,
  type Steer,
} from '../../contract';
import { handleOtherSignals, handleSignal, handleUpdate, type Decide } from '../shared/handlers';
import type { Hold } from './hold';
import type { Interruptible } from './interruptible';
import type { Status } from './status';

/** What the handlers of a run act on. */
interface HandledRun {
  status: Status;
  work: Interruptible;
  /** The hold of a run that can be held. */
  hold?: Hold;
  progress: () => Progress;
}

/** Where the run stands; answers at every stage and after the end. */
export const progressQuery = defineQuery<Progress>(PROGRESS_QUERY);

/** Sets the handlers of a run: for the query, the signals and the Updates. */
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
  // An announcement may keep a run open for a moment after its end.
  const unlessEnded =
    (decide: Decide): Decide =>
    (argument) =>
      END_STAGES.includes(status.stage) ? 'the run has ended' : decide(argument);
  const note = (text: string) => {
    status.addNote(text);
  };

  setHandler(progressQuery, progress, { description: 'Where the run stands, as JSON.' });
  for (const [steer, decide] of Object.entries(decisions) as [Steer, Decide][]) {
    handleSignal(steer, STEERING[steer], unlessEnded(decide), note);
    handleUpdate(steer, STEERING[steer], unlessEnded(decide), progress);
  }
  handleOtherSignals(Object.keys(STEERING), note);
}

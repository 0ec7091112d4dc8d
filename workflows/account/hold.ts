import { ApplicationFailure, condition } from '@temporalio/workflow';
import {
  accountFailure,
  describeFailure,
  MAX_GENERATIONS,
  milliseconds,
  type AccountFailure,
  type Correction,
} from '../../contract';
import { situationOf } from '../shared/failure';
import type { Decision } from '../shared/handlers';
import type { Announcer } from './announcer';
import { FleetPlace } from './fleet-place';
import { countHold } from './metrics';
import type { Provisioning } from './state';

/** The wait of a stopped run for a person. */
export class Hold {
  /** What the run is held with, until somebody has said `retry`. */
  private failure: ApplicationFailure | undefined;

  constructor(
    private readonly run: Provisioning,
    private readonly announcer: Announcer,
  ) {}

  get isHeld(): boolean {
    return this.failure !== undefined;
  }

  /**
   * Holds a run that has stopped, and returns after `retry`; the run then goes on from its state. Throws what ends the run:
   * a cancellation, an abort, any failure where `onFailure` is `fail`, and the failure when `holdTimeout` is over.
   */
  async untilRetry(error: unknown): Promise<void> {
    const { status, work } = this.run;
    const { accountId, onFailure, timing } = this.run.state.request;
    if (!(error instanceof ApplicationFailure) || situationOf(error) === 'aborted') throw error;
    if (onFailure === 'fail') throw error;
    const timeoutMs = milliseconds(timing.holdTimeout);
    const place = new FleetPlace(accountId);
    this.failure = error;
    try {
      // Nothing is done in a hold, and `retry` is a person's word that it should be.
      status.setPaused(false);
      status.showFailure(describeFailure(error, 'hold'));
      const until = new Date(Date.now() + timeoutMs);
      status.setHeld(until);
      countHold(error);
      this.announcer.announceHold(error, until.toISOString());
      const failure = accountFailure(error, 'hold');
      await place.give({ why: 'held', failure, heldUntil: until.toISOString() });
      const isOver = () => !this.isHeld || work.isAborted;
      if (!(await condition(isOver, timeoutMs, { summary: summaryOf(failure) }))) throw error;
      work.throwIfAborted(error);
      await place.take();
    } finally {
      // A cancel ends the hold as well: its roll-back takes no correction.
      this.failure = undefined;
    }
  }

  /** Lets a held run go on, with another name or other tags where they are given. */
  retry(correction: Correction | undefined): Decision {
    const { state, status, work } = this.run;
    const { failure } = this;
    if (work.isAborted) return 'the run is being aborted';
    if (correction !== undefined && state.instance !== undefined && state.createFailed === undefined)
      return `${state.instance.instanceArn} exists already, with the name and tags that it was made with: retry without any`;
    if (correction !== undefined && state.generation === MAX_GENERATIONS)
      return `no other name or tags can be asked for: the run has used its ${MAX_GENERATIONS} ClientTokens`;
    return () => {
      if (correction !== undefined && failure !== undefined) state.correct(correction, failure);
      if (state.instance !== undefined) status.showFailure(undefined);
      this.failure = undefined;
      work.showStage();
    };
  }
}

/** What the UI shows of the wait, which a person sees before the page that says what to do. */
function summaryOf({ type }: AccountFailure): string {
  return `held: ${type}; waits for retry or abort. What to do: the tab User Metadata`;
}

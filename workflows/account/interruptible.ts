import {
  type ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  condition,
  sleep,
} from '@temporalio/workflow';
import type { Stage } from '../../contract';
import { isFinal } from '../shared/failure';
import type { Decision } from '../shared/handlers';
import type { Status } from './status';

/** Whether an activity changes something in AWS. Only writes are kept back by a pause; a read is cut short without waiting. */
export type ActivityKind = 'read' | 'write';

/** A run that is steered. */
interface SteeredRun {
  /** Tells the stage in which the next activity runs. */
  stage(): Stage;
  /** Makes what an aborted run ends with. */
  aborted(reason: string, cause?: ApplicationFailure): ApplicationFailure;
  /** Whether it is cancelled, and only cleans up. */
  readonly isRollingBack: boolean;
}

/** `retry` within this time of a call would only repeat it. */
const JUST_SENT_MS = 1_000;

const CUT_SHORT = Symbol('cut short');

/**
 * Runs the activities and the rests of a run so that people can steer them: a pause keeps writes back, `retry` cuts a wait
 * short, an abort ends the run between two activities. A write that is under way is never interrupted; its result counts.
 */
export class Interruptible {
  private underWay: { kind: ActivityKind; scope: CancellationScope; since: number } | undefined;
  private abortReason: string | undefined;
  private pausedMs = 0;

  constructor(
    private readonly status: Status,
    private readonly steered: SteeredRun,
  ) {}

  /**
   * Milliseconds on the clock that deadlines are measured by: the pauses that have kept the run back are taken off once they
   * are over.
   */
  now(): number {
    return Date.now() - this.pausedMs;
  }

  /** Whether an abort was accepted: nothing that people ask for after it undoes it. */
  get isAborted(): boolean {
    return this.abortReason !== undefined;
  }

  /**
   * Runs an activity, anew each time it is cut short. Deadlines stay those of the first time.
   *
   * @param attempt given the milliseconds since the first time
   */
  async run<T>(kind: ActivityKind, attempt: (spentMs: number) => Promise<T>): Promise<T> {
    const began = this.now();
    for (;;) {
      if (kind === 'write') await this.untilWritable();
      this.showStage();
      const outcome = await this.interruptible(kind, () => attempt(this.now() - began));
      if (outcome !== CUT_SHORT) return outcome;
    }
  }

  /** Waits; `retry` ends it. */
  async rest(ms: number, summary: string): Promise<void> {
    await this.interruptible('read', () => sleep(ms, { summary }));
  }

  /** Enters the stage that the run is in by what it knows: the one place where stages are entered before the end. */
  showStage(): void {
    this.status.setStage(this.steered.stage());
  }

  /** Throws where the run was cancelled or aborted. */
  throwIfStopped(): void {
    if (CancellationScope.current().consideredCancelled) throw new CancelledFailure('the run is cancelled');
    this.throwIfAborted();
  }

  /** Throws where the run was aborted. */
  throwIfAborted(cause?: ApplicationFailure): void {
    if (this.abortReason !== undefined) throw this.steered.aborted(this.abortReason, cause);
  }

  /** Makes void what people have asked for. */
  forgetSteering(): void {
    this.abortReason = undefined;
    this.status.setPaused(false);
  }

  pause(): Decision {
    if (this.status.paused) return () => ({ note: 'the run was paused already' });
    if (this.status.stage === 'held') return 'the run is held: it does nothing until "retry" or "abort"';
    if (this.steered.isRollingBack) return 'the run is being cancelled';
    return () => {
      this.status.setPaused(true);
      if (this.underWay?.kind === 'write') this.underWay.scope.cancel();
    };
  }

  resume(): Decision {
    if (!this.status.paused) return () => ({ note: 'the run was not paused' });
    return () => {
      this.status.setPaused(false);
    };
  }

  retry(): Decision {
    const { underWay } = this;
    if (this.isAborted) return 'the run is being aborted';
    if (this.status.paused) return 'the run is paused: resume it first';
    if (underWay === undefined || underWay.scope.consideredCancelled)
      return 'a new try is on its way already';
    if (Date.now() - underWay.since < JUST_SENT_MS) return 'the call was sent within the last second';
    return () => {
      underWay.scope.cancel();
    };
  }

  abort(reason: string): Decision {
    if (this.steered.isRollingBack) return 'the run is being cancelled';
    if (this.isAborted) return 'the run is being aborted already';
    if (!this.status.paused && this.status.stage !== 'held')
      return '"abort" ends a held or paused run; "cancel" ends one at any stage';
    return () => {
      this.abortReason = reason;
      this.underWay?.scope.cancel();
    };
  }

  /** Returns when nothing keeps a write back. */
  private async untilWritable(): Promise<void> {
    const began = Date.now();
    await condition(() => !this.status.paused || this.isAborted);
    this.pausedMs += Date.now() - began;
    this.throwIfAborted();
  }

  private async interruptible<T>(kind: ActivityKind, work: () => Promise<T>): Promise<T | typeof CUT_SHORT> {
    this.throwIfAborted();
    const scope = new CancellationScope();
    this.underWay = { kind, scope, since: Date.now() };
    try {
      const result = await scope.run(work);
      // A cancel or an abort that reaches the run together with what a read has found was asked for before it.
      if (kind === 'read') this.throwIfStopped();
      return result;
    } catch (error) {
      const cutShort = scope.consideredCancelled && !CancellationScope.current().consideredCancelled;
      // What AWS said for good stays true, however the call was hurried.
      if (!cutShort || isFinal(error)) throw error;
      this.throwIfAborted();
      return CUT_SHORT;
    } finally {
      this.underWay = undefined;
    }
  }
}

import { type ApplicationFailure, CancellationScope, condition, sleep } from '@temporalio/workflow';
import { isFinal } from '../shared/failure';
import type { Journal } from './status';

/** Whether a step changes something in AWS. Only writes are kept back by a pause; a read is cut short without waiting. */
export type StepKind = 'read' | 'write';

/** `retry` within this time of a call would only repeat it. */
const JUST_SENT_MS = 1_000;

const CUT_SHORT = Symbol('cut short');

/**
 * Carries out the steps of a run so that people can steer them: a pause keeps writes back, `retry` cuts a wait short, an
 * abort ends the run between two steps. A write that is under way is never interrupted; its result counts.
 */
export class Steering {
  private underWay: { kind: StepKind; scope: CancellationScope; since: number } | undefined;
  private abortReason: string | undefined;
  private rollingBack = false;
  private pausedMs = 0;

  /** @param aborted what an aborted run ends with */
  constructor(
    private readonly journal: Journal,
    private readonly aborted: (reason: string) => ApplicationFailure,
  ) {}

  /** Milliseconds on a clock that stands still while a pause keeps the run back: what deadlines are measured by. */
  now(): number {
    return Date.now() - this.pausedMs;
  }

  /**
   * Carries out a step, anew each time it is cut short. Deadlines stay those of the first time.
   *
   * @param attempt given the milliseconds since the first time
   */
  async step<T>(kind: StepKind, attempt: (spentMs: number) => Promise<T>): Promise<T> {
    const began = this.now();
    for (;;) {
      if (kind === 'write') await this.untilWritable();
      const outcome = await this.interruptible(kind, () => attempt(this.now() - began));
      if (outcome !== CUT_SHORT) return outcome;
    }
  }

  /** Waits; `retry` ends it. */
  async rest(ms: number, summary: string): Promise<void> {
    await this.interruptible('read', () => sleep(ms, { summary }));
  }

  /** Returns when nothing keeps a write back. */
  async untilWritable(): Promise<void> {
    const began = Date.now();
    await condition(() => !this.journal.paused || this.abortReason !== undefined);
    this.pausedMs += Date.now() - began;
    this.throwIfAborted();
  }

  /** From here on the run only cleans up: what people ordered before is void. */
  startRollBack(): void {
    this.rollingBack = true;
    this.abortReason = undefined;
    this.journal.pause(false);
  }

  whyNotPause(): string | undefined {
    if (this.journal.paused) return 'the run is paused already';
    if (this.journal.at === 'held') return 'the run is held: it does nothing until "retry" or "abort"';
    return this.rollingBack ? 'the run is being cancelled' : undefined;
  }

  pause(): void {
    this.journal.pause(true);
    if (this.underWay?.kind === 'write') this.underWay.scope.cancel();
  }

  whyNotResume(): string | undefined {
    return this.journal.paused ? undefined : 'the run is not paused';
  }

  resume(): void {
    this.journal.pause(false);
  }

  whyNotRetry(): string | undefined {
    if (this.abortReason !== undefined) return 'the run is being aborted';
    if (this.journal.paused) return 'the run is paused: resume it first';
    const { underWay } = this;
    if (underWay === undefined || underWay.scope.consideredCancelled)
      return 'a new try is on its way already';
    return Date.now() - underWay.since < JUST_SENT_MS
      ? 'the call was sent within the last second'
      : undefined;
  }

  retry(): void {
    this.underWay?.scope.cancel();
  }

  whyNotAbort(): string | undefined {
    if (this.rollingBack) return 'the run is being cancelled';
    if (this.abortReason !== undefined) return 'the run is being aborted already';
    return this.journal.paused
      ? undefined
      : '"abort" ends a held or paused run; "cancel" ends one at any stage';
  }

  abort(reason: string): void {
    this.abortReason = reason;
    this.underWay?.scope.cancel();
  }

  private throwIfAborted(): void {
    if (this.abortReason !== undefined) throw this.aborted(this.abortReason);
  }

  private async interruptible<T>(kind: StepKind, work: () => Promise<T>): Promise<T | typeof CUT_SHORT> {
    this.throwIfAborted();
    const scope = new CancellationScope();
    const isCancelled = () => scope.consideredCancelled;
    // Replaying what ran before there was steering: a roll-back's scopes count as cancelled from the start.
    if (isCancelled()) return work();
    this.underWay = { kind, scope, since: Date.now() };
    try {
      return await scope.run(work);
    } catch (error) {
      const cutShort = isCancelled() && !CancellationScope.current().consideredCancelled;
      // What AWS said for good stays true, however the call was hurried.
      if (!cutShort || isFinal(error)) throw error;
      this.throwIfAborted();
      return CUT_SHORT;
    } finally {
      this.underWay = undefined;
    }
  }
}

import {
  condition,
  getExternalWorkflowHandle,
  isCancellation,
  patched,
  workflowInfo,
  type ApplicationFailure,
} from '@temporalio/workflow';
import {
  describeFailure,
  HELD_SIGNAL,
  isFleetId,
  MAX_GENERATIONS,
  milliseconds,
  type Correction,
  type HeldNews,
} from '../../contract';
import { situationOf } from '../shared/failure';
import { giveUp } from './next-generation';
import { lookTwice, reconcile } from './create-or-reconcile';
import type { Run } from './state';

type Decision = { retry: Correction | undefined } | { abort: string };

/** The wait of a stopped run for a person, and how it goes on from there. */
export class Hold {
  private failure: ApplicationFailure | undefined;
  private decision: Decision | undefined;

  constructor(private readonly run: Run) {}

  /** Waits for `retry`. Throws the failure when `holdTimeout` is over, and `Aborted` where that was decided. */
  async untilRetry(failure: ApplicationFailure): Promise<void> {
    const { journal, request } = this.run;
    const timeoutMs = milliseconds(request.timing.holdTimeout);
    this.failure = failure;
    this.decision = undefined;
    // Nothing is done in a hold, and `retry` is a person's word that it should be.
    journal.pause(false);
    journal.fail(describeFailure(failure, 'hold'));
    journal.hold(Date.now() + timeoutMs);
    const decided = () => this.decision !== undefined;
    await tellFleet(request.accountId, true);
    if (!(await condition(decided, timeoutMs, { summary: 'held: waits for retry or abort' }))) throw failure;
    const decision = this.decision as Decision | undefined;
    if (decision !== undefined && 'abort' in decision) throw this.run.aborted(decision.abort, failure);
    await tellFleet(request.accountId, false);
  }

  /** What comes first after `retry`; nothing, in a run that was not held. */
  async goOn(): Promise<void> {
    const { failure, decision, run } = this;
    this.failure = undefined;
    if (failure === undefined || decision === undefined || 'abort' in decision) return;
    const correction = decision.retry;
    if (run.target !== undefined && situationOf(failure) === 'createFailed') {
      await giveUp(run, run.target, failure, true);
    } else if (correction !== undefined) {
      // AWS may have seen the failed call, and then holds its token to the old name and tags.
      const existing = await reconcile(run, failure, () => lookTwice(run));
      if (existing !== undefined) {
        run.journal.note(`${existing.instanceArn} exists already: its name and tags stay as they are`);
        run.goOnWith(existing);
        return;
      }
      run.nextGeneration();
    } else if (run.lookOwed !== undefined && patched('look-owed')) {
      const existing = await reconcile(run, run.lookOwed, () => run.steps.findInstance());
      if (existing !== undefined) run.goOnWith(existing);
    }
    if (correction !== undefined) run.correct(correction);
  }

  whyNotRetry(correction: Correction | undefined): string | undefined {
    const { target, generation } = this.run;
    if (correction === undefined) return undefined;
    if (target !== undefined && !this.willRecreate())
      return `${target.instanceArn} exists already, with the name and tags that it was made with: retry without any`;
    return generation === MAX_GENERATIONS
      ? `no other name or tags can be asked for: the run has used its ${MAX_GENERATIONS} ClientTokens`
      : undefined;
  }

  retry(correction: Correction | undefined): void {
    const { target, journal } = this.run;
    this.decision = { retry: correction };
    if (target !== undefined) journal.enter(this.willRecreate() ? 'rollingBack' : 'waitingForActive');
    else journal.enter(correction === undefined ? 'creating' : 'reconciling');
  }

  abort(reason: string): void {
    this.decision = { abort: reason };
  }

  whyNotAbort(): string | undefined {
    return this.decision === undefined ? undefined : 'the run is being aborted already';
  }

  private willRecreate(): boolean {
    return this.failure !== undefined && situationOf(this.failure) === 'createFailed';
  }
}

/** A held run gives its place in the window of its fleet to another. */
async function tellFleet(accountId: string, held: boolean): Promise<void> {
  const { parent } = workflowInfo();
  if (parent === undefined || !isFleetId(parent.workflowId)) return;
  try {
    await getExternalWorkflowHandle(parent.workflowId, parent.runId).signal<[HeldNews]>(HELD_SIGNAL, {
      accountId,
      held,
    });
  } catch (error) {
    if (isCancellation(error)) throw error;
    // The fleet has ended, and has no window any more.
  }
}

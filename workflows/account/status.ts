import { setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import {
  END_STAGES,
  MAX_NOTES,
  SEARCH_ATTRIBUTES,
  type Progress,
  type ProgressFailure,
  type Stage,
} from '../../contract';
import { describeProgress } from './details';

/** What a run shows of itself: the `progress` query, the search attributes, the current details in the UI. */
export class Journal {
  private stage: Stage;
  private instanceArn: string | undefined;
  private isPaused = false;
  private heldUntil: string | undefined;
  private failure: ProgressFailure | undefined;
  private readonly steps: { stage: Stage; at: string }[] = [];
  private readonly notes: { at: string; text: string }[] = [];
  private published: { stage: string | undefined; instanceArn: string | undefined };

  constructor(stage: Stage) {
    const { typedSearchAttributes } = workflowInfo();
    this.published = {
      stage: typedSearchAttributes.get(SEARCH_ATTRIBUTES.stage),
      instanceArn: typedSearchAttributes.get(SEARCH_ATTRIBUTES.instanceArn),
    };
    this.stage = stage;
    this.enter(stage);
  }

  get at(): Stage {
    return this.stage;
  }

  get paused(): boolean {
    return this.isPaused;
  }

  /** Begins a stage; entering the present one again is no new step. */
  enter(stage: Stage): void {
    if (this.stage !== stage || this.steps.length === 0) {
      this.stage = stage;
      this.heldUntil = undefined;
      // An ended run waits for nobody.
      if (END_STAGES.includes(stage)) this.isPaused = false;
      this.steps.push({ stage, at: now() });
    }
    this.publish();
  }

  hold(until: number): void {
    this.enter('held');
    this.heldUntil = new Date(until).toISOString();
    this.show();
  }

  pause(paused: boolean): void {
    this.isPaused = paused;
    this.show();
  }

  /** Shows a failure that the run is dealing with, or ends with; `undefined` where it is dealt with. */
  fail(failure: ProgressFailure | undefined): void {
    this.failure = failure;
    this.show();
  }

  /** The instance that the run goes on with, from the next stage on. */
  instance(instanceArn: string | undefined): void {
    this.instanceArn = instanceArn;
  }

  note(text: string): void {
    this.notes.push({ at: now(), text });
    if (this.notes.length > MAX_NOTES) this.notes.shift();
    this.show();
  }

  progress(): Progress {
    return {
      stage: this.stage,
      ...(this.instanceArn !== undefined && { instanceArn: this.instanceArn }),
      paused: this.isPaused,
      ...(this.failure !== undefined && { failure: this.failure }),
      since: this.steps.at(-1)?.at ?? '',
      ...(this.heldUntil !== undefined && { heldUntil: this.heldUntil }),
      steps: this.steps,
      ...(this.notes.length > 0 && { notes: this.notes }),
    };
  }

  private show(): void {
    setCurrentDetails(describeProgress(this.progress()));
  }

  /** An upsert is an event, and fails where the namespace lacks the attribute: only what the run was started with. */
  private publish(): void {
    this.show();
    const { stage, instanceArn } = this.published;
    if (stage === undefined) return;
    const next = {
      stage: this.stage,
      instanceArn: instanceArn === undefined ? undefined : (this.instanceArn ?? ''),
    };
    if (next.stage === stage && next.instanceArn === instanceArn) return;
    upsertSearchAttributes([
      { key: SEARCH_ATTRIBUTES.stage, value: next.stage },
      ...(next.instanceArn === undefined
        ? []
        : [{ key: SEARCH_ATTRIBUTES.instanceArn, value: next.instanceArn }]),
    ]);
    this.published = next;
  }
}

function now(): string {
  return new Date().toISOString();
}

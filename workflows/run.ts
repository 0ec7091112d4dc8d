import { workflowInfo } from '@temporalio/workflow';
import {
  clientToken,
  type Progress,
  type ProgressFailure,
  type ProvisionRequest,
  type Stage,
} from '../contract';
import { stepsFor, type Steps, type Target } from './steps';

/** The state of a run: what the `progress` query shows, and what a cancelled run has to clean up. */
export class Run {
  readonly steps: Steps;
  generation = 1;
  target: Target | undefined;
  /** CreateInstance was called and its answer is not known: AWS may have made an instance. */
  answerOutstanding = false;
  private stage: Stage = 'creating';
  private failure: ProgressFailure | undefined;
  private readonly history: { stage: Stage; at: string }[] = [];

  constructor(readonly request: ProvisionRequest) {
    this.steps = stepsFor(request);
    this.enter('creating');
  }

  get token(): string {
    return clientToken(workflowInfo().workflowId, this.generation);
  }

  /** The start of the run, to the second, as AWS may give CreatedDate: an older instance was not made by this run. */
  get startedAt(): string {
    const start = workflowInfo().startTime.getTime();
    return new Date(start - (start % 1000)).toISOString();
  }

  /** Begins a stage; entering the present one again is no new step. */
  enter(stage: Stage): void {
    if (this.stage === stage && this.history.length > 0) return;
    this.stage = stage;
    this.history.push({ stage, at: new Date().toISOString() });
  }

  /** Shows a failure that the run is dealing with, or ends with. */
  note(failure: ProgressFailure): void {
    this.failure = failure;
  }

  /** Goes on with an instance: whatever failed before is dealt with. */
  goOnWith(target: Target): void {
    this.target = target;
    this.answerOutstanding = false;
    this.failure = undefined;
  }

  /** Leaves a deleted instance behind; its token leads nowhere any more. */
  nextGeneration(): void {
    this.target = undefined;
    this.generation += 1;
  }

  progress(): Progress {
    return {
      stage: this.stage,
      ...(this.target !== undefined && { instanceArn: this.target.instanceArn }),
      clientToken: this.token,
      generation: this.generation,
      paused: false,
      ...(this.failure !== undefined && { failure: this.failure }),
      since: this.history.at(-1)?.at ?? '',
      steps: this.history,
    };
  }
}

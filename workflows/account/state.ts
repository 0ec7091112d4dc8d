import { workflowInfo, type ApplicationFailure } from '@temporalio/workflow';
import {
  clientToken,
  describeFailure,
  type Correction,
  type Progress,
  type ProvisionRequest,
} from '../../contract';
import { failureOf } from '../shared/failure';
import { Journal } from './status';
import { Steering } from './interruptible';
import { stepsFor, type Steps, type Target } from './activities';

/** The state of a provisioning: what it goes on with, and what it has to clean up when it is cancelled. */
export class Run {
  readonly journal = new Journal('creating');
  readonly steering = new Steering(this.journal, (reason) => this.aborted(reason));
  request: ProvisionRequest;
  steps: Steps;
  generation = 1;
  target: Target | undefined;
  /** CreateInstance was called and its answer is not known: AWS may have made an instance. */
  answerOutstanding = false;
  /** Its last call was sent, or may have been, and not answered: AWS may yet make an instance. */
  answerLost = false;
  /** CreateInstance ended with this for good, and no look has come through since: nothing is sent before one has. */
  lookOwed: ApplicationFailure | undefined;

  constructor(request: ProvisionRequest) {
    this.request = request;
    this.steps = stepsFor(request, this.steering);
  }

  get token(): string {
    return clientToken(workflowInfo().workflowId, this.generation);
  }

  /** The start of the run, to the second, as AWS may give CreatedDate: an older instance was not made by this run. */
  get startedAt(): string {
    const start = workflowInfo().startTime.getTime();
    return new Date(start - (start % 1000)).toISOString();
  }

  /**
   * Asks AWS for the instance behind the token.
   *
   * @param until as in {@link Steps.createInstance}
   */
  async createInstance(until: number): Promise<Target> {
    this.answerOutstanding = true;
    const instanceArn = await this.steps.createInstance(this.token, until, () => {
      this.answerLost = true;
    });
    return { instanceArn, region: this.request.region, adopted: false };
  }

  /** Shows a failure that the run is dealing with, or ends with. */
  note(failure: ApplicationFailure): void {
    this.journal.fail(describeFailure(failure));
  }

  /** Goes on with an instance: whatever failed before is dealt with. */
  goOnWith(target: Target): void {
    this.target = target;
    this.answerOutstanding = false;
    this.answerLost = false;
    this.journal.instance(target.instanceArn);
    this.journal.fail(undefined);
  }

  /** The instance is deleted. */
  forgetTarget(): void {
    this.target = undefined;
    this.journal.instance(undefined);
  }

  /** Leaves a token behind that leads nowhere any more. */
  nextGeneration(): void {
    this.forgetTarget();
    this.generation += 1;
  }

  /** Asks for another name or other tags from now on. */
  correct(correction: Correction): void {
    this.request = { ...this.request, ...correction };
    this.steps = stepsFor(this.request, this.steering);
  }

  /** What an aborted run ends with. */
  aborted(reason: string, cause?: ApplicationFailure): ApplicationFailure {
    const left = this.target
      ? `${this.target.instanceArn} in ${this.target.region} is left`
      : this.answerOutstanding
        ? 'CreateInstance was sent and may have made an instance'
        : 'nothing was sent to create an instance';
    return failureOf('aborted', this.request.accountId, `${reason}; ${left}`, cause);
  }

  progress(): Progress {
    return { ...this.journal.progress(), clientToken: this.token, generation: this.generation };
  }
}

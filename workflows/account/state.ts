import { workflowInfo, type ApplicationFailure } from '@temporalio/workflow';
import {
  clientToken,
  defined,
  describeFailure,
  MAX_GENERATIONS,
  type Correction,
  type ProvisionRequest,
  type Stage,
} from '../../contract';
import { runFailure, situationOf } from '../shared/failure';
import type { AccountActivities, AskedInstance, CreateFailed, CreateListener } from './activities';
import type { Interruptible } from './interruptible';
import type { Status } from './status';

/** A provisioning: what it knows, what it shows, and what it acts with. */
export interface Provisioning {
  state: State;
  status: Status;
  work: Interruptible;
  activities: AccountActivities;
}

/** The instance that a run goes on with. */
export interface Instance {
  instanceArn: string;
  region: string;
  /** Not made for this workflow ID and this Region: taken over by `existing: "adopt"`. */
  adopted: boolean;
}

/**
 * What a run knows of the instance that it asks for, and what follows:
 *
 *     notSent ──► sent ──► made ──► ACTIVE, the end
 *                  │        ├─────► gone ─────────────► notSent, with the next token
 *                  │        └─────► createFailed ─────► deleted: notSent, with the next token
 *                  └─────► failed ─► a look: made, or with nothing there notMade; after a Conflict sent again
 *
 * `sent` is `unanswered` once a call was lost. After the last token the run stops with `GenerationsExhausted`, where it is.
 * From `notMade` a `retry` sends the same token again, or with a correction the next.
 */
type Creation =
  /** No call with the token can have left. */
  | { is: 'notSent' }
  /** CreateInstance was called, and what came of it is not known: AWS may have made an instance. */
  | { is: 'sent' }
  /** Like `sent`, and a call was lost: AWS may yet carry it out, after every look. */
  | { is: 'unanswered' }
  /** CreateInstance ended for good, and no look has shown since what there is: nothing is sent before one has. */
  | { is: 'failed'; failure: ApplicationFailure; unanswered: boolean }
  /** AWS has refused, and shows no instance. */
  | { is: 'notMade' }
  /** There is an instance to go on with. */
  | { is: 'made'; instance: Instance }
  /** The instance is CREATE_FAILED, and still there. */
  | { is: 'createFailed'; instance: Instance; outcome: CreateFailed };

/** The stage in which a run goes on from what it knows. */
const STAGE_AFTER: Record<Creation['is'], Stage> = {
  notSent: 'creating',
  sent: 'creating',
  unanswered: 'creating',
  failed: 'reconciling',
  notMade: 'creating',
  made: 'waitingForActive',
  createFailed: 'rollingBack',
};

/** The state of a provisioning. Its methods lead from one state to the next, and show people what follows from it. */
export class State implements CreateListener {
  generation = 1;
  private creation: Creation = { is: 'notSent' };
  private correction: Correction | undefined;
  private rollingBack = false;

  constructor(
    public request: ProvisionRequest,
    private readonly status: Status,
  ) {}

  /** What is asked of CreateInstance. */
  get asked(): AskedInstance {
    const { name, tags } = this.request;
    return defined({ clientToken: this.token, name, tags });
  }

  get token(): string {
    return clientToken(workflowInfo().workflowId, this.generation);
  }

  /** The start of the run, to the second, as AWS may give CreatedDate: an older instance was not made by this run. */
  get startedAt(): string {
    const start = workflowInfo().startTime.getTime();
    return new Date(start - (start % 1000)).toISOString();
  }

  stage(): Stage {
    if (this.rollingBack) return this.request.onCancel === 'keep' ? 'reconciling' : 'rollingBack';
    return STAGE_AFTER[this.creation.is];
  }

  get isRollingBack(): boolean {
    return this.rollingBack;
  }

  get instance(): Instance | undefined {
    return 'instance' in this.creation ? this.creation.instance : undefined;
  }

  /** What is known of an instance that could not be made, and is still there. */
  get createFailed(): CreateFailed | undefined {
    return this.creation.is === 'createFailed' ? this.creation.outcome : undefined;
  }

  /** What CreateInstance ended with, where a look is owed before anything is sent. */
  get lookOwed(): ApplicationFailure | undefined {
    return this.creation.is === 'failed' ? this.creation.failure : undefined;
  }

  /** Whether AWS may have made an instance that the run does not know. */
  get mayHaveMade(): boolean {
    return ['sent', 'unanswered', 'failed'].includes(this.creation.is);
  }

  /** Whether AWS may yet make an instance, of a call that was not answered. */
  get mayYetMake(): boolean {
    return this.creation.is === 'unanswered' || (this.creation.is === 'failed' && this.creation.unanswered);
  }

  /** Whether another name or other tags are to be asked for, once a look has shown that there is nothing. */
  get isToBeCorrected(): boolean {
    return this.correction !== undefined;
  }

  sent(): void {
    this.creation = { is: this.mayYetMake ? 'unanswered' : 'sent' };
  }

  unanswered(): void {
    this.creation = { is: 'unanswered' };
  }

  failed(failure: ApplicationFailure): void {
    this.creation = { is: 'failed', failure, unanswered: this.mayYetMake };
  }

  /** A look has shown nothing. */
  foundNone(): void {
    const situation = this.lookOwed && situationOf(this.lookOwed);
    // A Conflict may be a write that has not propagated, and a time-out is no answer.
    const isAnswered = situation !== undefined && situation !== 'conflict' && situation !== 'createTimeout';
    if (this.mayYetMake) this.creation = { is: 'unanswered' };
    else this.creation = { is: isAnswered ? 'notMade' : 'sent' };
  }

  /** Whatever failed before is dealt with. */
  goOnWith(instance: Instance): Instance {
    this.creation = { is: 'made', instance };
    this.correction = undefined;
    this.status.setInstance(instance.instanceArn);
    this.status.showFailure(undefined);
    return instance;
  }

  couldNotBeMade(instance: Instance, outcome: CreateFailed): void {
    this.creation = { is: 'createFailed', instance, outcome };
  }

  /** The instance is deleted, and nothing takes its place. */
  deleted(): void {
    this.creation = { is: 'notMade' };
    this.status.setInstance(undefined);
  }

  /** Asks for another name or other tags once nothing of what CreateInstance may have made is there. */
  correct(correction: Correction, failure: ApplicationFailure): void {
    this.correction = { ...this.correction, ...correction };
    // AWS may have seen the failed call, and then holds its token to the old name and tags: a look comes first.
    if (this.instance === undefined) this.failed(this.lookOwed ?? failure);
  }

  /** Gives up a token that leads nowhere, for a reason; throws `GenerationsExhausted` where no other is left. */
  giveUpToken(reason: ApplicationFailure): void {
    const { accountId } = this.request;
    if (this.generation === MAX_GENERATIONS)
      throw runFailure({ situation: 'generationsExhausted', accountId, detail: reason.message }, reason);
    this.status.showFailure(describeFailure(reason));
  }

  /** Goes on with the next token. */
  nextGeneration(): void {
    // What an earlier call may have made carries the same tag, whatever its token.
    if (!this.mayHaveMade) this.creation = { is: 'notSent' };
    this.status.setInstance(undefined);
    this.request = this.corrected;
    this.correction = undefined;
    this.generation += 1;
  }

  /** From here on the run only cleans up. */
  startRollBack(): void {
    this.rollingBack = true;
  }

  /** Makes what an aborted run ends with: the reason, and what it leaves behind. */
  aborted(reason: string, cause?: ApplicationFailure): ApplicationFailure {
    const { accountId } = this.request;
    const left = this.instance
      ? `${arnAndRegion(this.instance)} is left`
      : this.mayHaveMade
        ? 'CreateInstance was sent and may have made an instance'
        : this.creation.is === 'notMade'
          ? 'the account has no instance'
          : 'nothing was sent to create an instance';
    return runFailure({ situation: 'aborted', accountId, detail: `${reason}; ${left}` }, cause);
  }

  progress() {
    return { clientToken: this.token, generation: this.generation, request: this.corrected };
  }

  private get corrected(): ProvisionRequest {
    return { ...this.request, ...this.correction };
  }
}

/** Names an instance for people. */
export function arnAndRegion({ instanceArn, region }: Pick<Instance, 'instanceArn' | 'region'>): string {
  return `${instanceArn} in ${region}`;
}

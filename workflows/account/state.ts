import { workflowInfo, type ApplicationFailure } from '@temporalio/workflow';
import {
  type AskedFor,
  clientToken,
  defined,
  describeFailure,
  MAX_GENERATIONS,
  type Correction,
  type CreateNews,
  type ProvisionRequest,
  type Stage,
} from '../../contract';
import type { ActiveInstance, CreateAnswer } from '../../activities';
import { runFailure, situationOf } from '../shared/failure';
import type { AccountActivities, AskedInstance, CreateFailed, CreateListener } from './activities';
import { describeRequest } from './asked';
import { arnAndRegion, STAGE_AFTER, type Creation, type Instance } from './creation';
import type { Interruptible } from './interruptible';
import { Origins } from './origins';
import type { Status } from './status';

/** A provisioning: what it knows, what it shows, and what it acts with. */
export interface Provisioning {
  state: State;
  status: Status;
  work: Interruptible;
  activities: AccountActivities;
}

/** The state of a provisioning. Its methods lead from one state to the next, and show people what follows from it. */
export class State implements CreateListener {
  generation = 1;
  private creation: Creation = { is: 'notSent' };
  private beforeSent = this.creation;
  /** By token, the calls that were not answered: AWS may yet carry them out, after every look. */
  private readonly lost = new Map<string, AskedInstance>();
  private readonly origins = new Origins();
  private correction: Correction | undefined;
  /** An instance was found that was asked for with another name or other tags. */
  private madeOtherwise = false;
  private rollingBack = false;

  constructor(
    public request: ProvisionRequest,
    private readonly status: Status,
  ) {}

  /** What is asked of CreateInstance. */
  get asked(): AskedInstance {
    const { region, name, tags } = this.request;
    return defined({ clientToken: this.token, region, name, tags });
  }

  get token(): string {
    return clientToken(workflowInfo().workflowId, this.generation);
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

  /** What is said of the instance where a run is announced. */
  get subject() {
    const { region, instanceArn } = this.instance ?? { region: this.request.region };
    return defined({ region, instanceArn });
  }

  /** What has become of the instance, where that is known already. */
  get settled(): ActiveInstance | CreateFailed | undefined {
    return 'outcome' in this.creation ? this.creation.outcome : undefined;
  }

  /** What is known of an instance that could not be made, and is still there. */
  get createFailed(): CreateFailed | undefined {
    return this.creation.is === 'createFailed' ? this.creation.outcome : undefined;
  }

  /** What CreateInstance ended with, where a look is owed before anything is sent. */
  get lookOwed(): ApplicationFailure | undefined {
    return this.creation.is === 'failed' ? this.creation.failure : undefined;
  }

  /** Whether no call with the present token can have left. */
  get isUnsent(): boolean {
    return this.creation.is === 'notSent';
  }

  /** Whether a call of the last CreateInstance may have left. */
  get hasJustSent(): boolean {
    return this.creation !== this.beforeSent;
  }

  /** Whether AWS may have made an instance that the run does not know. */
  get mayHaveMade(): boolean {
    return this.mayYetMake || this.creation.is === 'sent' || this.creation.is === 'failed';
  }

  /** Whether AWS may yet make an instance, of a call that was not answered. */
  get mayYetMake(): boolean {
    return this.lost.size > 0;
  }

  /** The calls that were not answered. */
  get lostCalls(): AskedInstance[] {
    return [...this.lost.values()];
  }

  /** What the instance of the run is compared with; `undefined`: it was made just so. */
  get compared(): AskedFor | undefined {
    if (this.instance?.origin === 'thisRun' && !this.madeOtherwise) return undefined;
    const { region, name, tags } = this.request;
    return defined({ region, name, tags });
  }

  /** Whether another name or other tags are to be asked for, once a look has shown that there is nothing. */
  get isToBeCorrected(): boolean {
    return this.correction !== undefined;
  }

  get existedBefore(): readonly string[] | undefined {
    return this.origins.existedBefore;
  }

  isLost(token: string): boolean {
    return this.lost.has(token);
  }

  sent(): void {
    this.beforeSent = this.creation;
    this.creation = { is: 'sent' };
  }

  looked(existedBefore: readonly string[]): void {
    this.origins.looked(existedBefore);
  }

  failed(asked: AskedInstance, news: CreateNews | undefined, unanswered: boolean): void {
    if (news !== undefined && news.existedBefore === undefined) {
      this.creation = this.beforeSent;
      return;
    }
    if (news?.existedBefore === undefined) this.origins.mayHaveSent();
    else this.looked(news.existedBefore);
    if (unanswered) this.lost.set(asked.clientToken, asked);
  }

  /** CreateInstance ended for good: a look is owed. */
  refused(failure: ApplicationFailure): void {
    this.creation = { is: 'failed', failure };
  }

  /** AWS has made nothing of the call. */
  notMade(): void {
    this.creation = { is: 'notMade' };
  }

  /** A look has shown nothing. */
  foundNone(): void {
    if (this.lookOwed === undefined) return;
    const situation = situationOf(this.lookOwed);
    // A Conflict may be a write that has not propagated, and a time-out is no answer.
    const isAnswered = situation !== undefined && situation !== 'conflict' && situation !== 'createTimeout';
    this.creation = { is: isAnswered && !this.mayYetMake ? 'notMade' : 'sent' };
  }

  /** AWS has answered a call that was lost: whatever came of it shows. */
  answered(token: string): void {
    this.lost.delete(token);
  }

  /** AWS has answered with an instance, which may be ACTIVE by now. */
  created({ instanceArn, active }: CreateAnswer): Instance {
    const instance = this.goOnWith(instanceArn, this.request.region);
    this.creation = defined({ is: 'made' as const, instance, outcome: active });
    return instance;
  }

  /** Whatever failed before is dealt with. */
  goOnWith(instanceArn: string, region: string, adopted = false): Instance {
    const origin = adopted ? 'adopted' : this.origins.of(instanceArn);
    const instance: Instance = { instanceArn, region, origin };
    this.creation = { is: 'made', instance };
    this.answered(this.token);
    this.status.setInstance(instance.instanceArn);
    this.status.showFailure(undefined);
    return instance;
  }

  /**
   * AWS could not make the instance.
   *
   * @param isTaken it is deleted to make the next, whoever asked for it: it holds nothing
   */
  couldNotBeMade(instance: Instance, outcome: CreateFailed, isTaken: boolean): void {
    const origin = isTaken ? 'thisRun' : instance.origin;
    this.creation = { is: 'createFailed', instance: { ...instance, origin }, outcome };
  }

  /** The instance is gone, and nothing takes its place. */
  deleted(): void {
    this.notMade();
    this.status.setInstance(undefined);
  }

  /** Asks for another name or other tags once nothing of what CreateInstance may have made is there. */
  correct(correction: Correction, failure: ApplicationFailure): void {
    this.correction = { ...this.correction, ...correction };
    this.status.setAsked(describeRequest(this.corrected));
    // AWS may have seen the failed call, and then holds its token to the old name and tags: a look comes first.
    if (this.instance !== undefined) return;
    if (this.isUnsent && !this.mayYetMake) this.applyCorrection();
    else this.refused(this.lookOwed ?? failure);
  }

  /** The instance that is there stays as it is, whatever is asked for now. */
  keepAsItIs(): void {
    if (this.correction === undefined) return;
    this.applyCorrection();
    this.madeOtherwise = true;
  }

  /** Gives up a token that leads nowhere, for a reason; throws `GenerationsExhausted` where no other is left. */
  giveUpToken(reason: ApplicationFailure): void {
    const { accountId } = this.request;
    if (this.isLastToken)
      throw runFailure({ situation: 'generationsExhausted', accountId, detail: reason.message }, reason);
    this.status.showFailure(describeFailure(reason));
  }

  get isLastToken(): boolean {
    return this.generation === MAX_GENERATIONS;
  }

  /** Goes on with the next token. */
  nextGeneration(): void {
    // What an earlier call may have made carries the same tag, whatever its token.
    if (this.creation.is !== 'sent' && this.creation.is !== 'failed') this.creation = { is: 'notSent' };
    this.status.setInstance(undefined);
    this.applyCorrection();
    this.madeOtherwise = false;
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

  /** What is asked for, as corrected. */
  get corrected(): ProvisionRequest {
    return { ...this.request, ...this.correction };
  }

  private applyCorrection(): void {
    this.request = this.corrected;
    this.correction = undefined;
  }
}

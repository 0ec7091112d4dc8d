import { condition } from '@temporalio/workflow';
import {
  defined,
  type AccountFailure,
  type AccountOutcome,
  type HeldNews,
  type NewFailure,
  type PageReport,
  type RunOutcome,
  type UnfinishedAccount,
} from '../../contract';
import { accountIdIn, askedIn, type AccountRun, type BegunAccount } from './account-run';
import { groupHolds, type HeldAccount } from './holds';

/** An account that has begun and not ended. */
export interface OpenAccount extends BegunAccount {
  startedAt: string;
  /** What its run waits for, where that has given its place in the window to another account. */
  waitsFor?: HeldNews['why'];
  /** Its run was told to leave its hold, and has not said yet that it did. */
  leavesHold?: true;
  /** Why the run waits for a person, and until when. */
  failure?: AccountFailure;
  heldUntil?: string;
  /** Its run, where this page has started it; one that the page only follows takes no orders of the fleet. */
  run?: AccountRun;
  /** The page only follows the run. */
  isFollowed?: true;
}

/** What an execution of a page hands on to the next. Accounts are told apart by their index in the page. */
export interface CarriedPage {
  window: number;
  paused: boolean;
  retries: number;
  isStopped: boolean;
  newFailures: NewFailure[];
  waiting: number[];
  open: [index: number, OpenAccount][];
  ended: [index: number, AccountOutcome][];
}

/** What a page knows of its accounts, and what its fleet lets it do. Accounts are told apart by their index in the page. */
export class PageState {
  /** Accounts that may be open at once, those aside that have given their place to another. */
  window: number;
  paused: boolean;
  /** The last order to retry that the page has carried out. */
  retries: number;
  /** No account begins any more. */
  isStopped: boolean;
  /** The page has nothing left to do. */
  isFinished = false;
  /** The page begins nothing more, and ends with what is open. */
  isWindingUp = false;
  /** Accounts that have failed and that the fleet has not been told of. */
  readonly newFailures: NewFailure[];
  private readonly waiting: number[];
  private readonly open: Map<number, OpenAccount>;
  private readonly ended: (AccountOutcome | undefined)[];

  constructor(
    private readonly accounts: readonly unknown[],
    carried?: CarriedPage,
  ) {
    this.window = carried?.window ?? 0;
    this.paused = carried?.paused ?? false;
    this.retries = carried?.retries ?? 0;
    this.isStopped = carried?.isStopped ?? false;
    this.newFailures = carried?.newFailures ?? [];
    this.waiting = carried?.waiting ?? accounts.map((_, index) => index);
    this.open = new Map(carried?.open);
    const ended = new Map(carried?.ended);
    this.ended = accounts.map((_, index) => ended.get(index));
  }

  /** Another account may begin now. */
  get hasRoom(): boolean {
    const busy = this.openAccounts().filter((account) => placeOf(account) === 'open').length;
    return this.waiting.length > 0 && !this.paused && busy < this.window;
  }

  /** Every account that is open has a run, so that another execution knows what it waits for. */
  get haveAllRuns(): boolean {
    return this.openAccounts().every(({ run, isFollowed }) => run !== undefined || isFollowed);
  }

  /** Every account has begun. */
  get haveAllBegun(): boolean {
    return this.waiting.length === 0;
  }

  get countOpen(): number {
    return this.open.size;
  }

  openAccounts(): OpenAccount[] {
    return [...this.open.values()];
  }

  /** Takes the account that is to begin next. */
  next(): number | undefined {
    return this.waiting.shift();
  }

  /** The accounts that an earlier execution of the page has begun. */
  begun(): [index: number, OpenAccount][] {
    return [...this.open];
  }

  onBegun(index: number): OpenAccount {
    const account: OpenAccount = { startedAt: now() };
    this.open.set(index, account);
    return account;
  }

  onEnded(index: number, { startedAt }: OpenAccount, outcome: RunOutcome): void {
    const { accountId, failure } = outcome;
    this.open.delete(index);
    this.ended[index] = { ...outcome, startedAt, endedAt: now() };
    if (failure !== undefined) this.newFailures.push({ accountId, failure });
  }

  /**
   * Takes in that the run of an account waits for long, or does so no more. The news may come before that of the run's start,
   * so the account tells which it is.
   *
   * @returns the account, where it has left a hold
   */
  onHeld({ accountId, held, why = 'held', failure, heldUntil }: HeldNews): OpenAccount | undefined {
    const account = [...this.open].find(([index]) => accountIdIn(this.accounts[index]) === accountId)?.[1];
    if (account === undefined) return undefined;
    const before = account.waitsFor;
    delete account.leavesHold;
    delete account.waitsFor;
    delete account.failure;
    delete account.heldUntil;
    if (held) Object.assign(account, defined({ waitsFor: why, failure, heldUntil }));
    return before === 'held' && !held ? account : undefined;
  }

  /** Lets the failed accounts begin once more. */
  reopenFailed(): void {
    // What is tried again has not failed.
    this.newFailures.splice(0);
    this.ended.forEach((outcome, index) => {
      if (outcome?.end !== 'failed') return;
      this.ended[index] = undefined;
      this.waiting.push(index);
    });
  }

  /** Skips the accounts that have not begun. */
  stop(): void {
    this.isStopped = true;
    for (const index of this.waiting.splice(0))
      this.ended[index] = { accountId: accountIdIn(this.accounts[index]), end: 'skipped', endedAt: now() };
  }

  /** Begins nothing more, and is finished once what is open has ended. */
  async windUp(): Promise<void> {
    this.isWindingUp = true;
    this.stop();
    await condition(() => this.haveAllBegun && this.countOpen === 0);
    this.isFinished = true;
  }

  outcomes(): AccountOutcome[] {
    return this.ended.flatMap((outcome, index) =>
      outcome === undefined ? [] : [{ ...outcome, ...askedIn(this.accounts[index]) }],
    );
  }

  unfinished(): UnfinishedAccount[] {
    const account = (index: number) => {
      const input = this.accounts[index];
      return { accountId: accountIdIn(input), ...askedIn(input) };
    };
    return [
      ...[...this.open].map(([index, open]): UnfinishedAccount => {
        const { startedAt, failure, heldUntil } = open;
        return { ...account(index), end: placeOf(open), startedAt, ...defined({ failure, heldUntil }) };
      }),
      ...this.waiting.map((index): UnfinishedAccount => ({ ...account(index), end: 'waiting' })),
    ];
  }

  /** Counts the accounts by where they stand. The page looks for news in every activation, so this has to be cheap. */
  counts(): Omit<PageReport, 'page' | 'pageId' | 'newFailures' | 'untold'> {
    const ends = { succeeded: 0, failed: 0, cancelled: 0, skipped: 0, differing: 0 };
    for (const outcome of this.ended) {
      if (outcome === undefined) continue;
      ends[outcome.end] += 1;
      if (outcome.differences !== undefined) ends.differing += 1;
    }
    return {
      waiting: this.waiting.length,
      open: this.open.size,
      held: this.countWaitingFor('held'),
      notReady: this.countWaitingFor('notReady'),
      ...ends,
      holds: groupHolds(this.held()),
      retries: this.retries,
      windingUp: this.isWindingUp,
    };
  }

  /** What the next execution goes on with. */
  carry(): CarriedPage {
    const { window, paused, retries, isStopped, newFailures, waiting, open, ended } = this;
    return {
      ...{ window, paused, retries, isStopped, newFailures, waiting },
      open: [...open],
      ended: [...ended.entries()].flatMap(([index, outcome]) => (outcome ? [[index, outcome]] : [])),
    };
  }

  private held(): HeldAccount[] {
    return [...this.open].flatMap(([index, { failure, heldUntil }]) =>
      failure === undefined || heldUntil === undefined
        ? []
        : [{ accountId: accountIdIn(this.accounts[index]), failure, heldUntil }],
    );
  }

  private countWaitingFor(what: HeldNews['why']): number {
    return this.openAccounts().filter((account) => placeOf(account) === what).length;
  }
}

/** Tells what an open account waits for, or that it takes a place in the window. */
function placeOf({ waitsFor, leavesHold }: OpenAccount): 'held' | 'notReady' | 'open' {
  return leavesHold || waitsFor === undefined ? 'open' : waitsFor;
}

/** Temporal's clock, the same in a replay. */
function now(): string {
  return new Date().toISOString();
}

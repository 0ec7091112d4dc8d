import { condition } from '@temporalio/workflow';
import type {
  AccountOutcome,
  HeldNews,
  NewFailure,
  PageReport,
  RunOutcome,
  UnfinishedAccount,
} from '../../contract';
import { accountIdIn } from './account-run';

/** An account that has begun and not ended. */
export interface OpenAccount {
  startedAt: string;
  held: boolean;
  /** The workflow ID of its run, where this page has started it; one that the page only follows takes no orders of the fleet. */
  workflowId?: string;
}

/** What a page knows of its accounts, and what its fleet lets it do. Accounts are told apart by their index in the page. */
export class PageState {
  /** Accounts that may be open at once, held ones aside. */
  window = 0;
  paused = false;
  /** The last order to retry that the page has carried out. */
  retries = 0;
  /** No account begins any more. */
  isStopped = false;
  /** The page has nothing left to do. */
  isFinished = false;
  /** Accounts that have failed and that the fleet has not been told of. */
  readonly newFailures: NewFailure[] = [];
  private isWindingUp = false;
  private readonly waiting: number[];
  private readonly open = new Map<number, OpenAccount>();
  private readonly ended: (AccountOutcome | undefined)[];

  constructor(private readonly accounts: readonly unknown[]) {
    this.waiting = accounts.map((_, index) => index);
    this.ended = accounts.map(() => undefined);
  }

  /** Another account may begin now. */
  get hasRoom(): boolean {
    const busy = this.openAccounts().filter(({ held }) => !held).length;
    return this.waiting.length > 0 && !this.paused && busy < this.window;
  }

  /** Every account has begun. */
  get haveAllBegun(): boolean {
    return this.waiting.length === 0;
  }

  get isAnyOpen(): boolean {
    return this.open.size > 0;
  }

  openAccounts(): OpenAccount[] {
    return [...this.open.values()];
  }

  /** Takes the account that is to begin next. */
  next(): number | undefined {
    return this.waiting.shift();
  }

  onBegun(index: number): OpenAccount {
    const account: OpenAccount = { startedAt: now(), held: false };
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
   * Takes in that the run of an account is held, or is so no more. The news may come before that of the run's start, so the
   * account tells which it is.
   *
   * @returns the account, where it is open
   */
  onHeld({ accountId, held }: HeldNews): OpenAccount | undefined {
    const account = [...this.open].find(([index]) => accountIdIn(this.accounts[index]) === accountId)?.[1];
    if (account !== undefined) account.held = held;
    return account;
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
    await condition(() => this.haveAllBegun && !this.isAnyOpen);
    this.isFinished = true;
  }

  outcomes(): AccountOutcome[] {
    return this.ended.filter((outcome) => outcome !== undefined);
  }

  unfinished(): UnfinishedAccount[] {
    const accountId = (index: number) => accountIdIn(this.accounts[index]);
    return [
      ...[...this.open].map(([index, { held, startedAt }]): UnfinishedAccount => {
        return { accountId: accountId(index), end: held ? 'held' : 'open', startedAt };
      }),
      ...this.waiting.map((index): UnfinishedAccount => ({ accountId: accountId(index), end: 'waiting' })),
    ];
  }

  /** Counts the accounts by where they stand. */
  counts(): Omit<PageReport, 'page' | 'pageId' | 'newFailures' | 'untold'> {
    const ends = { succeeded: 0, failed: 0, cancelled: 0, skipped: 0 };
    for (const { end } of this.outcomes()) ends[end] += 1;
    return {
      waiting: this.waiting.length,
      open: this.open.size,
      held: this.openAccounts().filter(({ held }) => held).length,
      ...ends,
      retries: this.retries,
      windingUp: this.isWindingUp,
    };
  }
}

/** Temporal's clock, the same in a replay. */
function now(): string {
  return new Date().toISOString();
}

import { CancellationScope, getExternalWorkflowHandle, log } from '@temporalio/workflow';
import type { PageOrder, Steer } from '../../contract';
import type { AccountRun } from './account-run';
import type { OpenAccount, PageState } from './page-state';

/** Carries out the orders that a fleet gives to a page, and passes on to the runs of its accounts what concerns them. */
export class PageOrders {
  private sent: Promise<void> = Promise.resolve();
  private underWay = 0;

  constructor(private readonly page: PageState) {}

  /** Nothing that was sent to a run is under way. */
  get areQuiet(): boolean {
    return this.underWay === 0;
  }

  onPageOrder({ window, paused, stop, retry, finish, orphaned }: PageOrder): void {
    const { page } = this;
    if (orphaned) void CancellationScope.nonCancellable(() => page.windUp());
    if (window !== undefined) page.window = window;
    if (stop) page.stop();
    if (finish) page.isFinished = true;
    if (retry !== undefined) this.retry(retry);
    if (paused !== undefined && paused !== page.paused) this.pause(paused);
  }

  /** Pauses the run of an account that has started, or left a hold, while the page was paused. */
  pauseIfPaused(account: OpenAccount): void {
    if (this.page.paused) this.signal('pause', [account]);
  }

  /** Waits until every run has been signalled what it was to be. */
  async areSent(): Promise<void> {
    await this.sent;
  }

  /** Tries accounts again that are held or not ready, and the failed ones where accounts may still begin. */
  private retry(count: number): void {
    const { page } = this;
    page.retries = count;
    if (!page.isStopped) page.reopenFailed();
    const aside = page.openAccounts().filter(({ waitsFor }) => waitsFor !== undefined);
    for (const account of aside) if (account.waitsFor === 'held') account.leavesHold = true;
    this.signal('retry', aside);
  }

  private pause(paused: boolean): void {
    const { page } = this;
    page.paused = paused;
    this.signal(
      paused ? 'pause' : 'resume',
      page.openAccounts().filter(({ waitsFor }) => waitsFor !== 'held'),
    );
  }

  /** Sends one signal after another: those that are under way together arrive in any order. */
  private signal(steer: Steer, accounts: OpenAccount[]): void {
    const runs = accounts.flatMap(({ run }) => run ?? []);
    this.underWay += 1;
    this.sent = this.sent.then(async () => {
      await Promise.all(runs.map((run) => signalRun(run, steer)));
      this.underWay -= 1;
    });
  }
}

/** Signals a run; one that has ended meanwhile needs no signal, and the next run of its account is not this fleet's. */
async function signalRun({ workflowId, runId }: AccountRun, steer: Steer): Promise<void> {
  try {
    await CancellationScope.nonCancellable(() => getExternalWorkflowHandle(workflowId, runId).signal(steer));
  } catch (error) {
    log.info('a signal came too late', { workflowId, runId, signal: steer, error });
  }
}

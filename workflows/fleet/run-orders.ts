import { CancellationScope, getExternalWorkflowHandle, log } from '@temporalio/workflow';

/** Orders to runs, one after another: signals that are under way together arrive in any order. */
export class RunOrders {
  private telling: Promise<void> = Promise.resolve();

  give(order: string, workflowIds: readonly string[]): void {
    this.telling = this.telling.then(async () => {
      await Promise.all(workflowIds.map((workflowId) => signalRun(workflowId, order)));
    });
  }

  /** What was to be told has been. */
  async told(): Promise<void> {
    await this.telling;
  }
}

/** A run that has ended meanwhile needs no order. */
async function signalRun(workflowId: string, order: string): Promise<void> {
  try {
    await CancellationScope.nonCancellable(() => getExternalWorkflowHandle(workflowId).signal(order));
  } catch (error) {
    log.info('an order came too late', { workflowId, order, error });
  }
}

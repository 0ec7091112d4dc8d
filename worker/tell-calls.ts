import { WorkflowNotFoundError } from '@temporalio/client';
import type { Worker } from '@temporalio/worker';
import type { CallMeter } from '../activities';
import { CALLS_SIGNAL, type CallsNews } from '../contract';
import { whileRunning } from './while-running';

const LOOK_EVERY_MS = 250;
const ANSWER_MS = 5_000;

/** Tells fleets, until the worker has ended, of the calls that it makes for their accounts. */
export function tellCalls(worker: Worker, meter: CallMeter): void {
  const { client } = worker;
  const tell = async ({ fleetId, news }: { fleetId: string; news: CallsNews }) => {
    try {
      await client?.withDeadline(Date.now() + ANSWER_MS, () =>
        client.workflow.getHandle(fleetId).signal<[CallsNews]>(CALLS_SIGNAL, news),
      );
    } catch (error) {
      // A fleet that has ended wants to know nothing more; to any other it is told with what comes next.
      if (!(error instanceof WorkflowNotFoundError)) meter.count(news.pageIdPrefix, news);
    }
  };
  whileRunning(worker, LOOK_EVERY_MS, () => {
    for (const due of meter.take()) void tell(due);
  });
}

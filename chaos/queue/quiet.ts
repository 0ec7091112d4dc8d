import { setTimeout as sleep } from 'node:timers/promises';
import type { IdentityCenterClient } from '../../client';
import { workflowIdOf } from '../../contract';
import { startWorkerProcess, type Emulator } from '../../sandbox';
import { createQueue, eventOf, writeRules } from './vending-queue';

/** What events cost where nothing goes wrong. */
export interface QuietFigures {
  /** From SendMessage to the end of the run, one event at a time: the median, least and most of them, in milliseconds. */
  eventToActiveMs: { median: number; least: number; most: number };
  /** Calls to AWS for each event, by operation, those of the run included. */
  callsPerEvent: Record<string, number>;
  /** Events in the history of a run. */
  historyEvents: number;
  /** Whether the first task of the run came with the answer to its start. */
  isEager: boolean;
}

const WARM_UP = 10;

/** Measures events that come one at a time, by a queue that one worker consumes. */
export async function measureQuiet(
  address: string,
  client: IdentityCenterClient,
  emulator: Emulator,
  folder: string,
  events = 40,
): Promise<QuietFigures> {
  emulator.setFaults({ creationMs: 0 });
  const queue = await createQueue(emulator, 'quiet');
  const worker = await startWorkerProcess(address, client.taskQueue, emulator.url, {
    IDENTITY_CENTER_QUEUE_URL: queue.url,
    IDENTITY_CENTER_EVENT_RULES_FILE: await writeRules(folder),
  });
  const accounts = Array.from({ length: WARM_UP + events }, (_, index) => String(100_000_000_000 + index));
  const times: number[] = [];
  let callsBefore = 0;
  for (const [index, account] of accounts.entries()) {
    if (index === WARM_UP) callsBefore = emulator.calls().length;
    const began = performance.now();
    await queue.send([eventOf(account)]);
    await endOf(client, account);
    if (index >= WARM_UP) times.push(performance.now() - began);
  }
  await sleep(500);
  const callsPerEvent: Record<string, number> = {};
  for (const { operation } of emulator.calls().slice(callsBefore))
    callsPerEvent[operation] = (callsPerEvent[operation] ?? 0) + 1 / events;
  const handle = client.temporal.workflow.getHandle(workflowIdOf(accounts.at(-1) ?? ''));
  const { events: history = [] } = await handle.fetchHistory();
  await worker.stop();
  times.sort((one, other) => one - other);
  const at = (share: number) => Math.round(times[Math.floor((times.length - 1) * share)] ?? 0);
  return {
    eventToActiveMs: { median: at(0.5), least: at(0), most: at(1) },
    callsPerEvent,
    historyEvents: history?.length ?? 0,
    isEager: history?.[0]?.workflowExecutionStartedEventAttributes?.eagerExecutionAccepted === true,
  };
}

/** Waits for the end of the run of an account that is about to be started. */
async function endOf(client: IdentityCenterClient, account: string): Promise<void> {
  const handle = client.temporal.workflow.getHandle(workflowIdOf(account));
  for (;;) {
    try {
      await handle.result();
      return;
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'WorkflowNotFoundError') throw error;
      await sleep(3);
    }
  }
}

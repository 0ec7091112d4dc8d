import { executeChild, proxyActivities, sleep, workflowInfo } from '@temporalio/workflow';
import type { BareActivities } from './activities';

const { create, look, nothing } = proxyActivities<BareActivities>({
  // As ours has it.
  startToCloseTimeout: '25s',
});

/** The least that the calls of a run can cost on Temporal, with an activity that writes and one that reads. */
export async function bareProvision(accountId: string): Promise<string> {
  return look(accountId, await create(accountId));
}

/** The least that two activities can cost. */
export async function emptyProvision(): Promise<void> {
  await nothing();
  await nothing();
}

/** The least that an open run can cost. */
export async function bareWait(): Promise<void> {
  await sleep('1h');
}

/** What a bare fleet is told. */
export interface BareFleet {
  /** `bareProvision` or `emptyProvision`. */
  account: string;
  /** The accounts have numbers from this one on. */
  first: number;
  count: number;
  /** Accounts a page: no history holds ten thousand children. */
  page: number;
  window: number;
}

/** The least that a fleet can be: a window, and pages. Two share the window, so that it stays full where one ends. */
export async function bareFleet(fleet: BareFleet): Promise<void> {
  const { first, count, page } = fleet;
  await inLanes(Math.ceil(count / page), 2, async (workflowId, index) => {
    const begun = index * page;
    const part = { ...fleet, first: first + begun, count: Math.min(page, count - begun) };
    await executeChild(barePage, { workflowId, args: [part] });
  });
}

export async function barePage({ account, first, count, window }: BareFleet): Promise<void> {
  await inLanes(count, Math.max(1, Math.floor(window / 2)), async (workflowId, index) => {
    await executeChild(account, { workflowId, args: [String(first + index)] });
  });
}

async function inLanes(
  count: number,
  lanes: number,
  start: (workflowId: string, index: number) => Promise<void>,
): Promise<void> {
  const { workflowId } = workflowInfo();
  let next = 0;
  const lane = async () => {
    while (next < count) {
      const index = next;
      next += 1;
      await start(`${workflowId}/${index}`, index);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

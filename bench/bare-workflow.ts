import { executeChild, proxyActivities, sleep, workflowInfo } from '@temporalio/workflow';

const activities = proxyActivities<{ first(): Promise<void>; second(): Promise<void> }>({
  startToCloseTimeout: '10s',
});

/** The least that two activities can cost: what a run is measured against. */
export async function bareWorkflow(): Promise<void> {
  await activities.first();
  await activities.second();
}

/** The least that an open run can cost. */
export async function bareWait(): Promise<void> {
  await sleep('1h');
}

/**
 * The least that a fleet can be: a window, and pages, as no history holds ten thousand children. Two pages share the window,
 * so that it stays full where one ends.
 */
export async function bareFleet(pages: number, accounts: number, window: number): Promise<void> {
  await inLanes(pages, 2, (workflowId) =>
    executeChild(barePage, { workflowId, args: [accounts, window / 2] }),
  );
}

export async function barePage(accounts: number, window: number): Promise<void> {
  await inLanes(accounts, window, (workflowId) => executeChild(bareWorkflow, { workflowId }));
}

async function inLanes(count: number, lanes: number, start: (id: string) => Promise<void>): Promise<void> {
  const { workflowId } = workflowInfo();
  let next = 0;
  const lane = async () => {
    while (next < count) {
      next += 1;
      await start(`${workflowId}/${next}`);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

import { proxyActivities, sleep } from '@temporalio/workflow';

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

import { randomUUID } from 'node:crypto';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { PLAN_PAGE_WORKFLOW, type AccountPlan, type PlanPage, type ProvisionRequestInput } from '../contract';
import { paginate } from './fleet-pages';

/** Pages at once, so that a slow account does not keep others waiting, and accounts at once of each. */
const PAGES = 2;
const MAX_CONCURRENT = 25;
/** A page ends by itself, also where whoever asked has gone. */
const LONGEST = '1h';

/**
 * What a fleet would do with accounts, in their order; nothing is written to AWS.
 *
 * @throws WorkflowFailedError where a request is not valid, or no worker has looked within an hour
 */
export async function* planAccounts(
  { workflow }: Client,
  taskQueue: string,
  accounts: readonly ProvisionRequestInput[],
): AsyncGenerator<AccountPlan, void, void> {
  const plan = randomUUID();
  const pages = paginate(accounts).entries();
  const open: WorkflowHandle[] = [];
  try {
    for (;;) {
      while (open.length < PAGES) {
        const next = pages.next();
        if (next.done) break;
        const [page, accounts] = next.value;
        const args: [PlanPage] = [{ accounts, maxConcurrent: MAX_CONCURRENT }];
        const handle = await workflow.start(PLAN_PAGE_WORKFLOW, {
          ...{ workflowId: `identity-center-plan/${plan}/${page}`, taskQueue, args },
          workflowExecutionTimeout: LONGEST,
          staticSummary: `plan for ${accounts.length} accounts, page ${page}`,
        });
        open.push(handle);
      }
      const [first] = open;
      if (first === undefined) return;
      const plans = (await first.result()) as AccountPlan[];
      open.shift();
      yield* plans;
    }
  } finally {
    // Nobody reads the others any more.
    await Promise.allSettled(open.map((handle) => handle.terminate('the plan was broken off')));
  }
}

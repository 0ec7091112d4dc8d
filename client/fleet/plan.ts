import { randomUUID } from 'node:crypto';
import { WorkflowFailedError, type Client, type WorkflowHandle } from '@temporalio/client';
import {
  PLAN_PAGE_WORKFLOW,
  type AccountPlan,
  type PlanPage,
  type ProvisionRequestInput,
} from '../../contract';
import { NoPollerError } from '../errors';
import { refuseUnknownRegions } from '../regions';
import { isPolled } from '../task-queue';
import { Wait, type WaitOptions } from '../wait';
import { PlanBrokenOffError, PlanFailedError } from './errors';
import { paginate } from './pages';

/** Pages at once, so that a slow account does not keep others waiting, and accounts at once of each. */
const PAGES = 2;
const MAX_CONCURRENT = 25;
/** A page ends by itself, also where whoever asked has gone: ten rounds of ten minutes at the most. */
const LONGEST = '2h';

/**
 * Says what a fleet would do with accounts, in their order; nothing is written to AWS.
 *
 * @throws InvalidRequestError, NoPollerError, PlanFailedError, PlanBrokenOffError
 */
export async function* planAccounts(
  client: Client,
  taskQueue: string,
  accounts: readonly ProvisionRequestInput[],
  options: WaitOptions = {},
): AsyncGenerator<AccountPlan, void, void> {
  refuseUnknownRegions(accounts, (index) => `accounts.${index}.region`);
  if (!(await isPolled(client, taskQueue))) throw new NoPollerError(taskQueue);
  let planned = 0;
  const wait = new Wait(client, options);
  wait.startClock((timeout) => new PlanBrokenOffError(timeout, planned, accounts.length));
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
        const handle = await client.workflow.start(PLAN_PAGE_WORKFLOW, {
          workflowId: `identity-center-plan/${plan}/${page}`,
          taskQueue,
          args,
          workflowExecutionTimeout: LONGEST,
          staticSummary: `plan for ${accounts.length} accounts, page ${page}`,
        });
        open.push(handle);
      }
      const [first] = open;
      if (first === undefined) return;
      const plans = await wait.during(() => plansOf(first));
      open.shift();
      planned += plans.length;
      yield* plans;
    }
  } finally {
    wait.end();
    // Nobody reads the others any more.
    await Promise.allSettled(open.map((handle) => handle.terminate('the plan was broken off')));
  }
}

async function plansOf(page: WorkflowHandle): Promise<AccountPlan[]> {
  try {
    return (await page.result()) as AccountPlan[];
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    throw new PlanFailedError(page.workflowId, error.cause ?? error);
  }
}

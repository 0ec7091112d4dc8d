import { activityInfo, Context } from '@temporalio/activity';
import { WorkflowFailedError, type Client } from '@temporalio/client';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow';
import {
  diffRequests,
  outcomeOfEnd,
  PROVISION_WORKFLOW,
  readRequest,
  workflowIdOf,
  type ProvisionRequest,
  type ProvisionResult,
  type RunOutcome,
} from '../contract';
import { notYet } from './failure';

const FIRST_LOOK_MS = 1_000;
const LAST_LOOK_MS = 15_000;

/**
 * What became of the run that an account has already; tried again for as long as it is open. `undefined`: there is no run
 * that says anything about this request, so a new one is to be started.
 */
export async function followRun({ request }: { request: ProvisionRequest }): Promise<RunOutcome | undefined> {
  const { accountId } = request;
  const { client } = Context.current();
  const { attempt, scheduledTimestampMs } = activityInfo();
  const handle = client.workflow.getHandle(workflowIdOf(accountId));
  const { runId, status, type, closeTime } = await handle.describe();
  const differing =
    type === PROVISION_WORKFLOW ? await differencesOf(client, handle.workflowId, runId, request) : [];
  if (status.name === 'RUNNING') {
    if (type !== PROVISION_WORKFLOW) return refused(accountId, 'OtherRunOpen', `a run of ${type} is open`);
    if (differing.length > 0)
      return refused(
        accountId,
        'RequestDiffers',
        `its open run was asked for another ${differing.join(', ')}`,
      );
    throw notYet(
      'the run of the account is open',
      Math.min(LAST_LOOK_MS, FIRST_LOOK_MS * 1.5 ** (attempt - 1)),
    );
  }
  if (type !== PROVISION_WORKFLOW || differing.length > 0) return undefined;
  const before = (closeTime?.getTime() ?? 0) < scheduledTimestampMs;
  try {
    const { instanceArn, outcome } = (await client.workflow
      .getHandle(handle.workflowId, runId)
      .result()) as ProvisionResult;
    return { accountId, end: 'succeeded', outcome: before ? 'alreadyProvisioned' : outcome, instanceArn };
  } catch (error) {
    // One that had failed before this fleet came is no failure of this fleet.
    if (before || !(error instanceof WorkflowFailedError)) return undefined;
    return outcomeOfEnd(accountId, error.cause);
  }
}

function refused(accountId: string, type: string, why: string): RunOutcome {
  const remedy = 'Wait until that run has ended, or cancel it; then start the fleet again.';
  return {
    accountId,
    end: 'failed',
    failure: { type, message: `Account ${accountId}: ${why}. ${remedy}`, remedy },
  };
}

/** The fields in which a run was asked for something else. */
async function differencesOf(
  client: Client,
  workflowId: string,
  runId: string,
  request: ProvisionRequest,
): Promise<string[]> {
  const { history } = await client.workflowService.getWorkflowExecutionHistory({
    namespace: client.options.namespace,
    execution: { workflowId, runId },
    maximumPageSize: 1,
  });
  const payloads = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads;
  const [input] = await decodeArrayFromPayloads(client.options.loadedDataConverter, payloads);
  const read = readRequest(input);
  if ('problems' in read) return ['request'];
  return diffRequests(read.request, request).map(({ field }) => field);
}

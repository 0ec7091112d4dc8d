import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import {
  accountIdOf,
  defined,
  DEPROVISION_WORKFLOW,
  END_STAGES,
  PROVISION_WORKFLOW,
  SEARCH_ATTRIBUTES,
  type Stage,
} from '../../contract';
import { isUnknownSearchAttribute } from '../server-errors';
import { StagesUnknownError } from './errors';
import { endStageOf, readStatus } from './status';

/** An account in a list. Times are ISO 8601. */
export interface AccountSummary {
  accountId: string;
  runId: string;
  workflowType: string;
  /** `undefined`: the run is open, and no worker says where it stands. */
  stage: Stage | undefined;
  /** As the search attributes have it; absent in a run that was started without them. */
  region?: string;
  instanceArn?: string;
  startedAt: string;
  closedAt?: string;
}

/** Which accounts to list. */
export interface ListFilter {
  stage?: Stage;
  failed?: boolean;
}

const ALL_RUNS = `WorkflowType IN ('${PROVISION_WORKFLOW}', '${DEPROVISION_WORKFLOW}')`;

/**
 * Lists the accounts that have had a run, each with its latest, the latest first.
 *
 * @throws StagesUnknownError at the end, where there are open runs of which nobody says whether they are in the stage
 */
export async function* listAccounts(
  client: Client,
  filter: ListFilter,
): AsyncGenerator<AccountSummary, void, void> {
  const seen = new Set<string>();
  const unknown: string[] = [];
  const stages = new StageReader(client);
  for await (const run of runsOf(client, filter)) {
    const accountId = accountIdOf(run.workflowId);
    if (accountId === undefined || seen.has(accountId)) continue;
    seen.add(accountId);
    if (filter.failed === true && endStageOf(run.status.name, run.type) !== 'failed') continue;
    const stage = await stages.read(accountId, run);
    if (filter.stage !== undefined && stage !== filter.stage) {
      if (stage === undefined && !END_STAGES.includes(filter.stage)) unknown.push(accountId);
      continue;
    }
    // Of a run that deletes it is where the look began, not where the instance was.
    const region =
      run.type === PROVISION_WORKFLOW ? run.typedSearchAttributes.get(SEARCH_ATTRIBUTES.region) : undefined;
    const instanceArn = run.typedSearchAttributes.get(SEARCH_ATTRIBUTES.instanceArn);
    yield {
      accountId,
      runId: run.runId,
      workflowType: run.type,
      stage,
      startedAt: run.startTime.toISOString(),
      ...defined({
        region,
        // The empty text is none.
        instanceArn: instanceArn || undefined,
        closedAt: run.closeTime?.toISOString(),
      }),
    };
  }
  if (unknown.length > 0) throw new StagesUnknownError(unknown);
}

/**
 * Lists the runs among which those are that the filter wants. Only an open run is sure to be its account's latest, so ends are
 * told apart here and not by the server.
 */
async function* runsOf(client: Client, { stage }: ListFilter): AsyncGenerator<WorkflowExecutionInfo> {
  if (stage === undefined || END_STAGES.includes(stage)) {
    yield* client.workflow.list({ query: ALL_RUNS });
    return;
  }
  const open = `${ALL_RUNS} AND ExecutionStatus = 'Running'`;
  const { name } = SEARCH_ATTRIBUTES.stage;
  try {
    yield* client.workflow.list({ query: `${open} AND (${name} = '${stage}' OR ${name} IS NULL)` });
  } catch (error) {
    if (!isUnknownSearchAttribute(error)) throw error;
    yield* client.workflow.list({ query: open });
  }
}

/** Reads where runs stand: from their search attributes, else by asking a worker, until none answers. */
class StageReader {
  private workersAnswer = true;

  constructor(private readonly client: Client) {}

  async read(accountId: string, run: WorkflowExecutionInfo): Promise<Stage | undefined> {
    const stage =
      endStageOf(run.status.name, run.type) ??
      (run.typedSearchAttributes.get(SEARCH_ATTRIBUTES.stage) as Stage | undefined);
    if (stage !== undefined || !this.workersAnswer) return stage;
    const status = await readStatus(this.client, accountId, run.runId);
    this.workersAnswer = status.notice === undefined;
    return this.workersAnswer ? status.stage : undefined;
  }
}

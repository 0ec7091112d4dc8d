import { Context } from '@temporalio/activity';
import { WorkflowNotFoundError, type WorkflowHandle } from '@temporalio/client';
import {
  defined,
  PROGRESS_QUERY,
  readRequest,
  readRunArgument,
  workflowIdOf,
  type AskedOfAll,
  type KnownRuns,
  type Progress,
  type ProvisionResult,
} from '../../contract';

/** A worker replays the whole run before it answers. */
const ANSWER_MS = 10_000;

/** What a run has told of the instance that is to be there. */
export interface ExpectedInstance {
  instanceArn: string;
  /** What the run was asked for. */
  asked: AskedOfAll;
  run: WorkflowHandle;
}

/** Reads what the run has told whose instance is to be there; `undefined` where Temporal has forgotten it meanwhile. */
export async function readExpected({
  accountId,
  provisioned,
}: KnownRuns): Promise<ExpectedInstance | undefined> {
  if (provisioned === undefined) return undefined;
  const run = Context.current().client.workflow.getHandle(workflowIdOf(accountId), provisioned.runId);
  const asked = await readAsked(accountId, provisioned.runId);
  if (asked === undefined) return undefined;
  const { instanceArn = (await readResult(run)).instanceArn } = provisioned;
  return { instanceArn, asked, run };
}

/** Reads what a run was asked for, without the account; `undefined` where nobody knows it any more. */
export async function readAsked(accountId: string, runId: string): Promise<AskedOfAll | undefined> {
  const { client } = Context.current();
  try {
    const argument = await readRunArgument(client, { workflowId: workflowIdOf(accountId), runId });
    // One that is not valid has made no instance.
    return 'request' in readRequest(argument) ? withoutAccountId(argument as object) : undefined;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

/**
 * Reads what a run was asked for in the end: `retry` may have corrected the name and the tags, which the run's argument does
 * not show. A worker says it; `undefined` where none does in time.
 */
export async function readCorrected({ asked, run }: ExpectedInstance): Promise<AskedOfAll | undefined> {
  const { connection } = Context.current().client;
  try {
    const { request } = await connection.withDeadline(Date.now() + ANSWER_MS, () =>
      run.query<Progress>(PROGRESS_QUERY),
    );
    return request === undefined
      ? asked
      : { ...asked, ...defined({ name: request.name, tags: request.tags }) };
  } catch {
    return undefined;
  }
}

/** Tells whether a run took over an instance that it had not made: such a one does not carry the tag of our runs. */
export async function wasAdopted({ run }: ExpectedInstance): Promise<boolean> {
  return (await readResult(run)).outcome !== 'created';
}

async function readResult(run: WorkflowHandle): Promise<ProvisionResult> {
  return (await run.result()) as ProvisionResult;
}

function withoutAccountId(argument: object): AskedOfAll {
  return Object.fromEntries(Object.entries(argument).filter(([field]) => field !== 'accountId'));
}

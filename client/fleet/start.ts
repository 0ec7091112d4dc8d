import { createHash } from 'node:crypto';
import { WorkflowExecutionAlreadyStartedError, type Client } from '@temporalio/client';
import type { SearchAttributePair } from '@temporalio/common';
import {
  defined,
  diffRequests,
  FLEET_WORKFLOW,
  fleetIdOf,
  isOpenStatus,
  readFleetRequest,
  readRunArgument,
  searchAttributesOfFleet,
  type FleetRequest,
  type FleetRequestInput,
  type FleetStage,
  type ProvisionRequestInput,
} from '../../contract';
import { InvalidRequestError } from '../errors';
import { refuseUnknownRegions } from '../regions';
import { SearchAttributeChoice } from '../search-attributes';
import { isNoWorkflow } from '../server-errors';
import { FleetDiffersError, FleetRefusedError, NoFleetError } from './errors';
import { paginate, sendPages } from './pages';
import { groupSkipped, type SkippedAccount } from './skipped';
import { readFleetStatus } from './status';

/** What is asked of a fleet; see {@link FleetRequest}. */
export interface FleetInput extends Pick<
  FleetRequestInput,
  'name' | 'maxConcurrent' | 'stopAfterFailures' | 'trustHistory'
> {
  accounts: readonly ProvisionRequestInput[];
  /** Accounts that the manifest lists and the fleet is not to provision: for its report. */
  skipped?: readonly SkippedAccount[];
}

/** A fleet that was started, or was open already. */
export interface StartedFleet {
  name: string;
  workflowId: string;
  /** The first execution; a fleet goes on in others, under the same workflow ID. */
  runId: string;
  joined: boolean;
  /** Where a fleet that was joined stands. */
  stage?: FleetStage;
}

/** Starts a fleet, or joins the open one of its name, and gives it the pages that it lacks; see {@link Fleets.start}. */
export async function startFleet(
  client: Client,
  taskQueue: string,
  { accounts, skipped = [], ...options }: FleetInput,
): Promise<StartedFleet> {
  refuseUnknownRegions(accounts, (index) => `accounts.${index}.region`);
  const pages = paginate(accounts);
  const digest = createHash('sha256').update(JSON.stringify(accounts)).digest('hex');
  const read = readFleetRequest(
    defined({ ...options, digest, pages: pages.length, skipped: groupSkipped(skipped) }),
  );
  if ('problems' in read) throw new InvalidRequestError(read.problems);
  const { name } = read.request;
  const started = await startOrJoin(client, taskQueue, read.request);
  const open = started.joined ? await readFleetStatus(client, name) : undefined;
  if (open?.stage === 'cancelling')
    throw new FleetRefusedError(
      name,
      'start',
      'the fleet is being cancelled: start it again once it has ended',
    );
  const countArrived = async () => {
    const { status, pages } = await readFleetStatus(client, name);
    // A fleet that has ended meanwhile takes no pages, and says so.
    return isOpenStatus(status) ? pages.arrived : Infinity;
  };
  try {
    const handle = client.workflow.getHandle(fleetIdOf(name));
    await sendPages(handle, pages, open?.pages.arrived ?? 0, countArrived);
  } catch (error) {
    throw isNoWorkflow(error) ? new NoFleetError(name, 'no open fleet') : error;
  }
  return defined({ ...started, stage: open?.stage });
}

async function startOrJoin(client: Client, taskQueue: string, request: FleetRequest): Promise<StartedFleet> {
  const { name } = request;
  const workflowId = fleetIdOf(name);
  try {
    const start = (typedSearchAttributes: SearchAttributePair[]) =>
      client.workflow.start(FLEET_WORKFLOW, {
        workflowId,
        taskQueue,
        args: [request],
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        workflowIdConflictPolicy: 'FAIL',
        staticSummary: `fleet ${name}`,
        typedSearchAttributes,
      });
    const choice = new SearchAttributeChoice(client);
    const { firstExecutionRunId: runId } = await choice.start(searchAttributesOfFleet(name), start);
    return { name, workflowId, runId, joined: false };
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
  const running = (await readRunArgument(client, { workflowId })) as object;
  // What neither of them provisions makes no difference.
  const differences = diffRequests({ ...running, skipped: undefined }, { ...request, skipped: undefined });
  if (differences.length > 0)
    throw new FleetDiffersError(
      name,
      differences.map(({ field }) => (field === 'digest' ? 'accounts' : field)),
    );
  const { runId } = await client.workflow.getHandle(workflowId).describe();
  return { name, workflowId, runId, joined: true };
}

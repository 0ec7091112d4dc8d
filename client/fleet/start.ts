import { WorkflowExecutionAlreadyStartedError, type Client } from '@temporalio/client';
import {
  diffRequests,
  FLEET_WORKFLOW,
  fleetIdOf,
  SEARCH_ATTRIBUTES,
  type FleetRequest,
  type FleetStage,
} from '../../contract';
import { argumentOf } from '../account/argument-of';
import { FleetDiffersError } from '../errors';
import { isUnknownSearchAttribute } from '../search-attributes';

/** A fleet that was started, or was open already. */
export interface StartedFleet {
  name: string;
  workflowId: string;
  /** The first execution; a fleet goes on in others, under the same workflow ID. */
  runId: string;
  joined: boolean;
  /** Of one that was joined. */
  stage?: FleetStage;
}

/** Starts a fleet, or joins the open one of its name. @throws FleetDiffersError */
export async function startOrJoinFleet(
  temporal: Client,
  taskQueue: string,
  request: FleetRequest,
  searchable = true,
): Promise<StartedFleet> {
  const { name } = request;
  const workflowId = fleetIdOf(name);
  try {
    const { firstExecutionRunId: runId } = await temporal.workflow.start(FLEET_WORKFLOW, {
      workflowId,
      taskQueue,
      args: [request],
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      workflowIdConflictPolicy: 'FAIL',
      staticSummary: `fleet ${name}`,
      ...(searchable && { typedSearchAttributes: [{ key: SEARCH_ATTRIBUTES.fleet, value: name }] }),
    });
    return { name, workflowId, runId, joined: false };
  } catch (error) {
    if (searchable && isUnknownSearchAttribute(error))
      return startOrJoinFleet(temporal, taskQueue, request, false);
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
  const running = (await argumentOf(temporal, workflowId)) as object;
  const differences = diffRequests(running, request);
  if (differences.length > 0)
    throw new FleetDiffersError(
      name,
      differences.map(({ field }) => (field === 'digest' ? 'accounts' : field)),
    );
  const { runId } = await temporal.workflow.getHandle(workflowId).describe();
  return { name, workflowId, runId, joined: true };
}

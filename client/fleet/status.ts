import { WorkflowFailedError, type Client, type WorkflowExecutionDescription } from '@temporalio/client';
import { defined, fleetIdOf, PROGRESS_QUERY, type FleetProgress } from '../../contract';
import { untilAnswered } from '../send-update';
import { isNoWorkflow, isUnansweredQuery } from '../server-errors';
import { FleetFailedError, FleetUnansweredError, NoFleetError } from './errors';

/** Where a fleet stands. */
export interface FleetStatus extends FleetProgress {
  workflowId: string;
  /** The latest execution. */
  runId: string;
  /** Temporal's status of the latest execution. */
  status: string;
  /** When the fleet ended, ISO 8601; absent while it is open. */
  endedAt?: string;
}

/** Reads where the latest fleet of a name stands. @throws NoFleetError, FleetFailedError, FleetUnansweredError */
export async function readFleetStatus(client: Client, name: string): Promise<FleetStatus> {
  const { status, workflowId, runId, closeTime } = await describeFleet(client, name);
  if (status.name === 'FAILED') throw new FleetFailedError(name, await failureReason(client, workflowId));
  const progress = await askFleet<FleetProgress>(client, name, workflowId, PROGRESS_QUERY);
  return defined({ ...progress, workflowId, runId, status: status.name, endedAt: closeTime?.toISOString() });
}

/** Describes the latest execution of a fleet, which takes no worker. @throws NoFleetError */
export async function describeFleet(client: Client, name: string): Promise<WorkflowExecutionDescription> {
  try {
    return await client.workflow.getHandle(fleetIdOf(name)).describe();
  } catch (error) {
    throw isNoWorkflow(error) ? new NoFleetError(name, 'no fleet') : error;
  }
}

/** Asks the workflow of a fleet or of one of its pages. @throws FleetUnansweredError where no worker answers in time */
export async function askFleet<T>(
  client: Client,
  name: string,
  workflowId: string,
  query: string,
): Promise<T> {
  const handle = client.workflow.getHandle(workflowId);
  const ask = (end: number) => client.connection.withDeadline(end, () => handle.query<T>(query));
  return untilAnswered(client, workflowId, ask, isUnansweredQuery, () => new FleetUnansweredError(name));
}

async function failureReason(client: Client, workflowId: string): Promise<string> {
  try {
    await client.workflow.getHandle(workflowId).result();
    return '';
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    return (error.cause ?? error).message;
  }
}

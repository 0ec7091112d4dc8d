import {
  WorkflowFailedError,
  type Client,
  type WorkflowExecutionDescription,
  type WorkflowExecutionInfo,
} from '@temporalio/client';
import { defined, fleetIdOf, PROGRESS_QUERY, type FleetProgress } from '../../contract';
import { untilAnswered } from '../send-update';
import { isNoWorkflow, isUnansweredQuery } from '../server-errors';
import { FleetFailedError, FleetUnansweredError, NoFleetError } from './errors';

const EVENTS_LOOKED_AT = 100;

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
  const description = await describeFleet(client, name);
  const { status, workflowId, runId, closeTime } = description;
  if (await isUnbegun(client, description)) throw new NoFleetError(name, 'no begun fleet');
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

/** Tells whether a fleet was terminated before a worker took it: no worker answers for it, ever. */
export async function isUnbegun(
  client: Client,
  { workflowId, runId, status }: Pick<WorkflowExecutionInfo, 'workflowId' | 'runId' | 'status'>,
): Promise<boolean> {
  if (status.name !== 'TERMINATED') return false;
  const { namespace } = client.options;
  let nextPageToken = new Uint8Array();
  // The first page tells, but where hundreds of signals came first.
  do {
    const page = await client.workflowService.getWorkflowExecutionHistory({
      namespace,
      execution: { workflowId, runId },
      maximumPageSize: EVENTS_LOOKED_AT,
      nextPageToken,
    });
    if (page.history?.events?.some((event) => event.workflowTaskCompletedEventAttributes)) return false;
    nextPageToken = new Uint8Array(page.nextPageToken);
  } while (nextPageToken.length > 0);
  return true;
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
